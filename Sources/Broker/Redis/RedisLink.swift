import Reactor
import WebSocket

/// One connection to a Redis server, from connecting over saying who asks to its end. It hands replies to its shard, and
/// collects what is asked in a turn, so that it goes out in one write.
final class RedisLink: StreamReceiver {
    enum State {
        case connecting
        /// So many answers to what was said first are missing.
        case greeting(Int)
        case open
        case ended
    }

    private(set) var state = State.connecting
    private unowned let shard: RedisShard
    private let reader: RedisReplyReader
    private var stream: ConnectionID?
    private var out = ByteBuffer()
    /// Requests without an answer.
    private(set) var unanswered = 0
    private var lastReceived = Duration.zero
    /// When something was asked for while nothing else was.
    private var askedSince = Duration.zero

    init?(_ shard: RedisShard) {
        let settings = shard.settings
        guard let reader = RedisReplyReader(maxElements: settings.replyElements, maxBytes: settings.replyBytes) else {
            return nil
        }
        self.shard = shard
        self.reader = reader
    }

    var isOpen: Bool { if case .open = state { true } else { false } }

    func connect(_ request: StreamRequest, _ loop: EventLoop) throws(ReactorError) {
        stream = try loop.connect(request, self)
    }

    /// Ends it at once; the shard is not told.
    func abort(_ loop: EventLoop) {
        state = .ended
        out.removeAll()
        if let stream { loop.abort(stream) }
    }

    /// Whether anything has come since then.
    func hasSpoken(since time: Duration) -> Bool { lastReceived >= time }

    /// How long the server has owed an answer without saying anything.
    func silence(now: Duration) -> Duration { unanswered > 0 ? now - max(askedSince, lastReceived) : .zero }

    // MARK: - Asking

    /// Bytes that wait, here and for the kernel.
    func unsentBytes(_ loop: EventLoop) -> Int { out.count + (stream.map { loop.unsentBytes(of: $0) } ?? 0) }

    /// Asks for something that has so many answers; it goes out with `flush`. `false` when memory is short.
    func ask(_ words: [[UInt8]], payload: [UInt8]? = nil, answers: Int = 1) -> Bool {
        guard RedisCommand.append(words, payload: payload, to: &out) else { return false }
        if unanswered == 0 { askedSince = monotonicTime() }
        unanswered += answers
        return true
    }

    /// `false` when the server leaves more unread than may be.
    func flush(_ loop: EventLoop) -> Bool {
        guard !out.isEmpty, let stream else { return true }
        defer { out.removeAll(keepingCapacity: Self.keptBytes) }
        let count = out.count
        shard.count { $0.bytesSent += count }
        return loop.write(UnsafeRawBufferPointer(out.bytes), to: stream)
    }

    private static let keptBytes = 256 << 10

    /// What was asked before the end is sent, then the connection ends.
    func finish(_ loop: EventLoop) {
        _ = flush(loop)
        state = .ended
        if let stream { loop.end(stream) }
    }

    // MARK: - The stream

    func opened(_ stream: ConnectionID, loop: EventLoop) {
        guard case .connecting = state else { return }
        let url = shard.url
        var greetings = 0
        if let password = url.password {
            let words = ["AUTH"] + (url.user.map { [$0] } ?? []) + [password]
            guard ask(words.map { [UInt8]($0.utf8) }) else { return shard.fail(RedisShard.lacksMemory, loop) }
            greetings += 1
        }
        if url.database != 0 {
            guard ask([[UInt8]("SELECT".utf8), [UInt8](String(url.database).utf8)]) else {
                return shard.fail(RedisShard.lacksMemory, loop)
            }
            greetings += 1
        }
        guard greetings > 0 else { return beginService(loop) }
        state = .greeting(greetings)
        shard.needsFlush(loop)
    }

    private func beginService(_ loop: EventLoop) {
        state = .open
        shard.opened(self, loop)
    }

    func received(_ bytes: UnsafeRawBufferPointer, on stream: ConnectionID, loop: EventLoop) {
        lastReceived = monotonicTime()
        shard.count { $0.bytesReceived += bytes.count }
        do throws(RedisProtocolError) {
            try reader.feed(bytes) { reply in
                take(reply, loop)
                if case .ended = state { return false }
                return true
            }
        } catch {
            shard.fail(error.description, loop)
        }
    }

    private func take(_ reply: RedisReply, _ loop: EventLoop) {
        switch state {
        case .connecting, .ended:
            break
        case .greeting(let missing):
            unanswered -= 1
            switch reply {
            case .status:
                if missing > 1 { state = .greeting(missing - 1) } else { beginService(loop) }
            case .error(let text):
                shard.fail("the server refuses us: \(RedisShard.shown(text))", loop)
            case .integer, .bytes, .nothing, .list:
                shard.fail("\(reply.kind) in answer to AUTH or SELECT", loop)
            }
        case .open:
            shard.received(reply, on: self, loop)
        }
    }

    /// One of what was asked has been answered; `false` when nothing was.
    func countAnswer() -> Bool {
        guard unanswered > 0 else { return false }
        unanswered -= 1
        return true
    }

    func closed(_ stream: ConnectionID, _ end: StreamEnd, loop: EventLoop) {
        if case .ended = state { return }
        state = .ended
        shard.fail(end.description, loop)
    }
}
