/// How one part of the house is. It stands in the open, for whoever can reach the house: so its words are our own, written
/// down here and not put together at run time, and can hold no address, no name and no secret.
package struct PartHealth: Sendable, CustomStringConvertible {
    package enum State: String, Sendable, Encodable {
        case ok
        /// It works with less.
        case degraded
        case failing
    }

    package let state: State
    package let note: StaticString?

    package init(_ state: State, _ note: StaticString? = nil) {
        self.state = state
        self.note = note
    }

    package static let ok = PartHealth(.ok)

    package var description: String { note.map { "\(state): \($0)" } ?? "\(state)" }
}

/// What it means for the house that a part fails.
package enum PartWeight: Sendable {
    /// It should be started anew: `/healthz` asks for it, and `/readyz`, too.
    case life
    /// Nobody should be sent here until it is well: `/readyz` asks for it.
    case readiness
    /// The house goes on with less, stays ready, and says so.
    case comfort
}

/// The bounds of asking a house how it is.
package struct HealthLimits: Sendable {
    /// Until a part has answered: below the second after which most probes give up.
    package var answer: Duration = .milliseconds(750)
    /// So long an answer is good for the next who asks: whoever asks a thousand times a second asks the store five times.
    package var fresh: Duration = .milliseconds(200)

    package init() {}
}
