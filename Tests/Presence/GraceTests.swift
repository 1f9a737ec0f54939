import Testing

@testable import Presence

@Suite struct `A short grace hides reconnects` {
    /// Both see Anna, who is on the second.
    private static func pair() -> Cluster {
        var cluster = Cluster(2, seed: 9)
        for host in 0...1 { cluster.watch(host, lobby) }
        cluster.connect(1, 1, anna, visible, in: [lobby])
        cluster.run(for: .seconds(7))
        return cluster
    }

    // covers: B4
    @Test(arguments: [0, 1], [0, 1])
    func `who comes back in time never appeared away`(watcher: Int, host: Int) {
        var cluster = Self.pair()
        let diffs = cluster.hosts[watcher].screens[lobby]?.diffs
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(7) + .milliseconds(800))
        #expect(cluster.state(watcher, anna, lobby) == .here(visible))
        cluster.connect(host, 2, anna, visible, in: [lobby])
        cluster.run(for: .seconds(30))
        #expect(cluster.state(watcher, anna, lobby) == .here(visible))
        #expect(cluster.hosts[watcher].screens[lobby]?.diffs == diffs)
    }

    @Test(arguments: [0, 1]) func `who does not is away when it is over`(watcher: Int) {
        var cluster = Self.pair()
        let begin = cluster.now
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(20))
        #expect(cluster.state(watcher, anna, lobby) == .away)
        let left = (cluster.hosts[watcher].screens[lobby]?.leftAt[anna] ?? .zero) - begin
        #expect(left >= .seconds(8) && left <= .seconds(8) + .milliseconds(300))
    }

    @Test func `each departure has its own grace`() {
        var cluster = Self.pair()
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(6))
        cluster.connect(1, 2, anna, visible, in: [lobby])
        cluster.run(for: .seconds(1))
        cluster.disconnect(1, SocketID(2))
        cluster.run(for: .seconds(7) + .milliseconds(500))
        #expect(cluster.state(0, anna, lobby) == .here(visible))
        cluster.run(for: .seconds(1))
        #expect(cluster.state(0, anna, lobby) == .away)
    }

    @Test func `back and gone again between two ticks, the grace begins anew`() {
        var cluster = Self.pair()
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(7) + .milliseconds(950))
        cluster.connect(1, 2, anna, visible, in: [lobby])
        cluster.disconnect(1, SocketID(2))
        cluster.run(for: .seconds(7))
        #expect(cluster.state(1, anna, lobby) == .here(visible))
        cluster.run(for: .seconds(2))
        #expect(cluster.state(1, anna, lobby) == .away)
    }

    @Test func `another socket's status shows at once`() {
        var cluster = Self.pair()
        cluster.connect(0, 2, anna, idle, in: [lobby])
        cluster.run(for: .seconds(1))
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .milliseconds(300))
        #expect(cluster.hosts[0].screens[lobby]?.people == [anna: idle])
        #expect(cluster.hosts[1].screens[lobby]?.people == [anna: idle])
    }

    /// At whatever moment between two of its digests it dies.
    // covers: B4
    @Test(arguments: Array(stride(from: 0, to: 4500, by: 250)))
    func `a dead node's people are gone within fifteen seconds, without a second grace`(_ milliseconds: Int) {
        var cluster = Self.pair()
        cluster.run(for: .milliseconds(milliseconds))
        cluster.crash(1)
        cluster.watch(1, lobby)
        cluster.run(for: .seconds(15))
        #expect(cluster.hosts[0].screens[lobby]?.people == [:])
    }

    @Test func `a node of which two digests were lost is not dead`() {
        var cluster = Self.pair()
        let diffs = cluster.hosts[0].screens[lobby]?.diffs
        let node = cluster.hosts[1].node.id
        let first = Self.rounds(of: node, in: cluster).max() ?? 0
        cluster.loses = { message in
            guard case .digest(let digest) = message, digest.node == node else { return false }
            return (first + 1...first + 2).contains(digest.round)
        }
        cluster.run(for: .seconds(20))
        #expect(Self.rounds(of: node, in: cluster).max() ?? 0 > first + 2)
        #expect(cluster.hosts[0].screens[lobby]?.people == [anna: visible])
        #expect(cluster.hosts[0].screens[lobby]?.diffs == diffs)
    }

    private static func rounds(of node: NodeID, in cluster: Cluster) -> [UInt64] {
        cluster.published.compactMap { message in
            if case .digest(let digest) = message, digest.node == node { digest.round } else { nil }
        }
    }
}
