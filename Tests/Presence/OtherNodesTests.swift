import Testing

@testable import Presence

@Suite struct `Nodes come and go` {
    /// Two nodes that know each other; Anna is on the second, the first watches.
    private static func pair() -> Cluster {
        var cluster = Cluster(2, seed: 5)
        cluster.watch(0, lobby)
        cluster.connect(1, 1, anna, visible, in: [lobby])
        cluster.run(for: .seconds(7))
        return cluster
    }

    // covers: B4
    @Test func `a node that dies takes its people with it after the silence`() {
        var cluster = Self.pair()
        cluster.crash(1)
        cluster.run(for: .seconds(9))
        #expect(cluster.state(0, anna, lobby) == .here(visible))
        cluster.run(for: .seconds(6) + .milliseconds(200))
        #expect(cluster.state(0, anna, lobby) == .away)
        #expect(cluster.hosts[0].screens[lobby]?.people == [:])
    }

    // covers: B4
    @Test func `a goodbye takes its people with it at once, but for the grace`() {
        var cluster = Self.pair()
        cluster.replace(1)
        cluster.run(for: .seconds(7))
        #expect(cluster.state(0, anna, lobby) == .here(visible))
        cluster.run(for: .seconds(1) + .milliseconds(300))
        #expect(cluster.state(0, anna, lobby) == .away)
    }

    @Test func `who finds another node after a goodbye never appeared away`() {
        var cluster = Self.pair()
        cluster.replace(1)
        cluster.run(for: .seconds(7))
        cluster.connect(0, 2, anna, idle, in: [lobby])
        cluster.run(for: .seconds(30))
        #expect(cluster.hosts[0].screens[lobby]?.leftAt == [:])
        #expect(cluster.state(0, anna, lobby) == .here(idle))
    }

    @Test func `late messages raise no ghost of a node that said goodbye`() {
        var cluster = Self.pair()
        let old = cluster.hosts[1].node.id
        let past = cluster.published.filter { $0.sender == old }
        cluster.replace(1)
        cluster.run(for: .seconds(20))
        for message in past { cluster.deliver(message, to: 0) }
        let later = PresenceMessage.Digest(node: old, round: 1_000, from: 0, to: 1, topics: [])
        cluster.deliver(.digest(later), to: 0)
        #expect(cluster.hosts[0].node.peers[old] == nil)
        cluster.run(for: .seconds(1))
        #expect(cluster.state(0, anna, lobby) == .away)
    }

    @Test func `repeated messages neither keep a dead node alive nor raise its ghost`() {
        var cluster = Self.pair()
        let old = cluster.hosts[1].node.id
        let past = cluster.published.filter { $0.sender == old }
        cluster.crash(1)
        for _ in 0..<40 {
            cluster.run(for: .milliseconds(500))
            for message in past { cluster.deliver(message, to: 0) }
        }
        #expect(cluster.hosts[0].node.peers[old] == nil)
        #expect(cluster.state(0, anna, lobby) == .away)
    }

    @Test func `a node that was cut off returns with all its people`() {
        var cluster = Self.pair()
        cluster.split(1, into: 1)
        cluster.run(for: .seconds(20))
        #expect(cluster.state(0, anna, lobby) == .away)
        cluster.split(1, into: 0)
        cluster.run(for: .seconds(6))
        #expect(cluster.state(0, anna, lobby) == .here(visible))
    }

    @Test func `a restarted node is another node`() {
        var cluster = Self.pair()
        cluster.crash(1)
        cluster.connect(1, 1, ben, online, in: [lobby])
        cluster.run(for: .seconds(1))
        // The old one cannot be told from a slow one yet.
        #expect(cluster.state(0, anna, lobby) == .here(visible))
        #expect(cluster.state(0, ben, lobby) == .here(online))
    }

    @Test func `new nodes know each other within a moment`() {
        var cluster = Cluster(4, seed: 2)
        cluster.run(for: .milliseconds(300))
        #expect(cluster.hosts.allSatisfy { $0.node.peers.count == 3 })
        cluster.replace(2)
        cluster.run(for: .milliseconds(300))
        #expect(cluster.hosts.allSatisfy { $0.node.peers.count == 3 })
    }

    @Test func `after its farewell a node is silent`() {
        var cluster = Self.pair()
        let now = cluster.now + cluster.hosts[1].clockOffset
        var node = cluster.hosts[1].node
        #expect(node.farewell(now: now) == [.publish(.goodbye(node.id))])
        #expect(node.farewell(now: now) == [])
        node.disconnected(SocketID(1), now: now)
        #expect(node.tick(now: now + .seconds(60)) == [])
        #expect(node.nextTick == nil)
        cluster.loseBroker(1)
    }

    @Test func `one node more than can be is ignored`() {
        var node = PresenceNode(id: NodeID(high: 9, low: 9), now: .zero)
        for low in 0...UInt64(PresenceNode.maxPeers) {
            let id = NodeID(high: 1, low: low)
            node.received(.digest(.init(node: id, round: 1, from: 0, to: 0, topics: [])), now: .zero)
        }
        #expect(node.peers.count == PresenceNode.maxPeers)
    }

    @Test func `a message in this node's own name is ignored`() {
        var node = PresenceNode(id: NodeID(high: 9, low: 9), now: .zero)
        node.received(.goodbye(node.id), now: .zero)
        node.received(.digest(.init(node: node.id, round: 1, from: 0, to: 0, topics: [])), now: .zero)
        #expect(node.peers.isEmpty)
    }
}

