import Glibc
import TestSupport
import Testing

@testable import Reactor

/// Two connected sockets; the one that is written to has as small a buffer as the kernel allows.
private struct SocketPair: ~Copyable {
    let writing: Int32
    let reading: Int32

    init() throws {
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        (writing, reading) = (pair[0], pair[1])
        var small: Int32 = 1
        setsockopt(writing, SOL_SOCKET, SO_SNDBUF, &small, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        close(writing)
        close(reading)
    }

    /// What has arrived, up to so many bytes.
    func read(_ most: Int = 1 << 20) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
            count = max(0, recv(reading, buffer.baseAddress, most, Int32(MSG_DONTWAIT)))
        }
    }
}

extension Outbox {
    fileprivate func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    fileprivate convenience init(_ pieces: [[UInt8]], beginsInsideFrame: Bool = false) {
        self.init(now: Tick(count: 0), beginsInsideFrame: beginsInsideFrame)
        for piece in pieces { append(piece) }
    }
}

extension Outbox.Progress {
    fileprivate var isDone: Bool {
        switch self {
        case .done: true
        case .blocked, .failed: false
        }
    }
}

@Suite("The outbox")
struct OutboxTests {
    @Test("keeps the order of own and shared pieces through partial sends", arguments: [21, 22, 23])
    func order(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let pair = try SocketPair()
        let outbox = Outbox(now: Tick(count: 0))
        var expected: [UInt8] = []
        var received: [UInt8] = []
        var longestQueue = 0
        for _ in 0..<600 {
            let bytes = random.bytes(random.oneIn(10) ? random.int(10_000...60_000) : random.int(0...300))
            expected += bytes
            if random.oneIn(3) {
                outbox.append(bytes.withUnsafeBytes { SharedBytes($0) })
            } else {
                outbox.append(bytes)
            }
            longestQueue = max(longestQueue, outbox.byteCount)
            if random.oneIn(2) { _ = outbox.flush(to: pair.writing, now: Tick(count: 1)) }
            if random.oneIn(3) { received += pair.read(random.int(1...20_000)) }
        }
        var isDone = false
        for _ in 0..<100_000 where !isDone {
            isDone = outbox.flush(to: pair.writing, now: Tick(count: 1)).isDone
            received += pair.read()
        }
        #expect(isDone && outbox.isEmpty && outbox.byteCount == 0)
        #expect(longestQueue > 100_000, "the kernel took everything at once: nothing was tested")
        #expect(received == expected)
    }

    @Test("tells how much waits, and when the peer last took a byte")
    func progress() throws {
        let pair = try SocketPair()
        let outbox = Outbox([[UInt8](repeating: 1, count: 500_000)])
        _ = outbox.flush(to: pair.writing, now: Tick(count: 5))
        let waiting = outbox.byteCount
        #expect(outbox.lastProgress == Tick(count: 5))
        _ = outbox.flush(to: pair.writing, now: Tick(count: 6))
        #expect(outbox.lastProgress == Tick(count: 5), "nothing was taken")
        #expect(pair.read().count + waiting == 500_000)
        _ = outbox.flush(to: pair.writing, now: Tick(count: 7))
        #expect(outbox.lastProgress == Tick(count: 7))
    }

    @Test("a peer that is gone is an error, not a signal")
    func brokenPipe() throws {
        var pair: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        close(pair[1])
        defer { close(pair[0]) }
        guard case .failed(let error) = Outbox([[1, 2, 3]]).flush(to: pair[0], now: Tick(count: 1)) else {
            Issue.record("the bytes went nowhere without a failure")
            return
        }
        #expect(error == EPIPE)
    }

    @Test("forgets everything when nothing of it has gone out")
    func dropUntouched() {
        let outbox = Outbox([[1, 2, 3], [UInt8](repeating: 4, count: 20_000)])
        outbox.dropUnsent()
        #expect(outbox.isEmpty)
    }

    @Test("keeps the frame that has begun to go out, and only that")
    func dropAfterBeginning() throws {
        let pair = try SocketPair()
        let (first, second) = ([UInt8](repeating: 1, count: 400_000), [UInt8](repeating: 2, count: 20_000))
        let outbox = Outbox([first, second, second])
        _ = outbox.flush(to: pair.writing, now: Tick(count: 1))
        outbox.dropUnsent()
        outbox.append([9, 9])
        var received = pair.read()
        while !outbox.flush(to: pair.writing, now: Tick(count: 1)).isDone { received += pair.read() }
        received += pair.read()
        #expect(received == first + [9, 9])
    }

    @Test("keeps the rest of a frame whose beginning went out before there was an outbox")
    func dropInsideFrame() throws {
        let pair = try SocketPair()
        let (rest, next) = ([UInt8](repeating: 1, count: 17_000), [UInt8](repeating: 2, count: 17_000))
        let outbox = Outbox([rest, next], beginsInsideFrame: true)
        outbox.dropUnsent()
        #expect(outbox.byteCount == rest.count)
        var received: [UInt8] = []
        while !outbox.flush(to: pair.writing, now: Tick(count: 1)).isDone { received += pair.read() }
        received += pair.read()
        #expect(received == rest)
    }

    @Test("once that frame is out, the next is forgotten like any other")
    func dropAfterInsideFrame() throws {
        let pair = try SocketPair()
        let outbox = Outbox([[1, 2, 3]], beginsInsideFrame: true)
        _ = outbox.flush(to: pair.writing, now: Tick(count: 1))
        outbox.append([4, 5, 6])
        outbox.dropUnsent()
        #expect(outbox.isEmpty)
        #expect(pair.read() == [1, 2, 3])
    }
}
