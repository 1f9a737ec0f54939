package import CaseMachine
import CLinux
import Glibc
import Synchronization

/// The clocks of this machine, by which everything reckons that has to do with people and cases. With SQLite the store's
/// clock is the wall clock of the one process that has it open.
package enum SystemClock {
    package static func now() -> Moment {
        let wall = read(CLOCK_REALTIME)
        // Not CLOCK_MONOTONIC, which stands still while the machine sleeps: waking up would look like a jump.
        let moment = Moment(
            wall: Timestamp(milliseconds: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000),
            monotonic: duration(read(CLOCK_BOOTTIME)))
        #if FOYER_TESTING
        let ahead = Duration.milliseconds(millisecondsAhead.load(ordering: .relaxed))
        return Moment(wall: moment.wall + ahead, monotonic: moment.monotonic + ahead)
        #else
        return moment
        #endif
    }

    /// For connections and who is at them: the machine's own monotonic clock, which no test moves.
    static func connectionTime() -> Duration { duration(read(CLOCK_BOOTTIME)) }

    package static let wall: @Sendable () -> Timestamp = { now().wall }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    private static func duration(_ time: timespec) -> Duration {
        .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    #if FOYER_TESTING
    private static let millisecondsAhead = Atomic<Int64>(0)

    /// Both clocks, so that it does not look like one that somebody has set (`FiringClock`).
    static func advance(by duration: Duration) {
        millisecondsAhead.wrappingAdd(duration.wholeMilliseconds, ordering: .relaxed)
    }
    #endif
}
