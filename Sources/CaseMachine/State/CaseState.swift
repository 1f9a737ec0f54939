/// All that a decision needs to know of a case: bounded, whatever the length of its log.
///
/// `evolve` makes it from events and nothing else does. What the log's older part is needed for (whose message is to be
/// edited) comes with the command.
package struct CaseState: Hashable, Sendable {
    package let organisation: OrganisationID
    package let party: Party
    package let openedAt: Timestamp
    /// The guest's choice (S0.8); which automatic message is sent depends on it.
    package let category: CategoryID?
    package internal(set) var team: TeamID
    package internal(set) var phase: Phase
    /// Of the newest event: no later decision is dated before it, whatever the clock says.
    package internal(set) var lastEventAt: Timestamp
    package internal(set) var adopted = AdoptedPolicy(revision: 0)
    /// The newest numbers, 0 before the first event.
    package internal(set) var teamHead: Int64 = 0
    package internal(set) var guestHead: Int64 = 0

    package internal(set) var participants: [MemberID] = []
    /// The auto-close counts from here: the last action, or the moment when the case woke or came back.
    package internal(set) var idleSince: Timestamp
    /// The guest was told that the case is about to close by itself, and nothing was done since.
    package internal(set) var warnedAt: Timestamp?
    /// Somebody waits for an answer of the team; nil once it was given.
    package internal(set) var unanswered: Unanswered?
    /// A member has ever answered, or spoken first.
    package internal(set) var wasAnswered = false
    /// Nil before anybody said something, and once the case was closed: then nobody waits for the other.
    package internal(set) var lastWord: Side?
    package internal(set) var call: Call?
    package internal(set) var invitationCount = 0
    package internal(set) var guestSide = Reading()
    package internal(set) var teamSide = Reading()
    package internal(set) var absorbed: [Absorbed] = []
    /// The content was destroyed.
    package internal(set) var isErased = false

    /// Somebody asked, and no member ever answered.
    package var wasNeverAnswered: Bool { unanswered != nil && !wasAnswered }
    package var assignee: MemberID? { phase.assignee }
    package var closedAt: Timestamp? { phase.ending?.at }
    /// All whose content lives and dies with this case's.
    package var absorbedRooms: [CaseID] { absorbed.flatMap(\.rooms) }

    package subscript(side: Side) -> Reading {
        get {
            switch side {
            case .guest: guestSide
            case .team: teamSide
            }
        }
        set {
            switch side {
            case .guest: guestSide = newValue
            case .team: teamSide = newValue
            }
        }
    }

    package func head(of side: Side) -> Int64 {
        switch side {
        case .guest: guestHead
        case .team: teamHead
        }
    }

    /// The numbers that the next event gets.
    package func nextNumbers(for audience: Audience) -> Numbers {
        Numbers(forTeam: teamHead + 1, forGuest: audience == .everyone ? guestHead + 1 : nil)
    }
}

/// The main state. What holds beside it, in every open state, are fields of `CaseState`.
package enum Phase: Hashable, Sendable {
    /// Opened; mandatory identifiers are missing.
    case intake(missing: [FieldID])
    /// In the team's queue.
    case waiting
    /// Claimed.
    case active(Assignment)
    /// Put aside until a time or the guest's next message; without an assignee if they were lost meanwhile.
    case snoozed(until: Timestamp, Assignment?)
    /// Closure was requested, by the event with this number for the guest; the guest closes or keeps it open.
    case closing(Assignment, request: Int64)
    case closed(Ending)
    /// Its history lives on in another case: a link, nothing is renumbered.
    case merged(Merger)
    /// A client's direct thread: open for good.
    case thread

    package var assignment: Assignment? {
        switch self {
        case .active(let assignment), .closing(let assignment, _): assignment
        case .snoozed(_, let assignment): assignment
        case .intake, .waiting, .closed, .merged, .thread: nil
        }
    }

    package var assignee: MemberID? { assignment?.member }

    var ending: Ending? {
        switch self {
        case .closed(let ending): ending
        case .intake, .waiting, .active, .snoozed, .closing, .merged, .thread: nil
        }
    }
}

extension Phase {
    var closeRequest: Int64? {
        switch self {
        case .closing(_, let request): request
        case .intake, .waiting, .active, .snoozed, .closed, .merged, .thread: nil
        }
    }
}

package struct Assignment: Hashable, Sendable {
    package let member: MemberID
    /// Since when no node holds the member; nil while one does.
    package internal(set) var absentSince: Timestamp?

    package init(member: MemberID, absentSince: Timestamp? = nil) {
        self.member = member
        self.absentSince = absentSince
    }
}

package struct Ending: Hashable, Sendable {
    package let reason: CloseReason
    package let author: Author
    package let at: Timestamp
    /// It ended before its mandatory identifiers were given: coming back would be a way around them.
    package let wasIntake: Bool
}

package struct Merger: Hashable, Sendable {
    package let into: CaseID
    package let at: Timestamp
    /// Of a room that had been closed, and is so again when the merger is undone.
    package let ending: Ending?
}

/// A room that lives on in this one, with those that it had absorbed before.
package struct Absorbed: Hashable, Sendable {
    /// The room itself is the first.
    package let rooms: [CaseID]
    package let guests: [GuestID]
    /// Of the event that says so: what was unseen there is seen when this is.
    package let numbers: Numbers
    package let invitations: Int
}

package struct Unanswered: Hashable, Sendable {
    package let since: Timestamp
    /// 0: nobody was alerted yet; 1: the team; 2 and above: its supervisors, too.
    package internal(set) var alerts = 0
    package internal(set) var lastAlert: Timestamp?

    package init(since: Timestamp) { self.since = since }
}

/// Each of the two parties, the guest and the caller, may be gone for a while.
package struct Call: Hashable, Sendable {
    package let kind: CallKind
    package let caller: MemberID
    package let startedAt: Timestamp
    package internal(set) var answeredAt: Timestamp?
    package internal(set) var guestGoneSince: Timestamp?
    package internal(set) var teamGoneSince: Timestamp?

    package internal(set) subscript(goneSince side: Side) -> Timestamp? {
        get {
            switch side {
            case .guest: guestGoneSince
            case .team: teamGoneSince
            }
        }
        set {
            switch side {
            case .guest: guestGoneSince = newValue
            case .team: teamGoneSince = newValue
            }
        }
    }

    package init(kind: CallKind, caller: MemberID, startedAt: Timestamp) {
        self.kind = kind
        self.caller = caller
        self.startedAt = startedAt
    }
}
