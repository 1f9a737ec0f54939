import CLinux
import DequeModule
import Glibc
import Reactor
import Synchronization

/// Threads for work that blocks, which loops and Swift's own pool must not wait for: first come, first served, whoever is
/// free. They yield to loops and engine (`OwnThread.yieldToOthers`): a storm of newcomers, each with questions for the store,
/// takes what those who are in leave over.
final class WorkerPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct Queue {
        var jobs: Deque<Job> = []
        var running = 0
        var isStopping = false
    }

    private final class Work: Sendable {
        let queue = Mutex(Queue())
        /// Counts the jobs: reading it takes one, or waits for one.
        let descriptor: Int32
        /// Under way and waiting.
        let capacity: Int

        init(capacity: Int) throws(ReactorError) {
            self.capacity = capacity
            descriptor = eventfd(0, Int32(EFD_SEMAPHORE | EFD_CLOEXEC))
            guard descriptor >= 0 else { throw ReactorError(.system, "eventfd", errno) }
        }

        deinit { close(descriptor) }

        func run() {
            OwnThread.yieldToOthers()
            while true {
                var count: eventfd_t = 0
                while eventfd_read(descriptor, &count) != 0 {}  // interrupted: wait on
                let job = queue.withLock { queue in
                    let job = queue.jobs.popFirst()
                    if job != nil { queue.running += 1 }
                    return job
                }
                guard let job else { return }
                job()
                queue.withLock { $0.running -= 1 }
            }
        }
    }

    private let work: Work
    private let threads: [OwnThread]

    /// At most `waiting` jobs wait for one of `count` threads. `name` is the threads'.
    init(_ name: String, threads count: Int, waiting: Int) throws(ReactorError) {
        let count = max(1, count)
        let work = try Work(capacity: count + max(0, waiting))
        self.work = work
        var threads: [OwnThread] = []
        for index in 0..<count {
            do {
                threads.append(try OwnThread("\(name)-\(index)") { work.run() })
            } catch {
                Self.end(work, threads)
                throw error
            }
        }
        self.threads = threads
    }

    /// False when too much waits, or the house is closing: the job will not run.
    func take(_ job: @escaping Job) -> Bool {
        let isTaken = work.queue.withLock { queue in
            guard !queue.isStopping, queue.running + queue.jobs.count < work.capacity else { return false }
            queue.jobs.append(job)
            return true
        }
        if isTaken { eventfd_write(work.descriptor, 1) }
        return isTaken
    }

    var waiting: Int { work.queue.withLock { $0.jobs.count } }

    /// Does what waits, then ends.
    func stop() { Self.end(work, threads) }

    private static func end(_ work: Work, _ threads: [OwnThread]) {
        let isFirst = work.queue.withLock { queue in
            defer { queue.isStopping = true }
            return !queue.isStopping
        }
        guard isFirst else { return }
        // One more than there are jobs, for each thread: who finds none ends.
        eventfd_write(work.descriptor, UInt64(threads.count))
        for thread in threads { thread.join() }
    }
}
