import TestSupport
import Testing

@testable import Presence

/// Ten seconds to a minute of everything that can go wrong, at random, then calm: all nodes must agree.
@Suite struct `Nodes agree once messages flow again` {
    private static let topics = [lobby, ward, TopicID(kind: 2, value: -1)]
    private static let people = (1...6).map { PersonID(kind: 1, value: $0) }
    private static let seeds = Array(UInt64(1)...200)

    // covers: B4
    @Test(arguments: seeds) func `after two digests everybody who is here is seen, if no node died`(seed: UInt64) {
        var cluster = Self.stormy(seed, nodesDie: false)
        cluster.run(for: .seconds(10) + .milliseconds(600))
        for host in cluster.hosts.indices {
            for (topic, screen) in cluster.hosts[host].screens {
                for (person, status) in cluster.truth(topic) {
                    #expect(cluster.state(host, person, topic) == .here(status), "seed \(seed)")
                    #expect(screen.people[person] == status, "seed \(seed)")
                }
            }
        }
        #expect(cluster.complaints == [], "seed \(seed)")
    }

    // covers: B4
    @Test(arguments: seeds) func `after the silence and the grace no ghost is left, whatever died`(seed: UInt64) {
        var cluster = Self.stormy(seed, nodesDie: true)
        // What was under way may still arrive: two seconds. Then silence, and the last diff.
        cluster.run(for: .seconds(2 + 15) + .milliseconds(300))
        for host in cluster.hosts.indices {
            for (topic, screen) in cluster.hosts[host].screens {
                let truth = cluster.truth(topic)
                for person in Self.people {
                    let expected = truth[person].map(PresenceAnswer.here) ?? .away
                    #expect(cluster.state(host, person, topic) == expected, "seed \(seed)")
                }
                #expect(screen.people == truth, "seed \(seed)")
                #expect(screen.unknown.isEmpty && screen.typists.isEmpty && screen.isComplete, "seed \(seed)")
                let listed = cluster.hosts[host].node.people(in: topic)
                #expect(listed == truth.sorted { $0.key < $1.key }.map { PersonStatus($0.key, $0.value) })
            }
            #expect(cluster.hosts[host].node.peers.count == cluster.hosts.count - 1, "seed \(seed)")
        }
        #expect(cluster.complaints == [], "seed \(seed)")
    }

    @Test func `the same seed gives the same messages`() {
        let runs = (0..<2).map { _ in
            var cluster = Self.stormy(44, nodesDie: true)
            cluster.run(for: .seconds(20))
            return cluster.published
        }
        #expect(runs[0].count > 100)
        #expect(runs[0] == runs[1])
    }

    /// A cluster after its storm, at the moment at which messages flow again.
    private static func stormy(_ seed: UInt64, nodesDie: Bool) -> Cluster {
        var cluster = Cluster(2 + Int(seed % 3), seed: seed)
        cluster.weather = .storm
        var nextSocket: UInt64 = 0
        let acts = cluster.random.int(20...120)
        for _ in 0..<acts {
            cluster.run(for: .milliseconds(cluster.random.int(0...500)))
            act(on: &cluster, &nextSocket, nodesDie: nodesDie)
        }
        cluster.weather = .calm
        for host in cluster.hosts.indices {
            cluster.split(host, into: 0)
            cluster.recoverBroker(host)
            for topic in topics where cluster.random.oneIn(2) { cluster.watch(host, topic) }
        }
        return cluster
    }

    private static func act(on cluster: inout Cluster, _ nextSocket: inout UInt64, nodesDie: Bool) {
        let host = cluster.random.int(0...cluster.hosts.count - 1)
        let topic = topics[cluster.random.int(0...topics.count - 1)]
        let person = people[cluster.random.int(0...people.count - 1)]
        let status = randomStatus(&cluster.random)
        let sockets = cluster.hosts[host].sockets.keys.sorted { $0.value < $1.value }
        let socket = sockets.isEmpty ? nil : sockets[cluster.random.int(0...sockets.count - 1)]
        switch cluster.random.int(0...25) {
        case 0...4:
            nextSocket += 1
            cluster.connect(host, nextSocket, person, status, in: [topic])
        case 5...7: if let socket { cluster.disconnect(host, socket) }
        case 8, 9: if let socket { cluster.change(host, socket, status) }
        case 10, 11: if let socket { cluster.join(host, socket, topic) }
        case 12: if let socket { cluster.leave(host, socket, topic) }
        case 13...15: cluster.watch(host, topic)
        case 16: cluster.unwatch(host, topic)
        case 17, 18:
            if let socket { cluster.with(host) { $0.typed(socket, topic, for: .members, now: $1) } }
        case 19: if let socket { cluster.with(host) { $0.stoppedTyping(socket, topic, for: .members, now: $1) } }
        case 20: cluster.split(host, into: 1)
        case 21: cluster.split(host, into: 0)
        case 22: cluster.loseBroker(host)
        case 23: cluster.recoverBroker(host)
        case 24: if nodesDie { cluster.crash(host) }
        default: if nodesDie { cluster.replace(host) }
        }
    }

    private static func randomStatus(_ random: inout SeededRandom) -> Status {
        Status(
            Attention.allCases[random.int(0...Attention.allCases.count - 1)],
            on: DeviceKind.allCases[random.int(0...DeviceKind.allCases.count - 1)])
    }
}
