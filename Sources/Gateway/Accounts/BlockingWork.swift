import DequeModule
import Foundation
import Synchronization

/// Work that blocks: on the disk, on a lock, for a password. Swift's own pool has a thread a core, and whatever blocks
/// those keeps every other handler waiting; so it is done on threads of its own, so many at once, and only so much waits.
/// A queue of Dispatch would not do: on Linux its threads come out of the same few.
final class BlockingWork: Sendable {
    private typealias Job = @Sendable () -> Void

    private struct State {
        var running = 0
        var waiting: Deque<Job> = []
    }

    private let name: String
    private let atOnce: Int
    private let waiting: Int
    private let state = Mutex(State())

    /// `name` is its threads'.
    init(_ name: String, atOnce: Int, waiting: Int) {
        self.name = name
        self.atOnce = atOnce
        self.waiting = waiting
    }

    /// nil when too much waits already: it is not done.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            if !take({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
        }
    }

    private func take(_ job: @escaping Job) -> Bool {
        let (isTaken, isNewThread) = state.withLock { state in
            if state.running < atOnce {
                state.running += 1
                return (true, true)
            }
            guard state.waiting.count < waiting else { return (false, false) }
            state.waiting.append(job)
            return (true, false)
        }
        if isNewThread {
            let thread = Thread { [self] in work(through: job) }
            thread.name = name
            thread.start()
        }
        return isTaken
    }

    /// The job, and then whatever waits.
    private func work(through first: @escaping Job) {
        var next: Job? = first
        while let job = next {
            job()
            next = state.withLock { state in
                if state.waiting.isEmpty { state.running -= 1 }
                return state.waiting.popFirst()
            }
        }
    }
}
