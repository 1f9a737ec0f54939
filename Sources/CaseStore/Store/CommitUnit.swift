package import CaseMachine

/// What is stored together or not at all: usually one case's change, two for a merge.
package struct CommitUnit: Hashable, Sendable {
    package var changes: [CaseChange]
    /// The commands that led to it, with their keys, in the order in which they were decided.
    package var commands: [KeyedCommand]

    package init(changes: [CaseChange], commands: [KeyedCommand] = []) {
        self.changes = changes
        self.commands = commands
    }
}

/// One case's new state, with the events that led to it.
package struct CaseChange: Hashable, Sendable {
    package let id: CaseID
    /// The version that was decided on: compared before anything is written. 0 for a case that is to be made.
    package let expectedVersion: Int64
    /// What the outside calls the case; given once, when it is made.
    package let publicID: PublicID?
    package let events: [NumberedEvent]
    package let state: CaseState
    package let earliestDeadline: Timestamp?
    package let outbox: [OutboxItem]

    package init(
        id: CaseID, expectedVersion: Int64, publicID: PublicID? = nil, events: [NumberedEvent], state: CaseState,
        earliestDeadline: Timestamp?, outbox: [OutboxItem] = []
    ) {
        self.id = id
        self.expectedVersion = expectedVersion
        self.publicID = publicID
        self.events = events
        self.state = state
        self.earliestDeadline = earliestDeadline
        self.outbox = outbox
    }
}

/// An opaque name of 128 bits: says nothing of how many there are.
package struct PublicID: Hashable, Sendable {
    package let value: UInt128

    package init(_ value: UInt128) { self.value = value }
}

/// An event that stands in the log. What changes the row alone has no number and is not stored.
package struct NumberedEvent: Hashable, Sendable {
    package let numbers: Numbers
    package let event: CaseEvent

    package init(numbers: Numbers, event: CaseEvent) {
        self.numbers = numbers
        self.event = event
    }
}

/// A command that its author can repeat without harm: **one key is one decision**.
package struct KeyedCommand: Hashable, Sendable {
    package let key: CommandKey
    package let author: Author
    package let organisation: OrganisationID
    /// The first answer, which a repetition gets again.
    package let receipt: Receipt

    package init(key: CommandKey, author: Author, organisation: OrganisationID, receipt: Receipt) {
        self.key = key
        self.author = author
        self.organisation = organisation
        self.receipt = receipt
    }

    package var name: KeyName { KeyName(organisation: organisation, author: author, value: key.value) }
}

/// What makes a key the same key, whatever the command is.
package struct KeyName: Hashable, Sendable {
    package let organisation: OrganisationID
    package let author: Author
    package let value: UInt128

    package init(organisation: OrganisationID, author: Author, value: UInt128) {
        self.organisation = organisation
        self.author = author
        self.value = value
    }
}

/// What a client calls its command; unique for the author within the organisation.
package struct CommandKey: Hashable, Sendable {
    /// Keys that begin with the time (UUID version 7) keep the index's new entries together.
    package let value: UInt128
    /// Of the command's content: the same key with other content is an error of the client's.
    package let fingerprint: UInt64

    package init(_ value: UInt128, fingerprint: UInt64) {
        self.value = value
        self.fingerprint = fingerprint
    }
}

/// What an accepted command came to.
package struct Receipt: Hashable, Sendable {
    package let id: CaseID
    /// The heads after it: the command's own event, where it has one, is the last of those that it led to.
    package let heads: Heads

    package init(id: CaseID, heads: Heads) {
        self.id = id
        self.heads = heads
    }
}

/// The numbers of a case's newest events; 0 where there is none.
package struct Heads: Hashable, Sendable {
    package let team: Int64
    package let guest: Int64

    package init(team: Int64, guest: Int64) {
        self.team = team
        self.guest = guest
    }

    package init(_ state: CaseState) { self.init(team: state.teamHead, guest: state.guestHead) }

    package func of(_ side: Side) -> Int64 {
        switch side {
        case .team: team
        case .guest: guest
        }
    }
}

/// What has to leave the building because of an event: stored with it, carried out later, by whoever is there.
package struct OutboxItem: Hashable, Sendable {
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Somebody left a streak unseen (S0.22).
        case missedResponse
        /// Nobody answers a guest.
        case firstResponse
        /// A guest is invited to a room.
        case invitation
        /// The guest is warned, or told, that the case closes by itself.
        case closing
    }

    package let kind: Kind
    /// The event that it is about, by the team's number.
    package let number: Int64
    /// When it was due: how late it was carried out is measured from here.
    package let due: Timestamp

    package init(kind: Kind, number: Int64, due: Timestamp) {
        self.kind = kind
        self.number = number
        self.due = due
    }
}

/// What became of a unit.
package enum CommitOutcome: Hashable, Sendable {
    case stored
    /// Somebody else has changed a case meanwhile, or its id or its public name is taken: load it and decide again.
    case conflict
    /// The command at `index` was decided before, with this answer. Nothing of the unit was stored.
    case known(index: Int, Receipt)
    /// The key of the command at `index` was used for another command, or stands twice in the unit.
    case keyReused(index: Int)
}
