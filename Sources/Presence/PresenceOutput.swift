/// What a node wants done. Inert: the gateway publishes and shows.
package enum PresenceOutput: Equatable, Sendable {
    /// To every other node. An `ask` concerns only the node it names; the others ignore it.
    case publish(PresenceMessage)
    /// To this node's watchers of the topic.
    case show(TopicID, PresenceDiff)
    /// To those of this node's watchers who belong to the typist's audience.
    case showTyping(TopicID, TypingDiff)
}

/// What changed for the watchers of a topic since the last diff. Each person is in at most one list; lists are sorted.
package struct PresenceDiff: Equatable, Sendable {
    package var joined: [PersonStatus] = []
    /// Another status, or known again after having been unknown.
    package var changed: [PersonStatus] = []
    package var left: [PersonID] = []
    /// Were here, as far as somebody else said who cannot be heard now.
    package var unknown: [PersonID] = []
    /// Whether people who are not here are away (true) or unknown (false).
    package var isComplete: Bool

    var isEmpty: Bool { joined.isEmpty && changed.isEmpty && left.isEmpty && unknown.isEmpty }
}

/// Who may know of what is being written.
package enum Audience: UInt8, CaseIterable, Sendable {
    case everyone = 0
    /// A private note is being composed.
    case members = 1
    /// Something is composed in the team's name: everyone may know that, but members alone who it is.
    case everyoneAsTeam = 2
}

/// A person composing something. The same person may compose a message and a note.
package struct Typist: Hashable, Sendable {
    package let person: PersonID
    package let audience: Audience

    package init(_ person: PersonID, _ audience: Audience) {
        self.person = person
        self.audience = audience
    }
}

extension Typist: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        (left.person, left.audience.rawValue) < (right.person, right.audience.rawValue)
    }
}

package struct TypingDiff: Equatable, Sendable {
    package var started: [Typist] = []
    package var stopped: [Typist] = []
}
