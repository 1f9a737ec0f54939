import CaseMachine

/// Bounds of what leaves the building, each with its unit and reason.
struct PostLimits: Sendable {
    /// How often the outbox is looked at although nobody rang: what other nodes have stored, and what is to be tried again.
    var look: Duration = .seconds(1)
    /// How long an item is this node's. Longer than a transport waits for its provider, so that a slow one is not taken
    /// for a dead node; short enough that a letter of a node that died is another's soon.
    var lease: Duration = .seconds(45)
    /// Letters under way at once: each has a thread, which mostly waits for a provider.
    var senders = 8
    /// Pauses between attempts grow from here, doubling …
    var firstPause: Duration = .seconds(2)
    /// … up to here. Each is drawn evenly from nothing to that (full jitter), so that a provider who comes back is not met
    /// by all letters at once.
    var longestPause: Duration = .minutes(10)
    /// A notice that could not be sent for so long, by attempts that have failed, is given up.
    var giveUpAfter: Duration = .hours(24)
    /// Attempts of which nobody knows what came. The first is repeated, since a notice must not be lost; after another one
    /// the person may have it twice already, and a human decides.
    var mostUnknowns: Int64 = 2
    /// What a provider says of why, in characters; the rest nobody reads.
    var longestReason = 200
    /// How long the house waits at its end for a provider's answer.
    var patience: Duration = .seconds(3)
    /// One-time codes under way at once, and waiting. They are short of time: a thread for each of many.
    var codeSenders = 8
    var codesWaiting = 2048
    /// Letters that are done are kept for so long: the timeline of what is still talked about.
    var keptFor: Duration = .days(90)
}
