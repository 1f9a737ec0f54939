import CaseMachine
import Glibc

/// The clocks of this machine. With SQLite the store's clock is the wall clock of the one process that has it open.
package enum SystemClock {
    package static func now() -> Moment {
        let wall = read(CLOCK_REALTIME)
        // Not CLOCK_MONOTONIC, which stands still while the machine sleeps: waking up would look like a jump.
        return Moment(
            wall: Timestamp(milliseconds: Int64(wall.tv_sec) * 1000 + Int64(wall.tv_nsec) / 1_000_000),
            monotonic: duration(read(CLOCK_BOOTTIME)))
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }

    private static func duration(_ time: timespec) -> Duration {
        .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
