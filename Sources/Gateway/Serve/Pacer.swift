import Synchronization

/// Lets in so many a second, and gives everybody else a time to come back: each the next free place, so that those who are
/// sent away do not all knock again at once.
///
/// For what is done after somebody has shown a session of theirs, so that strangers cannot use up the places.
package final class Pacer: Sendable {
    private struct State {
        /// Places up to this moment are taken by those who were let in; later than now only within the burst.
        var taken: Duration
        /// Places up to this moment are promised to those who were sent away.
        var promised: Duration
    }

    /// Between two places; nil: there is no limit.
    private let interval: Duration?
    /// How far places may be taken ahead: who comes after a quiet time need not wait for each other.
    private let burst: Duration
    private let longest: Duration
    private let state = Mutex(State(taken: .zero, promised: .zero))

    /// A quarter of a second's places may be taken at once: 250 people who open their day's first page are not sent away,
    /// and cost those who are in no more than a moment. Nobody is told to wait for longer than half a minute: what is then,
    /// nobody knows.
    package init(
        perSecond: Int, burst: Duration = .milliseconds(250), longest: Duration = .seconds(30)
    ) {
        interval = perSecond > 0 ? .seconds(1) / perSecond : nil
        self.burst = burst
        self.longest = longest
    }

    /// Nil: come in. Otherwise: come back after this time. `now` is monotonic; one place for each call that is let in.
    package func admit(now: Duration) -> Duration? {
        guard let interval else { return nil }
        return state.withLock { state in
            let taken = max(state.taken, now)
            if taken + interval - now <= max(burst, interval) {
                state.taken = taken + interval
                return nil
            }
            let promised = max(state.promised, taken) + interval
            guard promised - now <= longest else {
                // The line is as long as it gets: anywhere in its second half.
                return longest * Double.random(in: 0.5...1)
            }
            state.promised = promised
            return promised - now
        }
    }
}
