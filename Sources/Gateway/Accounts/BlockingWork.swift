import Synchronization

/// Work that blocks: on the disk, on a lock, for a password. Swift's own pool has a thread a core, and whatever blocks
/// those keeps every other handler waiting; so it is done on threads of its own, so many at once, and only so much waits.
/// A queue of Dispatch would not do: on Linux its threads come out of the same few.
final class BlockingWork: Sendable {
    private let name: String
    private let atOnce: Int
    private let waiting: Int
    /// Made when there is work for the first time.
    private let pool = Mutex<WorkerPool?>(nil)

    /// `name` is its threads'.
    init(_ name: String, atOnce: Int, waiting: Int) {
        self.name = name
        self.atOnce = atOnce
        self.waiting = waiting
    }

    deinit { pool.withLock { $0?.stop() } }

    /// nil when too much waits already: it is not done.
    func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
        await withCheckedContinuation { continuation in
            if !take({ continuation.resume(returning: work()) }) { continuation.resume(returning: nil) }
        }
    }

    /// Without a thread nothing can be done, as if too much waited.
    func take(_ job: @escaping WorkerPool.Job) -> Bool {
        let pool = pool.withLock { pool in
            if pool == nil { pool = try? WorkerPool(name, threads: atOnce, waiting: waiting) }
            return pool
        }
        return pool?.take(job) ?? false
    }
}
