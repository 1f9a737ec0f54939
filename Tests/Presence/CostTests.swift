import TestSupport
import Testing

@testable import Presence

@Suite struct `The cost does not grow with the topic` {
    struct Cost: Equatable {
        var bytes = 0
        var work = 0
        var shown = 0
    }

    /// Two nodes with half of the members each, both watched; what one act costs both of them, with its next digests.
    private static func cost(members: Int, of act: (inout Cluster) -> Void) -> Cost {
        var cluster = Cluster(2, seed: 31)
        for host in 0...1 { cluster.watch(host, lobby) }
        for member in 0..<members {
            let person = PersonID(kind: 2, value: Int64(member))
            cluster.connect(member % 2, UInt64(member), person, online, in: [lobby])
        }
        // Until the digests no longer speak of it.
        cluster.run(for: .seconds(40))
        let before = total(cluster)
        act(&cluster)
        cluster.run(for: .seconds(30))
        let after = total(cluster)
        #expect(cluster.complaints == [])
        return Cost(
            bytes: after.bytes - before.bytes, work: after.work - before.work, shown: after.shown - before.shown)
    }

    private static func total(_ cluster: Cluster) -> Cost {
        Cost(
            bytes: cluster.publishedBytes, work: cluster.hosts.map(\.node.work).reduce(0, +),
            shown: cluster.hosts.map { $0.screens[lobby]?.diffs ?? 0 }.reduce(0, +))
    }

    private static let acts: [@Sendable (inout Cluster) -> Void] = [
        { $0.connect(0, 1_000_000, anna, visible, in: [lobby]) },
        { $0.change(0, SocketID(4), idle) },
        { $0.disconnect(0, SocketID(4)) },
    ]

    // covers: B4
    @Test(arguments: 0...2) func `of one join, change or leave among ten thousand`(act: Int) {
        let small = Self.cost(members: 10, of: Self.acts[act])
        let large = Self.cost(members: 10_000, of: Self.acts[act])
        #expect(small == large)
        #expect(large.shown == 2)
        #expect(large.work < 10)
    }

    @Test func `a storm of ten thousand is told in bounded messages, each person once`() {
        var cluster = Cluster(2, seed: 32)
        cluster.watch(1, lobby)
        cluster.run(for: .seconds(1))
        let before = cluster.published.count
        for member in 0..<10_000 {
            let person = PersonID(kind: 2, value: Int64(member))
            cluster.connect(0, UInt64(member), person, online, in: [lobby])
        }
        cluster.run(for: .seconds(1))
        let deltas = cluster.published[before...]
        #expect(deltas.count == 10)
        #expect(deltas.allSatisfy { $0.encoded().count < 20_000 })
        #expect(cluster.hosts[1].screens[lobby]?.people.count == 10_000)
        #expect(cluster.hosts[1].screens[lobby]?.diffs == 2)
    }

    @Test func `a late watcher gets ten thousand in bounded messages, though parts are lost`() {
        var cluster = Cluster(2, seed: 33)
        for member in 0..<10_000 {
            let person = PersonID(kind: 2, value: Int64(member))
            cluster.connect(0, UInt64(member), person, online, in: [lobby])
        }
        cluster.run(for: .seconds(7))
        let before = cluster.published.count
        cluster.weather.lostPercent = 20
        cluster.watch(1, lobby)
        cluster.run(for: .seconds(20))
        #expect(cluster.hosts[1].screens[lobby]?.people.count == 10_000)
        let snapshots = cluster.published[before...].filter { if case .snapshot = $0 { true } else { false } }
        #expect(snapshots.count > 10 && snapshots.count % 10 == 0)
        #expect(snapshots.allSatisfy { $0.encoded().count < 20_000 })
    }

    @Test func `many watchers' questions of one moment get one answer`() {
        var cluster = Cluster(6, seed: 34)
        cluster.connect(0, 1, anna, online, in: [lobby])
        cluster.run(for: .seconds(7))
        let before = cluster.published.count
        for host in 1...5 { cluster.watch(host, lobby) }
        cluster.run(for: .milliseconds(150))
        cluster.run(for: .milliseconds(300))
        let snapshots = cluster.published[before...].filter { if case .snapshot = $0 { true } else { false } }
        #expect(snapshots.count == 1)
        #expect(cluster.hosts[1...].allSatisfy { $0.screens[lobby]?.people == [anna: online] })
    }
}
