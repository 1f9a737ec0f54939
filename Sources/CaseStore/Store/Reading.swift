package import CaseMachine

package struct LoadedCase: Hashable, Sendable {
    package let id: CaseID
    package let publicID: PublicID
    package let version: Int64
    package let state: CaseState

    package init(id: CaseID, publicID: PublicID, version: Int64, state: CaseState) {
        self.id = id
        self.publicID = publicID
        self.version = version
        self.state = state
    }
}

package struct StoredEvent: Hashable, Sendable {
    package let numbers: Numbers
    package let event: CaseEvent
    /// Its author deleted it later: a tombstone stands in its place for everybody.
    package let isDeleted: Bool

    package init(numbers: Numbers, event: CaseEvent, isDeleted: Bool) {
        self.numbers = numbers
        self.event = event
        self.isDeleted = isDeleted
    }
}

/// Events of one snapshot, in the order of the reader's numbers, without a hole.
package struct EventPage: Hashable, Sendable {
    package let events: [StoredEvent]
    /// For the reader, in the same snapshot.
    package let head: Int64
    package let version: Int64

    package init(events: [StoredEvent], head: Int64, version: Int64) {
        self.events = events
        self.head = head
        self.version = version
    }
}

/// What a person can have in front of them. Ordered by id, which is by age: a page does not shift while it is read.
package enum CaseList: Hashable, Sendable {
    /// Open, and nobody's.
    case unassigned(TeamID)
    case mine(MemberID)
    /// All that is open.
    case open(TeamID)
    /// Open, with something that the team has not seen.
    case unread(TeamID)
    case closed(TeamID)
    /// A guest's support cases and rooms.
    case ofGuest(GuestID, open: Bool)
    /// The direct threads of a client organisation.
    case ofClient(ClientID)
}

package struct ListedCase: Sendable {
    package let id: CaseID
    package let publicID: PublicID
    package let version: Int64
    package let state: Result<CaseState, CaseTrouble>

    package init(id: CaseID, publicID: PublicID, version: Int64, state: Result<CaseState, CaseTrouble>) {
        self.id = id
        self.publicID = publicID
        self.version = version
        self.state = state
    }
}

package struct ListedVersion: Hashable, Sendable {
    package let id: CaseID
    package let version: Int64

    package init(id: CaseID, version: Int64) {
        self.id = id
        self.version = version
    }
}

package struct DueCase: Hashable, Sendable {
    package let id: CaseID
    package let at: Timestamp

    package init(id: CaseID, at: Timestamp) {
        self.id = id
        self.at = at
    }
}

/// A case whose state and the nodes' heartbeats disagree about whether its assignee is there.
package struct StrayAssignment: Hashable, Sendable {
    package let id: CaseID
    /// What the heartbeats say.
    package let isPresent: Bool

    package init(id: CaseID, isPresent: Bool) {
        self.id = id
        self.isPresent = isPresent
    }
}

package enum KeyAnswer: Hashable, Sendable {
    case new
    case known(Receipt)
    /// Used for another command.
    case reused
}
