import TestSupport

@testable import Presence

/// Several nodes, a broker that misbehaves, and what is really the case, in one thread on a virtual clock.
struct Cluster {
    /// What the broker does to each copy of a message.
    struct Weather {
        var lostPercent = 0
        var doubledPercent = 0
        var slowest = Duration.milliseconds(20)

        static let calm = Weather()
        static let storm = Weather(lostPercent: 25, doubledPercent: 20, slowest: .seconds(2))
    }

    struct Socket {
        let person: PersonID
        var status: Status
        var topics: Set<TopicID> = []
    }

    struct Host {
        var node: PresenceNode
        /// Clocks of different nodes have nothing in common.
        let clockOffset: Duration
        var group = 0
        var sockets: [SocketID: Socket] = [:]
        var screens: [TopicID: Screen] = [:]
        var hasBroker = true
    }

    private struct Parcel {
        let host: Int
        let node: NodeID
        let bytes: [UInt8]
    }

    private(set) var hosts: [Host] = []
    private(set) var now = Duration.zero
    var weather = Weather.calm
    var random: SeededRandom
    /// What broke an invariant on the way; empty if nothing did.
    private(set) var complaints: [String] = []
    private(set) var publishedBytes = 0
    private(set) var published: [PresenceMessage] = []
    /// Messages of which no copy arrives, for tests that lose a certain one.
    var loses: (PresenceMessage) -> Bool = { _ in false }
    private let settings: PresenceSettings
    private var parcels = Deadlines<Parcel>()

    init(_ count: Int, seed: UInt64, settings: PresenceSettings = PresenceSettings()) {
        random = SeededRandom(seed: seed)
        self.settings = settings
        for _ in 0..<count { hosts.append(newHost()) }
    }

    private mutating func newHost() -> Host {
        let offset = Duration.seconds(random.int(0...100_000))
        let id = NodeID(high: random.next(), low: random.next())
        return Host(node: PresenceNode(id: id, settings: settings, now: now + offset), clockOffset: offset)
    }

    // MARK: What happens

    mutating func with(_ host: Int, _ act: (inout PresenceNode, Duration) -> Void) {
        act(&hosts[host].node, now + hosts[host].clockOffset)
    }

    mutating func connect(
        _ host: Int, _ socket: UInt64, _ person: PersonID, _ status: Status, in topics: [TopicID]
    ) {
        let id = SocketID(socket)
        hosts[host].sockets[id] = Socket(person: person, status: status, topics: Set(topics))
        with(host) { node, now in
            node.connected(id, person, status, now: now)
            for topic in topics { node.joined(id, topic, now: now) }
        }
    }

    mutating func disconnect(_ host: Int, _ socket: SocketID) {
        hosts[host].sockets[socket] = nil
        with(host) { $0.disconnected(socket, now: $1) }
    }

    mutating func change(_ host: Int, _ socket: SocketID, _ status: Status) {
        hosts[host].sockets[socket]?.status = status
        with(host) { $0.changed(socket, status, now: $1) }
    }

    mutating func join(_ host: Int, _ socket: SocketID, _ topic: TopicID) {
        hosts[host].sockets[socket]?.topics.insert(topic)
        with(host) { $0.joined(socket, topic, now: $1) }
    }

    mutating func leave(_ host: Int, _ socket: SocketID, _ topic: TopicID) {
        hosts[host].sockets[socket]?.topics.remove(topic)
        with(host) { $0.left(socket, topic, now: $1) }
    }

    mutating func watch(_ host: Int, _ topic: TopicID) {
        hosts[host].screens[topic] = hosts[host].screens[topic] ?? Screen()
        with(host) { $0.watch(topic, now: $1) }
    }

    mutating func unwatch(_ host: Int, _ topic: TopicID) {
        hosts[host].screens[topic] = nil
        with(host) { $0.unwatch(topic, now: $1) }
    }

    /// The process dies without a word, and another takes its place.
    mutating func crash(_ host: Int) {
        hosts[host] = newHost()
    }

    /// The process says goodbye, and another takes its place.
    mutating func replace(_ host: Int) {
        let outputs = hosts[host].node.farewell(now: now + hosts[host].clockOffset)
        handle(outputs, of: host)
        hosts[host] = newHost()
    }

    mutating func loseBroker(_ host: Int) {
        hosts[host].hasBroker = false
        with(host) { $0.brokerLost(now: $1) }
    }

    mutating func recoverBroker(_ host: Int) {
        hosts[host].hasBroker = true
        with(host) { $0.brokerRecovered(now: $1) }
    }

    /// Nodes of different groups do not reach each other, and are not told so.
    mutating func split(_ host: Int, into group: Int) { hosts[host].group = group }

    mutating func deliver(_ message: PresenceMessage, to host: Int) {
        with(host) { $0.received(message, now: $1) }
    }

    // MARK: Time

