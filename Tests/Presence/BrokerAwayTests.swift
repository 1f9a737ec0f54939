import Testing

@testable import Presence

@Suite struct `While the broker is away, others are unknown` {
    private static let carla = PersonID(kind: 1, value: 3)

    /// Anna is on both nodes' screens from node 1, Ben is on node 0.
    private static func pair() -> Cluster {
        var cluster = Cluster(2, seed: 11)
        for host in 0...1 { cluster.watch(host, lobby) }
        cluster.connect(0, 1, ben, online, in: [lobby])
        cluster.connect(1, 2, anna, visible, in: [lobby])
        cluster.run(for: .seconds(7))
        return cluster
    }

    // covers: B4
    @Test func `unknown is not offline`() {
        var cluster = Self.pair()
        #expect(cluster.state(0, Self.carla, lobby) == .away)
        for host in 0...1 { cluster.loseBroker(host) }
        cluster.run(for: .seconds(60))
        #expect(cluster.state(0, anna, lobby) == .unknown)
        #expect(cluster.state(0, Self.carla, lobby) == .unknown)
        #expect(cluster.state(0, ben, lobby) == .here(online))
        let screen = cluster.hosts[0].screens[lobby]
        #expect(screen?.unknown == [anna] && screen?.people == [ben: online])
        #expect(screen?.leftAt == [:] && screen?.isComplete == false)
        #expect(cluster.hosts[0].node.people(in: lobby) == [PersonStatus(ben, online)])
    }

    @Test func `when it is back, what was true is true again without a question`() {
        var cluster = Self.pair()
        for host in 0...1 { cluster.loseBroker(host) }
        cluster.run(for: .seconds(60))
        let before = cluster.published.count
        for host in 0...1 { cluster.recoverBroker(host) }
        cluster.run(for: .seconds(7))
        #expect(cluster.state(0, anna, lobby) == .here(visible))
        #expect(cluster.state(0, Self.carla, lobby) == .away)
        #expect(cluster.hosts[0].screens[lobby]?.isComplete == true)
        #expect(cluster.published[before...].allSatisfy { if case .digest = $0 { true } else { false } })
    }

    @Test func `what changed meanwhile is found`() {
        var cluster = Self.pair()
        for host in 0...1 { cluster.loseBroker(host) }
        cluster.run(for: .seconds(30))
        cluster.disconnect(1, SocketID(2))
        cluster.connect(1, 3, Self.carla, idle, in: [lobby])
        cluster.run(for: .seconds(30))
        for host in 0...1 { cluster.recoverBroker(host) }
        cluster.run(for: .seconds(1))
        #expect(cluster.state(0, Self.carla, lobby) == .here(idle))
        cluster.run(for: .seconds(9))
        #expect(cluster.state(0, anna, lobby) == .away)
        #expect(cluster.complaints == [])
    }

    @Test func `a node that died meanwhile is given up after the silence, not before`() {
        var cluster = Self.pair()
        for host in 0...1 { cluster.loseBroker(host) }
        cluster.run(for: .seconds(60))
        cluster.crash(1)
        cluster.recoverBroker(0)
        cluster.run(for: .seconds(14))
        #expect(cluster.state(0, anna, lobby) == .unknown)
        #expect(cluster.state(0, Self.carla, lobby) == .unknown)
        cluster.run(for: .seconds(1) + .milliseconds(300))
        #expect(cluster.state(0, anna, lobby) == .away)
        #expect(cluster.state(0, Self.carla, lobby) == .away)
        #expect(cluster.complaints == [])
    }

    @Test func `nobody is away before every other node could be heard`() {
        var cluster = Cluster(1, seed: 12)
        cluster.watch(0, lobby)
        cluster.run(for: .seconds(5))
        #expect(cluster.state(0, anna, lobby) == .unknown)
        #expect(cluster.hosts[0].screens[lobby]?.isComplete == false)
        cluster.run(for: .seconds(1) + .milliseconds(100))
        #expect(cluster.state(0, anna, lobby) == .away)
        #expect(cluster.hosts[0].screens[lobby]?.isComplete == true)
    }

    @Test func `nothing is said while nobody can hear it`() {
        var cluster = Self.pair()
        cluster.loseBroker(0)
        let before = cluster.hosts[0].node.round
        cluster.connect(0, 9, Self.carla, idle, in: [lobby])
        cluster.watch(0, ward)
        let published = cluster.published.count
        cluster.run(for: .seconds(30))
        let mine = cluster.published[published...].filter { $0.sender == cluster.hosts[0].node.id }
        #expect(mine == [])
        #expect(cluster.hosts[0].node.round == before)
        #expect(cluster.state(0, Self.carla, lobby) == .here(idle))
    }

    @Test func `told twice is told once`() {
        var cluster = Self.pair()
        cluster.loseBroker(0)
        cluster.run(for: .seconds(1))
        let diffs = cluster.hosts[0].screens[lobby]?.diffs
        cluster.loseBroker(0)
        cluster.run(for: .seconds(1))
        #expect(cluster.hosts[0].screens[lobby]?.diffs == diffs)
        cluster.recoverBroker(0)
        cluster.run(for: .seconds(3))
        cluster.recoverBroker(0)
        cluster.run(for: .seconds(3) + .milliseconds(200))
        #expect(cluster.hosts[0].node.isSettled)
    }
}
