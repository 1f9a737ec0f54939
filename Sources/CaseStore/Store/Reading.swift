package import CaseMachine

#if FOYER_MUTANTS
import Mutants
#endif

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
    /// Its author deleted it later, or the message that it edits: a tombstone stands in its place for everybody, without
    /// text and files. What was said stays in the log, for the house's history alone.
    package let isDeleted: Bool

    package init(numbers: Numbers, event: CaseEvent, isDeleted: Bool) {
        self.numbers = numbers
        #if FOYER_MUTANTS
        let isDeleted = isDeleted && !Mutants.isPlanted(.deletedTextStays)
        #endif
        self.event = isDeleted ? event.withoutContent : event
        self.isDeleted = isDeleted
    }
}

/// Events of one snapshot, in the order of the reader's numbers, without a hole.
package struct EventPage: Hashable, Sendable {
    package let events: [StoredEvent]
    /// For the reader, in the same snapshot.
    package let head: Int64
    /// The case in the same snapshot: who may read it says whether these events may be shown.
    package let state: CaseState

    package init(events: [StoredEvent], head: Int64, state: CaseState) {
        self.events = events
        self.head = head
        self.state = state
    }
}

/// What a person can have in front of them. Ordered by id, which is by age: a page does not shift while it is read.
package enum CaseList: Hashable, Sendable {
    /// Open, and nobody's. Clients' threads are not in it: nobody claims one.
    case unassigned(TeamID)
    case mine(MemberID)
    /// All that is open.
    case open(TeamID)
    /// Open, with something that the team has not seen.
    case unread(TeamID)
    /// Closed, or merged into another case.
    case closed(TeamID)
    /// A guest's support cases and rooms; those that are not open were closed or merged.
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

/// An item of the outbox that waits.
package struct PendingItem: Hashable, Sendable {
    /// Grows with each item that is stored.
    package let id: Int64
    package let caseID: CaseID
    package let item: OutboxItem

    package init(id: Int64, caseID: CaseID, item: OutboxItem) {
        self.id = id
        self.caseID = caseID
        self.item = item
    }
}
