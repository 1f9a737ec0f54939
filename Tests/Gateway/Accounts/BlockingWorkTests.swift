import Dispatch
import Synchronization
import Testing

@testable import Gateway

@Suite struct BlockingWorkTests {
    /// Waits for the counter without blocking a thread of Swift's pool.
    private func wait(for count: Int, _ counter: borrowing Atomic<Int>) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while counter.load(ordering: .relaxed) != count {
            try #require(ContinuousClock.now < deadline)
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    private final class Counters: Sendable {
        let running = Atomic(0)
        let done = Atomic(0)
        let away = Atomic(0)
    }

    @Test func `so much is done at once, so much waits, and the rest is sent away`() async throws {
        let work = BlockingWork("test", atOnce: 2, waiting: 3)
        let gate = DispatchSemaphore(value: 0)
        let counters = Counters()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let answer = await work.run { () -> Int in
                        counters.running.add(1, ordering: .relaxed)
                        gate.wait()
                        return 7
                    }
                    if answer == 7 {
                        counters.done.add(1, ordering: .relaxed)
                    } else {
                        counters.away.add(1, ordering: .relaxed)
                    }
                }
            }
            try await wait(for: 3, counters.away)
            try await wait(for: 2, counters.running)
            for _ in 0..<5 { gate.signal() }
            try await group.waitForAll()
        }
        #expect(counters.done.load(ordering: .relaxed) == 5)
        #expect(await work.run { 8 } == 8)
    }

    @Test func `whatever waits is done, once`() async {
        let work = BlockingWork("test", atOnce: 2, waiting: 100)
        let done = await withTaskGroup(of: Int?.self) { group in
            for number in 0..<100 { group.addTask { await work.run { number } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(done.compactMap(\.self).sorted() == Array(0..<100))
    }
}
