/// How far a notice has come that an event has caused: an SMS or e-mail to the side that has not seen something. Told to
/// members only, beside the log: the log says that it was to go, and this what became of it.
package struct NoticePush: Hashable, Sendable, JSONShape {
    package enum State: String, Hashable, Sendable, CaseIterable {
        /// Not tried yet.
        case waiting
        /// Tried in vain so far; it will be tried again.
        case trying
        /// A provider has it.
        case sent
        /// … and says that it has arrived.
        case delivered
        /// … and says that it has not.
        case failed
        /// Given up: an administrator can have it sent again.
        case dead
        /// Nobody needed it any more: seen or answered meanwhile.
        case cancelled
    }

    package enum Channel: String, Hashable, Sendable, CaseIterable {
        case sms, email
    }

    package let caseID: String
    /// Of the event that it is about, in the team's numbers.
    package let seq: Int64
    package let state: State
    package let channel: Channel?
    package let dueAt: Int64
    /// When it came into this state; nil while it waits.
    package let at: Int64?
    /// By how much it was late when the provider had it.
    package let lateMilliseconds: Int64?
    package let mayHaveGoneTwice: Bool
    /// How many letters it is: a team's members get one each.
    package let letters: Int64

    package init(
        caseID: String, seq: Int64, state: State, channel: Channel?, dueAt: Int64, at: Int64?, lateMilliseconds: Int64?,
        mayHaveGoneTwice: Bool, letters: Int64
    ) {
        self.caseID = caseID
        self.seq = seq
        self.state = state
        self.channel = channel
        self.dueAt = dueAt
        self.at = at
        self.lateMilliseconds = lateMilliseconds
        self.mayHaveGoneTwice = mayHaveGoneTwice
        self.letters = letters
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            caseID: try object.name("case"), seq: try object.number("seq"), state: try object.word("state"),
            channel: try object.optionalWord("channel"), dueAt: try object.number("dueAt"),
            at: try object.optionalNumber("at"), lateMilliseconds: try object.optionalNumber("lateMilliseconds"),
            mayHaveGoneTwice: try object.flag("mayHaveGoneTwice"), letters: try object.number("letters"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("seq", seq)
        writer.field("state", state)
        writer.field("channel", channel)
        writer.field("dueAt", dueAt)
        writer.field("at", at)
        writer.field("lateMilliseconds", lateMilliseconds)
        writer.field("mayHaveGoneTwice", mayHaveGoneTwice)
        writer.field("letters", letters)
    }
}
