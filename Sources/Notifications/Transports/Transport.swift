/// One way out of the building. A call blocks its thread until it is known what became of the letter, or that it cannot be
/// known; it never waits for ever.
package protocol Transport: Sendable {
    /// `key` names this letter and no other: the same letter, tried again, has the same key, by which those who can tell
    /// that they have it already.
    func send(_ letter: Letter, key: String) -> Delivery
}

/// What became of a letter that was handed over once. Reasons are for administrators: they hold neither its text nor whom
/// it was for.
package enum Delivery: Sendable, Hashable {
    /// They have it. `reference` is their name for it, by which a later report is known.
    case taken(reference: String?)
    /// They do not want it. `permanent`: nor will they later.
    case refused(reason: String, permanent: Bool)
    /// They do not have it: trying again makes no second one.
    case notReached(reason: String)
    /// They may have it: trying again may make a second one.
    case uncertain(reason: String)
}
