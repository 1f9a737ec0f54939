import Synchronization
import WebSocket

/// A body on its way from a connection's loop to a handler: chunks, in order, for one reader.
///
/// The loop pushes what arrives and stops reading from the socket when `push` says so; when the reader has caught up,
/// `onDemand` tells the loop to go on. So a slow handler slows its client down, and holds at most `maxBufferedBytes`
/// and one push.
package struct RequestBody: AsyncSequence, Sendable {
    package typealias Element = [UInt8]
    package typealias Failure = any Error

    private let channel: BodyChannel

    /// A body that is there already.
    package init(_ bytes: [UInt8] = []) {
        channel = BodyChannel(maxBufferedBytes: .max) {}
        if !bytes.isEmpty { _ = channel.push(bytes) }
        channel.end(.success(()))
    }

    private init(_ channel: BodyChannel) {
        self.channel = channel
    }

    /// A body that is still to come. `onDemand` may be called on any thread.
    package static func pipe(
        maxBuffered: ByteCount, onDemand: @escaping @Sendable () -> Void
    ) -> (source: Source, body: RequestBody) {
        let channel = BodyChannel(maxBufferedBytes: maxBuffered.bytes, onDemand: onDemand)
        return (Source(channel: channel), RequestBody(channel))
    }

    package func makeAsyncIterator() -> Iterator { Iterator(channel: channel) }

    /// The whole body. Throws 413 as soon as it proves larger than the limit.
    package func collect(upTo limit: ByteCount) async throws -> [UInt8] {
        var collected: [UInt8] = []
        for try await chunk in self {
            guard chunk.count <= limit.bytes - collected.count else {
                throw HTTPRefusal(.contentTooLarge, "The body is too large.")
            }
            if collected.isEmpty { collected = chunk } else { collected += chunk }
        }
        return collected
    }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let channel: BodyChannel

        /// Throws what ended the body early, or `CancellationError`.
        package mutating func next() async throws -> [UInt8]? {
            try await channel.next()
        }
    }

    /// The loop's end of the body.
    package struct Source: Sendable {
        package enum Demand: Sendable, Equatable {
            case more
            /// Read no more from the socket before `onDemand`.
            case pause
        }

        fileprivate let channel: BodyChannel

        package func push(_ chunk: [UInt8]) -> Demand { channel.push(chunk) }
        package func finish() { channel.end(.success(())) }
        package func fail(_ error: any Error) { channel.end(.failure(error)) }
    }
}

/// The state that both ends share. Locked for a few moves only; nothing is called while it is locked.
private final class BodyChannel: Sendable {
    private struct State {
        var chunks: [[UInt8]] = []
        /// Chunks before this one have been read.
        var nextChunk = 0
        var bufferedBytes = 0
        var isPaused = false
        var waiter: CheckedContinuation<[UInt8]?, any Error>?
        var end: Result<Void, any Error>?

        mutating func takeChunk() -> [UInt8]? {
            guard nextChunk < chunks.count else { return nil }
            let chunk = chunks[nextChunk]
            bufferedBytes -= chunk.count
            nextChunk += 1
            if nextChunk == chunks.count {
                chunks.removeAll()
                nextChunk = 0
            }
            return chunk
        }

        /// Whether the source waits for a word that now is due: half of the buffer is free again.
        mutating func resumes(_ maxBufferedBytes: Int) -> Bool {
            guard isPaused, bufferedBytes <= maxBufferedBytes / 2 else { return false }
            isPaused = false
            return true
        }
    }

    private let maxBufferedBytes: Int
    private let onDemand: @Sendable () -> Void
    private let state = Mutex(State())

    init(maxBufferedBytes: Int, onDemand: @escaping @Sendable () -> Void) {
        self.maxBufferedBytes = maxBufferedBytes
        self.onDemand = onDemand
    }

    func push(_ chunk: [UInt8]) -> RequestBody.Source.Demand {
        let (waiter, demand) = state.withLock { state -> (CheckedContinuation<[UInt8]?, any Error>?, _) in
            guard state.end == nil, !chunk.isEmpty else { return (nil, RequestBody.Source.Demand.more) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (waiter, .more)
            }
            state.chunks.append(chunk)
            state.bufferedBytes += chunk.count
            state.isPaused = state.bufferedBytes > maxBufferedBytes
            return (nil, state.isPaused ? .pause : .more)
        }
        waiter?.resume(returning: chunk)
        return demand
    }

    /// The first end counts; a body that has ended stays ended.
    func end(_ end: Result<Void, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            guard state.end == nil else { return nil }
            state.end = end
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(with: end.map { nil })
    }

    func next() async throws -> [UInt8]? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (answer, resumes) = state.withLock { state -> (Result<[UInt8]?, any Error>?, Bool) in
                    if let chunk = state.takeChunk() { return (.success(chunk), state.resumes(maxBufferedBytes)) }
                    if let end = state.end { return (end.map { nil }, false) }
                    guard state.waiter == nil, !Task.isCancelled else { return (.failure(CancellationError()), false) }
                    state.waiter = continuation
                    return (nil, false)
                }
                if let answer { continuation.resume(with: answer) }
                if resumes { onDemand() }
            }
        } onCancel: {
            end(.failure(CancellationError()))
        }
    }
}
