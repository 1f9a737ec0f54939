/// Every duration and switch of the machine that a team can set.
package struct Policy: Hashable, Sendable {
    /// Grows with each change, so that a case can tell which one it was last measured by.
    package var revision = 1

    /// A case without any action ends by itself after this (S0.21).
    package var autoClose: Duration = .days(7)
    /// The guest is warned this long before.
    package var closingWarning: Duration = .hours(24)
    /// A case whose mandatory identifiers never came is abandoned.
    package var intakeTimeout: Duration = .hours(24)
    /// Nobody has answered: the team is alerted …
    package var firstResponseAlert: Duration = .minutes(5)
    /// … then its supervisors, too …
    package var supervisorAlert: Duration = .minutes(30)
    /// … and again and again.
    package var repeatedAlert: Duration = .hours(12)
    /// From the first unseen activity to the notice (S0.22, S1.15).
    package var missedResponse: Duration = .minutes(4)
    package var noticesGuest = true
    package var noticesTeam = true
    /// A call rings this long.
    package var ring: Duration = .seconds(45)
    /// A party that lost its connection may come back into a call within this time.
    package var callGrace: Duration = .seconds(30)
    /// A call that nobody was seen to end is over after this, so that it cannot keep its case open for ever.
    package var longestCall: Duration = .hours(4)
    /// Writing into a closed case reopens it for this long; later a new case is offered.
    package var reopeningWindow: Duration = .days(14)
    /// An assignee whom no node holds keeps the case this long.
    package var assigneeGrace: Duration = .minutes(3)
    package var longestSnooze: Duration = .days(30)
    /// A closed case can be read for this long.
    package var retention: Duration = .days(365)
    /// A client's thread in which nothing was said for this long is erased; nil: never.
    package var threadRetention: Duration?
    /// Calls can be switched off, and so can the chat with clients (S3.25).
    package var allowsCalls = true
    package var allowsClientChat = true
    /// Whether guests may begin a chat; those that are open go on.
    package var allowsGuestChat = true
    package var hours = OpeningHours()
    package var welcomes: [Welcome] = []
    /// What a team asks its guests for (S0.12, S0.13); nil: not known here, any will do.
    package var identifiers: [Identifier]?

    package init() {}

    /// A notice that is due later than this misses the promise of five minutes, whoever carries it.
    package static let latestMissedResponse: Duration = .seconds(270)

    package var asAdopted: AdoptedPolicy {
        AdoptedPolicy(revision: revision, noticesGuest: noticesGuest, noticesTeam: noticesTeam)
    }
}

package struct Identifier: Hashable, Sendable {
    package let field: FieldID
    package let isMandatory: Bool
    package let rule: FieldRule

    package init(field: FieldID, isMandatory: Bool, rule: FieldRule = FieldRule()) {
        self.field = field
        self.isMandatory = isMandatory
        self.rule = rule
    }
}

/// A team's automatic message (S0.10, S0.11). The most particular one that fits is sent.
package struct Welcome: Hashable, Sendable {
    package enum When: UInt8, Hashable, Sendable, CaseIterable {
        case always
        case open
        case closed
    }

    /// Nil: for every category that has none of its own.
    package let category: CategoryID?
    package let when: When
    /// `{wait}` stands for the estimated wait in minutes. A sentence with it is left out while nobody can tell.
    package let text: String

    package init(category: CategoryID? = nil, when: When = .always, text: String) {
        self.category = category
        self.when = when
        self.text = text
    }
}
