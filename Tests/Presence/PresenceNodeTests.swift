import Testing

@testable import Presence

@Suite struct `A node shows its own sockets` {
    @Test(arguments: [
        ([visible], visible),
        ([idle, visible], visible),
        ([visible, idle], visible),
        ([online, idle], online),
        ([idle], idle),
        ([Status(.visible, on: .phone), Status(.visible, on: .desktop)], Status(.visible, on: .desktop)),
        ([Status(.idle, on: .desktop), Status(.online, on: .phone)], Status(.online, on: .phone)),
    ]) func `a person is the best of their sockets`(sockets: [Status], best: Status) {
        var cluster = Cluster(2, seed: 1)
        for (index, status) in sockets.enumerated() {
            // Whether on one node or on two, the answer is the same.
            cluster.connect(index % 2, UInt64(index), anna, status, in: [lobby])
            cluster.connect(0, UInt64(index + 10), ben, status, in: [lobby])
        }
        for host in 0...1 { cluster.watch(host, lobby) }
        cluster.run(for: .seconds(1))
        for host in 0...1 {
            #expect(cluster.state(host, anna, lobby) == .here(best))
            #expect(cluster.state(host, ben, lobby) == .here(best))
        }
    }

    @Test func `who is idle in a visible tab is idle`() {
        #expect(Attention(isVisible: true, isIdle: true) == .idle)
        #expect(Attention(isVisible: false, isIdle: true) == .idle)
        #expect(Attention(isVisible: true, isIdle: false) == .visible)
        #expect(Attention(isVisible: false, isIdle: false) == .online)
    }

    @Test func `the best of statuses does not depend on order`() {
        let all = Attention.allCases.flatMap { attention in
            DeviceKind.allCases.map { Status(attention, on: $0) }
        }
        #expect(all.shuffled().sorted() == all)
        for one in all {
            for other in all { #expect(max(one, other) == max(other, one)) }
        }
    }

    @Test func `changes of a moment are one diff`() {
        var cluster = Cluster(1, seed: 1)
        cluster.watch(0, lobby)
        cluster.run(for: .seconds(1))
        let before = cluster.hosts[0].screens[lobby]?.diffs ?? 0
        for socket in 0..<50 {
            cluster.connect(0, UInt64(socket), PersonID(kind: 1, value: Int64(socket)), online, in: [lobby])
        }
        cluster.change(0, SocketID(3), visible)
        cluster.run(for: .seconds(1))
        #expect(cluster.hosts[0].screens[lobby]?.diffs == before + 1)
        #expect(cluster.hosts[0].screens[lobby]?.people.count == 50)
        #expect(cluster.hosts[0].node.people(in: lobby).map(\.person.value) == Array(0..<50))
    }

    @Test func `who comes and goes within a moment is never told of`() {
        var cluster = Cluster(1, seed: 1)
        cluster.watch(0, lobby)
        cluster.run(for: .seconds(1))
        let before = cluster.published.count
        cluster.connect(0, 1, anna, online, in: [lobby])
        cluster.disconnect(0, SocketID(1))
        cluster.run(for: .seconds(1))
        #expect(cluster.published.count == before)
        #expect(cluster.hosts[0].screens[lobby]?.people == [:])
    }

    @Test func `nothing happens between ticks, and a tick too early gives nothing`() {
        var node = PresenceNode(id: NodeID(high: 1, low: 1), now: .seconds(50))
        #expect(node.nextTick == .seconds(50))
        #expect(node.tick(now: .seconds(50)).count == 1)
        node.watch(lobby, now: .seconds(51))
        node.connected(SocketID(1), anna, visible, now: .seconds(51))
        node.joined(SocketID(1), lobby, now: .seconds(51))
        #expect(node.nextTick == .seconds(51) + .milliseconds(100))
        #expect(node.tick(now: .seconds(51) + .milliseconds(99)) == [])
        let diff = PresenceDiff(joined: [PersonStatus(anna, visible)], isComplete: false)
        #expect(node.tick(now: .seconds(51) + .milliseconds(100)).last == .show(lobby, diff))
    }

    @Test func `a clock that runs backwards stands still`() {
        var node = PresenceNode(id: NodeID(high: 1, low: 1), now: .seconds(50))
        _ = node.tick(now: .seconds(50))
        node.connected(SocketID(1), anna, visible, now: .seconds(3))
        node.joined(SocketID(1), lobby, now: .seconds(-3))
        #expect(node.nextTick == .seconds(50) + .milliseconds(100))
    }

    @Test func `sockets and topics that do not exist do no harm`() {
        var node = PresenceNode(id: NodeID(high: 1, low: 1), now: .zero)
        _ = node.tick(now: .zero)
        node.joined(SocketID(1), lobby, now: .zero)
        node.changed(SocketID(1), idle, now: .zero)
        node.left(SocketID(1), lobby, now: .zero)
        node.disconnected(SocketID(1), now: .zero)
        node.typed(SocketID(1), lobby, for: .everyone, now: .zero)
        node.stoppedTyping(SocketID(1), lobby, for: .everyone, now: .zero)
        node.unwatch(lobby, now: .zero)
        node.connected(SocketID(1), anna, visible, now: .zero)
        node.left(SocketID(1), lobby, now: .zero)
        node.joined(SocketID(1), ward, now: .zero)
        node.joined(SocketID(1), ward, now: .zero)
        node.changed(SocketID(1), visible, now: .zero)
        #expect(node.state(of: anna, in: ward) == .here(visible))
        node.left(SocketID(1), ward, now: .zero)
        #expect(node.tick(now: .seconds(1)) == [])
        #expect(node.state(of: anna, in: ward) == .unknown)
    }

    @Test func `a socket that connects again is a new one`() {
        var cluster = Cluster(1, seed: 1)
        cluster.watch(0, lobby)
        cluster.connect(0, 1, anna, visible, in: [lobby])
        cluster.run(for: .seconds(1))
        cluster.connect(0, 1, ben, visible, in: [lobby])
        cluster.run(for: .seconds(10))
        #expect(cluster.hosts[0].screens[lobby]?.people == [ben: visible])
    }
}

@Suite struct `The settings of presence` {
    @Test func `the defaults are valid`() {
        #expect(PresenceSettings().problems == [])
    }

