/// A case as a list shows it, for one side. It replaces the earlier one of that case unless its version is lower.
package struct CaseSummary: Hashable, Sendable, JSONShape {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case support, room, direct
    }

    package enum Phase: String, Hashable, Sendable, CaseIterable {
        case intake, waiting, active, snoozed, closing, closed, merged, thread, erased
    }

    package let id: String
    package let version: Int64
    package let kind: Kind
    package let team: TeamName
    package let phase: Phase
    /// Empty where a category was chosen.
    package let subject: String
    package let category: CategoryName?
    package let guest: GuestName?
    package let assignee: PersonName?
    package let participants: [PersonName]
    package let openedAt: Int64
    package let lastEventAt: Int64
    package let closedAt: Int64?
    package let closeReason: ClosingReason?
    package let reopenUntil: Int64?
    /// When it closes by itself if nothing is done.
    package let closesAt: Int64?
    package let snoozedUntil: Int64?
    /// Mandatory identifiers that were not given yet.
    package let missing: [String]
    /// The number of the open close request.
    package let closeRequest: Int64?
    package let movedTo: String?
    /// The newest number for the reader.
    package let head: Int64
    /// What waits to be seen by the reader's side; 16 stands for more.
    package let unread: Int64
    package let lastWord: WireSide?
    package let unansweredSince: Int64?
    package let alerts: Int64
    package let cursors: Cursors

    package init(
        id: String, version: Int64, kind: Kind, team: TeamName, phase: Phase, subject: String, category: CategoryName?,
        guest: GuestName?, assignee: PersonName?, participants: [PersonName], openedAt: Int64, lastEventAt: Int64,
        closedAt: Int64?, closeReason: ClosingReason?, reopenUntil: Int64?, closesAt: Int64?, snoozedUntil: Int64?,
        missing: [String], closeRequest: Int64?, movedTo: String?, head: Int64, unread: Int64, lastWord: WireSide?,
        unansweredSince: Int64?, alerts: Int64, cursors: Cursors
    ) {
        self.id = id
        self.version = version
        self.kind = kind
        self.team = team
        self.phase = phase
        self.subject = subject
        self.category = category
        self.guest = guest
        self.assignee = assignee
        self.participants = participants
        self.openedAt = openedAt
        self.lastEventAt = lastEventAt
        self.closedAt = closedAt
        self.closeReason = closeReason
        self.reopenUntil = reopenUntil
        self.closesAt = closesAt
        self.snoozedUntil = snoozedUntil
        self.missing = missing
        self.closeRequest = closeRequest
        self.movedTo = movedTo
        self.head = head
        self.unread = unread
        self.lastWord = lastWord
        self.unansweredSince = unansweredSince
        self.alerts = alerts
        self.cursors = cursors
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            id: try object.name("id"), version: try object.number("version"), kind: try object.word("kind"),
            team: try object.shape("team"), phase: try object.word("phase"), subject: try object.text("subject"),
            category: try object.optionalShape("category"), guest: try object.optionalShape("guest"),
            assignee: try object.optionalShape("assignee"), participants: try object.shapes("participants"),
            openedAt: try object.number("openedAt"), lastEventAt: try object.number("lastEventAt"),
            closedAt: try object.optionalNumber("closedAt"), closeReason: try object.optionalWord("closeReason"),
            reopenUntil: try object.optionalNumber("reopenUntil"), closesAt: try object.optionalNumber("closesAt"),
            snoozedUntil: try object.optionalNumber("snoozedUntil"), missing: try object.names("missing"),
            closeRequest: try object.optionalNumber("closeRequest"), movedTo: try object.optionalName("movedTo"),
            head: try object.number("head"), unread: try object.number("unread"),
            lastWord: try object.optionalWord("lastWord"),
            unansweredSince: try object.optionalNumber("unansweredSince"), alerts: try object.number("alerts"),
            cursors: try object.shape("cursors"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("id", id)
        writer.field("version", version)
        writer.field("kind", kind)
        writer.field("team", team)
        writer.field("phase", phase)
        writer.field("subject", subject)
        writer.field("category", category)
        writer.field("guest", guest)
        writer.field("assignee", assignee)
        writer.field("participants", participants)
        writer.field("openedAt", openedAt)
        writer.field("lastEventAt", lastEventAt)
        writer.field("closedAt", closedAt)
        writer.field("closeReason", closeReason)
        writer.field("reopenUntil", reopenUntil)
        writer.field("closesAt", closesAt)
        writer.field("snoozedUntil", snoozedUntil)
        writer.field("missing", missing)
        writer.field("closeRequest", closeRequest)
        writer.field("movedTo", movedTo)
        writer.field("head", head)
        writer.field("unread", unread)
        writer.field("lastWord", lastWord)
        writer.field("unansweredSince", unansweredSince)
        writer.field("alerts", alerts)
        writer.field("cursors", cursors)
    }
}

package enum ClosingReason: String, Hashable, Sendable, CaseIterable {
    case agreed, byGuest, bySupervisor, inactive, unanswered, abandoned
}

/// How far each side has come.
package struct Cursors: Hashable, Sendable, JSONShape {
    package let guest: Cursor
    package let team: Cursor

    package init(guest: Cursor, team: Cursor) {
        self.guest = guest
        self.team = team
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(guest: try object.shape("guest"), team: try object.shape("team"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("guest", guest)
        writer.field("team", team)
    }
}

package struct Cursor: Hashable, Sendable, JSONShape {
    package let delivered: Int64
    package let seen: Int64

    package init(delivered: Int64, seen: Int64) {
        self.delivered = delivered
        self.seen = seen
    }

    init(from object: JSONObject) throws(FieldFailure) {
        self.init(delivered: try object.number("delivered"), seen: try object.number("seen"))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("delivered", delivered)
        writer.field("seen", seen)
    }
}