    mutating func run(for duration: Duration) {
        let end = now + duration
        var turnsAtOneMoment = 0
        while turnsAtOneMoment < 100 {
            let ticks = hosts.indices.compactMap { index in
                hosts[index].node.nextTick.map { $0 - hosts[index].clockOffset }
            }
            guard let next = (ticks + [parcels.next].compactMap(\.self)).min(), next <= end else { break }
            turnsAtOneMoment = next > now ? 0 : turnsAtOneMoment + 1
            now = max(now, next)
            while let parcel = parcels.popDue(now) { arrive(parcel) }
            for index in hosts.indices {
                let outputs = hosts[index].node.tick(now: now + hosts[index].clockOffset)
                handle(outputs, of: index)
            }
        }
        if turnsAtOneMoment == 100 { complaints.append("a tick that was due changes nothing") }
        now = end
    }

    /// What one node gives out at a later moment, instead of handing it on.
    mutating func outputs(of host: Int, after duration: Duration) -> [PresenceOutput] {
        now += duration
        return hosts[host].node.tick(now: now + hosts[host].clockOffset)
    }

    private mutating func arrive(_ parcel: Parcel) {
        guard hosts[parcel.host].node.id == parcel.node, hosts[parcel.host].hasBroker else { return }
        guard let message = PresenceMessage(decoding: parcel.bytes) else {
            complaints.append("a message does not survive its own bytes")
            return
        }
        deliver(message, to: parcel.host)
    }

    private mutating func handle(_ outputs: [PresenceOutput], of host: Int) {
        for output in outputs {
            switch output {
            case .publish(let message): publish(message, from: host)
            case .show(let topic, let diff):
                if let complaint = hosts[host].screens[topic, default: Screen()].apply(diff, at: now) {
                    complaints.append("host \(host): \(complaint)")
                }
            case .showTyping(let topic, let diff):
                if let complaint = hosts[host].screens[topic, default: Screen()].apply(diff) {
                    complaints.append("host \(host): \(complaint)")
                }
            }
        }
    }

    private mutating func publish(_ message: PresenceMessage, from host: Int) {
        let bytes = message.encoded()
        publishedBytes += bytes.count
        published.append(message)
        guard hosts[host].hasBroker, !loses(message) else { return }
        for other in hosts.indices where other != host && hosts[other].group == hosts[host].group {
            for _ in 0..<(random.int(0...99) < weather.doubledPercent ? 2 : 1)
            where random.int(0...99) >= weather.lostPercent {
                let delay = Duration.milliseconds(
                    random.int(1...Int(weather.slowest / .milliseconds(1))))
                parcels.set(Parcel(host: other, node: hosts[other].node.id, bytes: bytes), at: now + delay)
            }
        }
    }

    // MARK: What is really the case

    func truth(_ topic: TopicID) -> [PersonID: Status] {
        var people: [PersonID: Status] = [:]
        for host in hosts {
            for socket in host.sockets.values where socket.topics.contains(topic) {
                people[socket.person] = max(people[socket.person] ?? socket.status, socket.status)
            }
        }
        return people
    }

    func state(_ host: Int, _ person: PersonID, _ topic: TopicID) -> PresenceAnswer {
        hosts[host].node.state(of: person, in: topic)
    }
}

/// What a watcher sees who only follows the diffs; complains about a diff that does not follow from what it sees.
struct Screen {
    private(set) var people: [PersonID: Status] = [:]
    private(set) var unknown: Set<PersonID> = []
    private(set) var typists: Set<Typist> = []
    private(set) var isComplete = false
    private(set) var leftAt: [PersonID: Duration] = [:]
    private(set) var diffs = 0

    mutating func apply(_ diff: PresenceDiff, at now: Duration) -> String? {
        diffs += 1
        isComplete = diff.isComplete
        for entry in diff.joined {
            if people[entry.person] != nil || unknown.contains(entry.person) { return "joined twice" }
            people[entry.person] = entry.status
        }
        for entry in diff.changed {
            let wasUnknown = unknown.remove(entry.person) != nil
            if !wasUnknown && people[entry.person] == nil { return "changed, but was not here" }
            if people[entry.person] == entry.status { return "changed to the same" }
            people[entry.person] = entry.status
        }
        for person in diff.unknown {
            if people.removeValue(forKey: person) == nil { return "unknown, but was not here" }
            unknown.insert(person)
        }
        for person in diff.left {
            if people.removeValue(forKey: person) == nil, unknown.remove(person) == nil { return "left twice" }
            leftAt[person] = now
        }
        return nil
    }

    mutating func apply(_ diff: TypingDiff) -> String? {
        for typist in diff.started where !typists.insert(typist).inserted { return "started typing twice" }
        for typist in diff.stopped where typists.remove(typist) == nil { return "stopped typing twice" }
        return nil
    }
}

// Short names for the tables of the tests.
let lobby = TopicID(kind: 1, value: 7)
let ward = TopicID(kind: 1, value: 8)
let anna = PersonID(kind: 1, value: 1)
let ben = PersonID(kind: 1, value: 2)
let visible = Status(.visible, on: .desktop)
let online = Status(.online, on: .desktop)
let idle = Status(.idle, on: .phone)
