import Testing

@testable import Presence

/// One topic's history on another node, and every way in which its messages can arrive.
@Suite struct `A replica is never wrong for good` {
    private static let node = NodeID(high: 1, low: 1)

    /// Anna comes, Ben comes, both go (the topic is forgotten), Ben comes again.
    private static let states: [[PersonID: Status]] = [
        [:], [anna: visible], [anna: visible, ben: idle], [:], [ben: online],
    ]

    private static let messages: [PresenceMessage] = [
        delta(0, 1, [.init(anna, visible)]),
        delta(1, 2, [.init(ben, idle)]),
        delta(2, 3, [.init(anna, nil), .init(ben, nil)]),
        delta(0, 4, [.init(ben, online)]),
        snapshot(1, 0, 1, [.init(anna, visible)]),
        snapshot(2, 0, 2, [.init(anna, visible)]),
        snapshot(2, 1, 2, [.init(ben, idle)]),
        .current(.init(node: node, at: 3, topics: [.init(lobby, 0)])),
    ]

    // covers: B4
    @Test func `in every sequence of five messages, however lost, repeated and reordered`() {
        var sequences = 0
        var confirmed = 0
        for number in 0..<(8 * 8 * 8 * 8 * 8) {
            var replica = Replica(needing: 4)
            var rest = number
            for _ in 0..<5 {
                let held = replica.held
                Self.apply(Self.messages[rest % 8], to: &replica)
                rest /= 8
                let isRight =
                    replica.held >= held && replica.members == Self.states[Int(replica.held)]
                    && replica.isStale == (replica.held < 4)
                if !isRight { Issue.record("sequence \(number): \(replica.held)") }
            }
            if replica.isConfirmed { confirmed += 1 }
            Self.apply(Self.snapshot(4, 0, 1, [.init(ben, online)]), to: &replica)
            if replica.isStale || replica.members != Self.states[4] { Issue.record("sequence \(number): no end") }
            sequences += 1
        }
        #expect(sequences == 32_768)
        #expect(confirmed > 1_000)
    }

    @Test func `an old answer does not end a question`() {
        var replica = Replica(needing: 4)
        Self.apply(.current(.init(node: Self.node, at: 3, topics: [.init(lobby, 0)])), to: &replica)
        #expect(replica.isStale)
        Self.apply(.current(.init(node: Self.node, at: 4, topics: [.init(lobby, 0)])), to: &replica)
        #expect(!replica.isStale)
    }

    @Test func `the answer unchanged ends a question if it speaks of what is held`() {
        var replica = Replica(needing: 1)
        Self.apply(Self.messages[0], to: &replica)
        replica.distrust(upTo: 9)
        Self.apply(.current(.init(node: Self.node, at: 9, topics: [.init(lobby, 7)])), to: &replica)
        #expect(replica.isStale)
        Self.apply(.current(.init(node: Self.node, at: 9, topics: [.init(lobby, 1)])), to: &replica)
        #expect(!replica.isStale)
        #expect(replica.members == Self.states[1])
    }

    @Test func `parts of two answers of one version fit together, of two versions not`() {
        var replica = Replica(needing: 2)
        Self.apply(Self.messages[6], to: &replica)
        Self.apply(Self.messages[6], to: &replica)
        #expect(replica.members == [:])
        Self.apply(Self.snapshot(3, 0, 2, [.init(anna, idle)]), to: &replica)
        Self.apply(Self.messages[5], to: &replica)
        #expect(replica.members == [:])
        Self.apply(Self.snapshot(3, 1, 2, [.init(ben, online)]), to: &replica)
        #expect(replica.members == [anna: idle, ben: online])
        #expect(!replica.isStale)
    }

    @Test func `deltas that come too early are bounded`() {
        var replica = Replica(needing: 0)
        let last = UInt64(Replica.maxEarly + 5)
        for version in (2...last).reversed() {
            Self.apply(Self.delta(version - 1, version, [.init(ben, idle)]), to: &replica)
        }
        #expect(replica.held == 0)
        Self.apply(Self.messages[0], to: &replica)
        #expect(replica.held == 1)
        #expect(replica.isStale)
        Self.apply(Self.snapshot(5, 0, 1, [.init(ben, idle)]), to: &replica)
        #expect(replica.held == last)
        #expect(!replica.isStale)
    }

    @Test func `after the broker was away only a digest or an answer confirms`() {
        var replica = Replica(needing: 1)
        Self.apply(Self.messages[0], to: &replica)
        replica.doubt()
        Self.apply(Self.messages[1], to: &replica)
        #expect(replica.isStale)
        replica.reassure()
        #expect(!replica.isStale)
        replica.doubt()
        replica.require(3)
        replica.reassure()
        #expect(replica.isStale)
        Self.apply(Self.messages[2], to: &replica)
        #expect(!replica.isStale)
    }

    private static func apply(_ message: PresenceMessage, to replica: inout Replica) {
        switch message {
        case .delta(let delta): _ = replica.apply(delta)
        case .snapshot(let snapshot): _ = replica.apply(snapshot)
        case .current(let current):
            for topic in current.topics { _ = replica.confirm(topic.version, at: current.at) }
        case .digest, .ask, .typing, .goodbye: Issue.record("not for a replica")
        }
    }

    private static func delta(
        _ previous: UInt64, _ version: UInt64, _ entries: [PresenceMessage.Entry]
    ) -> PresenceMessage {
        .delta(.init(node: node, topic: lobby, previous: previous, version: version, entries: entries))
    }

    private static func snapshot(
        _ version: UInt64, _ part: Int, _ parts: Int, _ people: [PersonStatus]
    ) -> PresenceMessage {
        .snapshot(
            .init(node: node, topic: lobby, version: version, at: version, part: part, parts: parts, people: people))
    }
}
