import CLinux
import DequeModule
import Glibc
import Reactor
import Synchronization

/// Threads that read the store for the loops, which must not wait: first come, first served, whoever is free.
final class ReaderPool: Sendable {
    typealias Job = @Sendable () -> Void

    private struct Queue {
        var jobs: Deque<Job> = []
        var isStopping = false
    }

    private final class Work: Sendable {
        let queue = Mutex(Queue())
        /// Counts the jobs: reading it takes one, or waits for one.
        let descriptor: Int32
        let capacity: Int

        init(capacity: Int) throws(ReactorError) {
            self.capacity = capacity
            descriptor = eventfd(0, Int32(EFD_SEMAPHORE | EFD_CLOEXEC))
            guard descriptor >= 0 else { throw ReactorError(.system, "eventfd", errno) }
        }

        deinit { close(descriptor) }

        func run() {
            while true {
                var count: eventfd_t = 0
                while eventfd_read(descriptor, &count) != 0 {}  // interrupted: wait on
                guard let job = queue.withLock({ $0.jobs.popFirst() }) else { return }
                job()
            }
        }
    }

    private let work: Work
    private let threads: [OwnThread]

    init(threads count: Int, capacity: Int) throws(ReactorError) {
        let work = try Work(capacity: capacity)
        self.work = work
        var threads: [OwnThread] = []
        for index in 0..<max(1, count) {
            do {
                threads.append(try OwnThread("hub-reader-\(index)") { work.run() })
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
            guard !queue.isStopping, queue.jobs.count < work.capacity else { return false }
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
