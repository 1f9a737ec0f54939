/// The first message of a socket.
package struct Authenticate: Hashable, Sendable, JSONShape {
    package let ticket: String
    package let device: Device

    package init(ticket: String, device: Device) {
        self.ticket = ticket
        self.device = device
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            ticket: try object.text("ticket", bytes: 1...WireLimits.ticketBytes), device: try object.word("device"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("ticket", ticket)
        writer.field("device", device)
    }
}

package enum Device: String, Hashable, Sendable, CaseIterable {
    case phone, tablet, desktop, other
}

/// A page of a team's closed cases, newest first.
package struct ClosedQuery: Hashable, Sendable, JSONShape {
    package let team: String
    /// The last case of the page before.
    package let after: String?
    package let limit: Int64

    package init(team: String, after: String?, limit: Int64) {
        self.team = team
        self.after = after
        self.limit = limit
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            team: try object.name("team"), after: try object.optionalName("after"),
            limit: try object.integer("limit", in: WireLimits.closedPage))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("team", team)
        writer.field("after", after)
        writer.field("limit", limit)
    }
}

package struct Subscription: Hashable, Sendable, JSONShape {
    package let caseID: String
    /// The last number that the client has stored; 0 for none.
    package let after: Int64
    /// Of the log that the client knows, if it knows one.
    package let generation: String?

    package init(caseID: String, after: Int64, generation: String?) {
        self.caseID = caseID
        self.after = after
        self.generation = generation
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            caseID: try object.name("case"), after: try object.number("after"),
            generation: try object.optionalName("generation"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("after", after)
        writer.field("generation", generation)
    }
}

/// How a socket is used.
package struct SocketUse: Hashable, Sendable, JSONShape {
    package let isVisible: Bool
    package let isIdle: Bool

    package init(isVisible: Bool, isIdle: Bool) {
        self.isVisible = isVisible
        self.isIdle = isIdle
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(isVisible: try object.flag("visible"), isIdle: try object.flag("idle"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("visible", isVisible)
        writer.field("idle", isIdle)
    }
}

package struct TypingNotice: Hashable, Sendable, JSONShape {
    package let caseID: String
    package let isOn: Bool
    /// Composing a note, which members alone may know.
    package let isPrivate: Bool
    /// In whose name a member composes: as the team's, guests are not told who it is.
    package let voice: Voice

    package init(caseID: String, isOn: Bool, isPrivate: Bool, voice: Voice = .own) {
        self.caseID = caseID
        self.isOn = isOn
        self.isPrivate = isPrivate
        self.voice = voice
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            caseID: try object.name("case"), isOn: try object.flag("on"),
            isPrivate: try object.flag("private", otherwise: false), voice: try object.optionalWord("voice") ?? .own)
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("on", isOn)
        writer.field("private", isPrivate)
        writer.field("voice", voice)
    }
}

/// How far a side has come, in its own numbers.
package struct ReadMark: Hashable, Sendable, JSONShape {
    package let caseID: String
    package let upTo: Int64

    package init(caseID: String, upTo: Int64) {
        self.caseID = caseID
        self.upTo = upTo
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(caseID: try object.name("case"), upTo: try object.number("upTo"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("case", caseID)
        writer.field("upTo", upTo)
    }
}
