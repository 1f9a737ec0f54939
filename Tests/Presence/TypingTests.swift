import Testing

@testable import Presence

@Suite struct `Who is typing` {
    private static let message = Typist(anna, .everyone)
    private static let note = Typist(anna, .members)

    /// Both watch; Anna has two sockets on the second node.
    private static func pair() -> Cluster {
        var cluster = Cluster(2, seed: 21)
        for host in 0...1 { cluster.watch(host, lobby) }
        cluster.connect(1, 1, anna, visible, in: [lobby])
        cluster.connect(1, 2, anna, visible, in: [lobby])
        cluster.run(for: .seconds(7))
        return cluster
    }

    private static func type(_ cluster: inout Cluster, _ socket: UInt64 = 1, _ audience: Audience = .everyone) {
        cluster.with(1) { $0.typed(SocketID(socket), lobby, for: audience, now: $1) }
    }

    private static func typists(_ cluster: Cluster) -> [[Typist]] {
        cluster.hosts.map { $0.node.typists(in: lobby) }
    }

    @Test func `begins with the first keystroke, everywhere`() {
        var cluster = Self.pair()
        Self.type(&cluster)
        cluster.run(for: .milliseconds(250))
        #expect(Self.typists(cluster) == [[Self.message], [Self.message]])
        #expect(cluster.hosts[0].screens[lobby]?.typists == [Self.message])
    }

    @Test func `a private note is another audience`() {
        var cluster = Self.pair()
        Self.type(&cluster, 1, .members)
        cluster.run(for: .milliseconds(250))
        #expect(Self.typists(cluster) == [[Self.note], [Self.note]])
        Self.type(&cluster, 1, .everyone)
        cluster.run(for: .milliseconds(250))
        #expect(Self.typists(cluster) == [[Self.message, Self.note], [Self.message, Self.note]])
        cluster.with(1) { $0.stoppedTyping(SocketID(1), lobby, for: .everyone, now: $1) }
        cluster.run(for: .milliseconds(250))
        #expect(Self.typists(cluster) == [[Self.note], [Self.note]])
    }

    @Test func `ends by itself after the last keystroke`() {
        var cluster = Self.pair()
        Self.type(&cluster)
        cluster.run(for: .seconds(3))
        Self.type(&cluster)
        cluster.run(for: .seconds(5) + .milliseconds(900))
        #expect(Self.typists(cluster) == [[Self.message], [Self.message]])
        cluster.run(for: .milliseconds(400))
        #expect(Self.typists(cluster) == [[], []])
    }

    @Test func `goes on as long as keys are struck, though a message is lost`() {
        var cluster = Self.pair()
        var pauses = 0
        for second in 0..<30 {
            let isLossy = (10...11).contains(second)
            cluster.loses = { if case .typing = $0 { isLossy } else { false } }
            Self.type(&cluster)
            cluster.run(for: .seconds(1))
            if Self.typists(cluster) != [[Self.message], [Self.message]] { pauses += 1 }
        }
        #expect(pauses == 0)
        // Repeated, but not with every keystroke.
        let news = cluster.published.filter { if case .typing = $0 { true } else { false } }
        #expect(news.count == 15)
    }

    @Test(
        arguments: [
            { cluster in cluster.with(1) { $0.stoppedTyping(SocketID(1), lobby, for: .everyone, now: $1) } },
            { cluster in cluster.disconnect(1, SocketID(1)) },
            { cluster in cluster.leave(1, SocketID(1), lobby) },
            { cluster in cluster.replace(1) },
        ] as [@Sendable (inout Cluster) -> Void])
    func `ends with sending, with the socket and with the node`(end: @Sendable (inout Cluster) -> Void) {
        var cluster = Self.pair()
        Self.type(&cluster)
        cluster.run(for: .seconds(1))
        end(&cluster)
        cluster.run(for: .milliseconds(250))
        #expect(cluster.hosts[0].node.typists(in: lobby) == [])
        #expect(cluster.hosts[0].screens[lobby]?.typists == [])
    }

    @Test func `a person with two sockets types until both have stopped`() {
        var cluster = Self.pair()
        Self.type(&cluster, 1)
        Self.type(&cluster, 2)
        cluster.run(for: .seconds(1))
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(1))
        #expect(Self.typists(cluster) == [[Self.message], [Self.message]])
        cluster.disconnect(1, SocketID(2))
        cluster.run(for: .seconds(1))
        #expect(Self.typists(cluster) == [[], []])
    }

    @Test func `a stop that is lost ends by itself`() {
        var cluster = Self.pair()
        Self.type(&cluster)
        cluster.run(for: .seconds(1))
        cluster.loses = { _ in true }
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(5) + .milliseconds(300))
        #expect(cluster.hosts[0].node.typists(in: lobby) == [])
    }

    @Test func `a start that is overtaken by its stop does not begin`() {
        var cluster = Self.pair()
        Self.type(&cluster)
        cluster.run(for: .seconds(1))
        cluster.disconnect(1, SocketID(1))
        cluster.run(for: .seconds(1))
        for message in cluster.published.reversed() {
            if case .typing(let news) = message { cluster.deliver(.typing(news), to: 0) }
        }
        cluster.run(for: .seconds(1))
        #expect(cluster.hosts[0].node.typists(in: lobby) == [])
    }

    @Test func `begun and ended in one moment is not told of`() {
        var cluster = Self.pair()
        Self.type(&cluster)
        cluster.with(1) { $0.stoppedTyping(SocketID(1), lobby, for: .everyone, now: $1) }
        let before = cluster.published.count
        cluster.run(for: .seconds(1))
        #expect(!cluster.published[before...].contains { if case .typing = $0 { true } else { false } })
    }

    @Test func `who is not in a topic does not type there`() {
        var cluster = Self.pair()
        cluster.watch(1, ward)
        cluster.with(1) { $0.typed(SocketID(1), ward, for: .everyone, now: $1) }
        cluster.run(for: .seconds(1))
        #expect(cluster.hosts[1].node.typists(in: ward) == [])
    }

    @Test func `a late watcher on the same node sees who types, one elsewhere with the next repeat`() {
        var cluster = Self.pair()
        for host in 0...1 { cluster.unwatch(host, lobby) }
        Self.type(&cluster)
        cluster.run(for: .seconds(1))
        for host in 0...1 { cluster.watch(host, lobby) }
        cluster.run(for: .milliseconds(300))
        #expect(Self.typists(cluster) == [[], [Self.message]])
        cluster.run(for: .seconds(1))
        Self.type(&cluster)
        cluster.run(for: .milliseconds(300))
        #expect(Self.typists(cluster) == [[Self.message], [Self.message]])
    }
}