@Suite struct `What was lost is asked for` {
    @Test func `a late watcher gets everybody`() {
        var cluster = Cluster(2, seed: 3)
        cluster.connect(1, 1, anna, visible, in: [lobby])
        cluster.connect(1, 2, ben, idle, in: [lobby, ward])
        cluster.run(for: .seconds(30))
        #expect(cluster.state(0, anna, lobby) == .unknown)
        cluster.watch(0, lobby)
        #expect(cluster.state(0, anna, lobby) == .unknown)
        cluster.run(for: .milliseconds(400))
        #expect(cluster.hosts[0].screens[lobby]?.people == [anna: visible, ben: idle])
        #expect(cluster.hosts[0].screens[lobby]?.isComplete == true)
    }

    @Test func `only what is watched is kept, and forgotten when it no longer is`() {
        var cluster = Cluster(2, seed: 3)
        cluster.watch(0, lobby)
        cluster.connect(1, 1, anna, visible, in: [lobby, ward])
        cluster.run(for: .seconds(7))
        #expect(Set(cluster.hosts[0].node.watched.keys) == [lobby])
        #expect(cluster.state(0, anna, ward) == .unknown)
        cluster.unwatch(0, lobby)
        #expect(cluster.hosts[0].node.watched.isEmpty)
        #expect(cluster.state(0, anna, lobby) == .unknown)
        #expect(cluster.state(1, anna, lobby) == .here(visible))
    }

    @Test func `a delta that was lost is noticed by the next digest, even if nothing follows`() {
        var cluster = Self.pairWithAnna()
        cluster.loses = { if case .delta = $0 { true } else { false } }
        cluster.disconnect(1, SocketID(1))
        cluster.connect(1, 2, ben, online, in: [lobby])
        cluster.run(for: .seconds(5) + .milliseconds(500))
        #expect(cluster.state(0, ben, lobby) == .here(online))
        cluster.run(for: .seconds(8))
        #expect(cluster.state(0, anna, lobby) == .away)
    }

    @Test func `a delta that was lost is noticed by the next delta`() {
        var cluster = Self.pairWithAnna()
        cluster.loses = { _ in true }
        cluster.connect(1, 2, ben, online, in: [lobby])
        cluster.run(for: .milliseconds(150))
        cluster.loses = { if case .digest = $0 { true } else { false } }
        cluster.change(1, SocketID(1), idle)
        cluster.run(for: .milliseconds(700))
        #expect(cluster.hosts[0].screens[lobby]?.people == [anna: idle, ben: online])
    }

    @Test func `a question or an answer that was lost is asked again`() {
        var cluster = Self.pairWithAnna()
        cluster.loses = {
            switch $0 {
            case .delta, .ask, .snapshot: true
            case .digest, .current, .typing, .goodbye: false
            }
        }
        cluster.connect(1, 2, ben, online, in: [lobby])
        cluster.run(for: .seconds(8))
        #expect(cluster.state(0, ben, lobby) == .away)
        cluster.loses = { _ in false }
        cluster.run(for: .seconds(1) + .milliseconds(400))
        #expect(cluster.state(0, ben, lobby) == .here(online))
    }

    @Test func `a topic that emptied unnoticed is no ghost`() {
        var cluster = Self.pairWithAnna()
        cluster.loses = { if case .delta = $0 { true } else { false } }
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(14))
        #expect(cluster.state(0, anna, lobby) == .away)
        // The topic begins again at version 0, after a state that the watcher knows to be empty.
        cluster.loses = { _ in false }
        cluster.connect(1, 2, ben, online, in: [lobby])
        cluster.run(for: .milliseconds(300))
        #expect(cluster.hosts[0].screens[lobby]?.people == [ben: online])
    }

    @Test func `a topic that emptied and filled again unnoticed shows only the new`() {
        var cluster = Self.pairWithAnna()
        cluster.loses = { _ in true }
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .milliseconds(300))
        cluster.loses = { if case .digest = $0 { true } else { false } }
        cluster.connect(1, 2, ben, online, in: [lobby])
        cluster.run(for: .seconds(9))
        #expect(cluster.hosts[0].screens[lobby]?.people == [ben: online])
    }

    @Test func `an answer from before is no answer to who watches again`() {
        var cluster = Self.pairWithAnna()
        let old = cluster.published.filter { if case .delta = $0 { true } else { false } }
        cluster.unwatch(0, lobby)
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(30))
        cluster.loses = { if case .ask = $0 { true } else { false } }
        cluster.watch(0, lobby)
        for message in old { cluster.deliver(message, to: 0) }
        cluster.run(for: .seconds(1))
        // Something was heard of Anna, but not whether it is still so: nobody else may be called away.
        #expect(cluster.hosts[0].screens[lobby]?.isComplete == false)
        cluster.loses = { _ in false }
        cluster.run(for: .seconds(10))
        #expect(cluster.hosts[0].screens[lobby]?.isComplete == true)
        #expect(cluster.hosts[0].screens[lobby]?.people == [:])
    }

    @Test func `a quiet cluster says nothing but its digests`() {
        var cluster = Self.pairWithAnna()
        cluster.run(for: .seconds(20))
        let before = cluster.published.count
        cluster.run(for: .seconds(45))
        #expect(cluster.published.count == before + 20)
        let digests = cluster.published[before...].map { $0.encoded().count }
        #expect(digests.allSatisfy { $0 == 44 })
    }

    private static func pairWithAnna() -> Cluster {
        var cluster = Cluster(2, seed: 3)
        cluster.watch(0, lobby)
        cluster.connect(1, 1, anna, visible, in: [lobby])
        cluster.run(for: .seconds(7))
        return cluster
    }
}
