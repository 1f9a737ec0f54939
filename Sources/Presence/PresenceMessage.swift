/// What nodes tell each other. Inert; `PresenceMessage+Coding.swift` makes bytes of it.
///
/// A node numbers the changes of its own entries: one counter, its *version*. Each delta names the topic's version
/// before and after it, so that a receiver knows when it missed one; each digest names the topics that changed lately,
/// so that it knows even when nothing follows.
package enum PresenceMessage: Equatable, Sendable {
    case digest(Digest)
    case delta(Delta)
    case ask(Ask)
    case current(Current)
    case snapshot(Snapshot)
    case typing(TypingNews)
    /// This node ends: its entries are void now.
    case goodbye(NodeID)

    /// More than this is sent in several messages: none is longer than 20 kB.
    package static let maxItems = 1_024
    /// Of a snapshot: a topic of a million people on one node.
    package static let maxParts = 1_024

    /// A topic of one node, and the version of that node which changed it last; 0: the node has nobody there.
    package struct TopicVersion: Hashable, Sendable {
        package let topic: TopicID
        package let version: UInt64

        package init(_ topic: TopicID, _ version: UInt64) {
            self.topic = topic
            self.version = version
        }
    }

    /// "I am alive, and of the changes after `from` up to `to` these topics are concerned." Sent every few seconds.
    package struct Digest: Equatable, Sendable {
        package let node: NodeID
        /// Counts this node's digests: only a greater one proves that the node still lives.
        package let round: UInt64
        package let from: UInt64
        package let to: UInt64
        package let topics: [TopicVersion]
    }

    /// The best of a person's sockets on this node; nil: none is left.
    package struct Entry: Hashable, Sendable {
        package let person: PersonID
        package let status: Status?

        package init(_ person: PersonID, _ status: Status?) {
            self.person = person
            self.status = status
        }
    }

    /// The topic's change from `previous` to `version`. After a `previous` of 0, when nobody was there, it is the whole.
    package struct Delta: Equatable, Sendable {
        package let node: NodeID
        package let topic: TopicID
        package let previous: UInt64
        package let version: UInt64
        package let entries: [Entry]
    }

    /// "`of`, tell me of these topics; this is what I hold of you."
    package struct Ask: Equatable, Sendable {
        package let node: NodeID
        package let of: NodeID
        package let topics: [TopicVersion]
    }

    /// "At my version `at`, these topics are at these versions": what you hold is right, or nobody is there.
    package struct Current: Equatable, Sendable {
        package let node: NodeID
        package let at: UInt64
        package let topics: [TopicVersion]
    }

    /// One part of everybody this node has in a topic, as of the topic's `version` and still so at the node's `at`.
    package struct Snapshot: Equatable, Sendable {
        package let node: NodeID
        package let topic: TopicID
        package let version: UInt64
        package let at: UInt64
        package let part: Int
        package let parts: Int
        package let people: [PersonStatus]
    }

    /// Who began or ended typing. `stamp` grows with each such message of the node.
    package struct TypingNews: Equatable, Sendable {
        package let node: NodeID
        package let stamp: UInt64
        package let changes: [TypingChange]
    }

    package struct TypingChange: Hashable, Sendable {
        package let topic: TopicID
        package let typist: Typist
        package let isTyping: Bool

        package init(_ topic: TopicID, _ typist: Typist, isTyping: Bool) {
            self.topic = topic
            self.typist = typist
            self.isTyping = isTyping
        }
    }

    package var sender: NodeID {
        switch self {
        case .digest(let digest): digest.node
        case .delta(let delta): delta.node
        case .ask(let ask): ask.node
        case .current(let current): current.node
        case .snapshot(let snapshot): snapshot.node
        case .typing(let news): news.node
        case .goodbye(let node): node
        }
    }
}

package struct PersonStatus: Hashable, Sendable {
    package let person: PersonID
    package let status: Status

    package init(_ person: PersonID, _ status: Status) {
        self.person = person
        self.status = status
    }
}
