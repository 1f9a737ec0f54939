import CLinux
import Glibc
import Logging
import Reactor
import Synchronization

/// Ends the process if its stopping stands still, as on a disk that does not answer, or if it is told to stop once more:
/// whoever stops it must be able to start it anew. Nothing is lost by it: what was acknowledged is on the disk, and what was
/// not is sent again.
final class StopWatchdog: Sendable {
    /// What a busy machine takes beside the work itself.
    private static let grace = Duration.seconds(5)

    private let log: Logger
    /// The process's signals: its own end of them, which outlives the one that they came through.
    private let signals: Int32
    private let deadline: Mutex<(limit: Duration, at: ContinuousClock.Instant)>

    /// Watches from now on, until the process has ended. `signals` is where they arrive; nobody else reads them now.
    init(limit: Duration, signals: Int32, log: Logger) {
        self.log = log
        self.signals = dup(signals)
        let whole = limit + Self.grace
        deadline = Mutex((whole, ContinuousClock.now + whole))
        do throws(ReactorError) {
            // Never joined: the process ends before it.
            _ = try OwnThread("stop-watchdog") { [self] in watch() }
        } catch {
            log.error("the stop has no bound", metadata: ["error": "\(error)"])
        }
    }

    /// A part of the stop is over, and the next one has so long.
    func goOn(limit: Duration) {
        let whole = limit + Self.grace
        deadline.withLock { $0 = (whole, ContinuousClock.now + whole) }
    }

    private func watch() {
        while true {
            let left = deadline.withLock { $0.at } - ContinuousClock.now
            guard left > .zero else { break }
            let (seconds, attoseconds) = left.components
            if clinux_wait(signals, seconds * 1_000_000_000 + attoseconds / 1_000_000_000 + 1) > 0 { lookAtSignal() }
        }
        let limit = deadline.withLock { $0.limit }
        log.critical("the stop stands still, and the process ends", metadata: ["limit": "\(limit)"])
        // Nothing that would be done at an orderly end may wait for the same disk.
        _exit(EX_TEMPFAIL)
    }

    private func lookAtSignal() {
        let number = clinux_next_signal(signals)
        guard number == SIGTERM || number == SIGINT else { return }
        log.warning("told to stop once more, and the process ends")
        // As somebody who does not handle the signal: whoever has sent it sees that it was the cause.
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        // What a shell runs in the background inherits that SIGINT is ignored.
        signal(number, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        kill(getpid(), number)
        _exit(128 + number)
    }
}
