/// How much of a person's attention a socket has. Ordered: a person is the best of their sockets.
package enum Attention: UInt8, CaseIterable, Sendable {
    /// Connected, but nothing was touched for a while, even if the tab is in front.
    case idle = 1
    /// Connected and used lately, in a tab that is hidden now.
    case online = 2
    /// The tab is in front, and somebody is there.
    case visible = 3

    package init(isVisible: Bool, isIdle: Bool) {
        self = isIdle ? .idle : isVisible ? .visible : .online
    }
}

/// What a socket runs on. Ordered only so that two sockets of equal attention have one answer on every node.
package enum DeviceKind: UInt8, CaseIterable, Sendable {
    case other = 0
    case phone = 1
    case tablet = 2
    case desktop = 3
}

/// How a person is here.
package struct Status: Hashable, Sendable {
    package let attention: Attention
    package let device: DeviceKind

    package init(_ attention: Attention, on device: DeviceKind) {
        self.attention = attention
        self.device = device
    }
}

extension Status: Comparable {
    /// Attention decides; the device only breaks a tie. A maximum is the same in every order and however often it is
    /// taken, which is why the best of a person's sockets can be formed on each node first and over the nodes after.
    package static func < (left: Self, right: Self) -> Bool {
        (left.attention.rawValue, left.device.rawValue) < (right.attention.rawValue, right.device.rawValue)
    }
}

/// Whether somebody is here. Three answers, because "we cannot know now" must never be shown as "offline".
package enum PresenceAnswer: Hashable, Sendable {
    case here(Status)
    case away
    case unknown
}
