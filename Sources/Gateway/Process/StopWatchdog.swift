import Glibc
import Logging
import Reactor
import Synchronization

/// Ends the process if its stopping stands still, as on a disk that does not answer: whoever stops it must be able to start
/// it anew. Nothing is lost by it: what was acknowledged is on the disk, and what was not is sent again.
final class StopWatchdog: Sendable {
    /// What a busy machine takes beside the work itself.
    private static let grace = Duration.seconds(5)

    private let limit: Duration
    private let log: Logger
    private let deadline: Mutex<ContinuousClock.Instant>

    /// Watches from now on, until the process has ended.
    init(limit: Duration, log: Logger) {
        self.limit = limit + Self.grace
        self.log = log
        deadline = Mutex(ContinuousClock.now + self.limit)
        do throws(ReactorError) {
            // Never joined: the process ends before it.
            _ = try OwnThread("stop-watchdog") { [self] in watch() }
        } catch {
            log.error("the stop has no bound", metadata: ["error": "\(error)"])
        }
    }

    /// A part of the stop is over, and the next one has as long.
    func goOn() { deadline.withLock { $0 = ContinuousClock.now + limit } }

    private func watch() {
        while true {
            let left = deadline.withLock { $0 } - ContinuousClock.now
            guard left > .zero else { break }
            let (seconds, attoseconds) = left.components
            var pause = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000) + 1)
            nanosleep(&pause, nil)
        }
        log.critical("the stop stands still, and the process ends", metadata: ["limit": "\(limit)"])
        // Nothing that would be done at an orderly end may wait for the same disk.
        _exit(EX_TEMPFAIL)
    }
}