    struct Spoiled: CustomTestStringConvertible, Sendable {
        let name: String
        let spoil: @Sendable (inout PresenceSettings) -> Void

        init(_ name: String, _ spoil: @escaping @Sendable (inout PresenceSettings) -> Void) {
            self.name = name
            self.spoil = spoil
        }

        var testDescription: String { name }
    }

    @Test(arguments: [
        Spoiled("digest") { $0.digest = .zero },
        Spoiled("coalescing") { $0.coalescing = .seconds(2) },
        Spoiled("silence") { $0.silence = .seconds(8) },
        Spoiled("settling") { $0.settling = .seconds(4) },
        Spoiled("askingAgain") { $0.askingAgain = .milliseconds(299) },
        Spoiled("askingAgain") { $0.askingAgain = .seconds(15) },
        Spoiled("grace") { $0.grace = .seconds(16) },
        Spoiled("typing") { $0.typing = .seconds(3) },
        Spoiled("typingRepeat") { $0.typingRepeat = .seconds(-1) },
        Spoiled("silence") { $0.silence = .seconds(100_000) },
    ]) func `a setting that breaks a rule is named`(row: Spoiled) {
        var settings = PresenceSettings()
        row.spoil(&settings)
        #expect(settings.problems.contains { $0.contains(row.name) })
    }

    @Test func `what is allowed at the edge is allowed`() {
        var settings = PresenceSettings()
        settings.silence = .seconds(10)
        settings.settling = .seconds(5)
        settings.grace = .seconds(10)
        settings.askingAgain = .milliseconds(300)
        settings.typing = .seconds(4)
        #expect(settings.problems == [])
    }
}
