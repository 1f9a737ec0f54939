import Synchronization
import Testing
import WebSocket

@testable import Gateway

private struct Gone: Error {}

@Suite("A body on its way to a handler")
struct RequestBodyTests {
    @Test("arrives in order and ends")
    func inOrder() async throws {
        let (source, body) = RequestBody.pipe(maxBuffered: .kibibytes(1)) {}
        #expect(source.push([1, 2]) == .more)
        #expect(source.push([3]) == .more)
        source.finish()
        #expect(try await body.collect(upTo: .kibibytes(1)) == [1, 2, 3])
    }

    @Test("reaches a reader that waits")
    func waiting() async throws {
        let (source, body) = RequestBody.pipe(maxBuffered: .kibibytes(1)) {}
        async let collected = body.collect(upTo: .kibibytes(64))
        for byte in 0..<UInt8(200) {
            _ = source.push([byte])
            if byte % 50 == 0 { await Task.yield() }
        }
        source.finish()
        #expect(try await collected == Array(0..<200))
    }

    @Test("pauses its source while the reader is behind, and asks for more when half is read")
    func backpressure() async throws {
        let demands = Mutex(0)
        let (source, body) = RequestBody.pipe(maxBuffered: ByteCount(bytes: 4)) { demands.withLock { $0 += 1 } }
        #expect(source.push([1, 2]) == .more)
        #expect(source.push([3, 4]) == .more)
        #expect(source.push([5, 6]) == .pause)
        var iterator = body.makeAsyncIterator()
        #expect(try await iterator.next() == [1, 2])
        #expect(demands.withLock { $0 } == 0)
        #expect(try await iterator.next() == [3, 4])
        #expect(demands.withLock { $0 } == 1)
        #expect(try await iterator.next() == [5, 6])
        #expect(demands.withLock { $0 } == 1)
    }

    @Test("fails with what ended it, after what had arrived")
    func failure() async throws {
        let (source, body) = RequestBody.pipe(maxBuffered: .kibibytes(1)) {}
        _ = source.push([1])
        source.fail(Gone())
        source.finish()
        var iterator = body.makeAsyncIterator()
        #expect(try await iterator.next() == [1])
        await #expect(throws: Gone.self) { try await iterator.next() }
        #expect(source.push([2]) == .more)
    }

    @Test("does not hold a reader that is cancelled")
    func cancelled() async {
        let (source, body) = RequestBody.pipe(maxBuffered: .kibibytes(1)) {}
        let reader = Task { try await body.collect(upTo: .zero) }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        source.finish()
    }

    @Test("is refused as soon as it is too large")
    func tooLarge() async {
        let (source, body) = RequestBody.pipe(maxBuffered: .kibibytes(1)) {}
        _ = source.push([1, 2, 3])
        await #expect(throws: HTTPRefusal.self) { try await body.collect(upTo: ByteCount(bytes: 2)) }
    }
}
