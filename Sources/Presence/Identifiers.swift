// Who, where and on which node. Topics and people are opaque here: the gateway decides what a kind means.

/// One start of one process: random, so that a restarted node is another node and can never be taken for its past.
package struct NodeID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// A socket of this node. Other nodes never hear of it.
package struct SocketID: Hashable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }
}

/// What people can be present in: a case, a team, a guest's inbox.
package struct TopicID: Hashable, Sendable {
    package let kind: UInt8
    package let value: Int64

    package init(kind: UInt8, value: Int64) {
        self.kind = kind
        self.value = value
    }
}

/// A member, guest or client's user.
package struct PersonID: Hashable, Sendable {
    package let kind: UInt8
    package let value: Int64

    package init(kind: UInt8, value: Int64) {
        self.kind = kind
        self.value = value
    }
}

// Everything that leaves this module is sorted: what happens must not hang on the order of a dictionary.

extension NodeID: Comparable {
    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }
}

extension TopicID: Comparable {
    package static func < (left: Self, right: Self) -> Bool { (left.kind, left.value) < (right.kind, right.value) }
}

extension PersonID: Comparable {
    package static func < (left: Self, right: Self) -> Bool { (left.kind, left.value) < (right.kind, right.value) }
}
