package import CaseMachine

/// A moment on both clocks: the wall's, by which people reckon and which somebody can set, and the machine's own, which
/// only goes on.
package struct Moment: Hashable, Sendable {
    package let wall: Timestamp
    /// Since any moment; goes on while the machine sleeps.
    package let monotonic: Duration

    package init(wall: Timestamp, monotonic: Duration) {
        self.wall = wall
        self.monotonic = monotonic
    }
}

/// Whether deadlines may be met by this clock.
///
/// A wall clock that jumps ahead a week would close every case of the house within seconds, and nothing brings them
/// back. So after a jump nothing is met until the clock has stood by its new time for a while, in which somebody, or the
/// time service, can set it right. People are served all the while.
struct FiringClock: Hashable, Sendable {
    /// What a time service corrects in the ordinary course of things; a leap second is less.
    static let tolerance: Duration = .seconds(60)
    /// How long a new time must stand. Longer than a time service takes to see that it was wrong, shorter than a notice
    /// may be late (S0.22).
    static let confirmation: Duration = .seconds(45)

    private var last: Moment?
    private var pausedSince: Duration?

    /// Whether to meet deadlines at `moment`.
    mutating func mayFire(at moment: Moment) -> Bool {
        if let last {
            let drift = moment.wall.since(last.wall) - (moment.monotonic - last.monotonic)
            if drift > Self.tolerance || drift < .zero - Self.tolerance { pausedSince = moment.monotonic }
        }
        last = moment
        guard let pausedSince else { return true }
        guard moment.monotonic - pausedSince >= Self.confirmation else { return false }
        self.pausedSince = nil
        return true
    }
}
