/// Presence on one node: what its sockets do goes in, what other nodes and its own watchers must learn comes out.
///
/// Everything that happens is only taken down; `tick` gives out what follows from it, so that one place decides the
/// order and everything is coalesced. After each call, ask `nextTick` when to call `tick`. Time is this node's own
/// monotonic clock, given to each function.
///
/// This file: sockets, watchers, questions. `PresenceNode+Receiving.swift`: what other nodes say.
/// `PresenceNode+Tick.swift`: what comes out.
package struct PresenceNode: Sendable {
    /// Another node that is alive as far as we know.
    struct Peer: Sendable {
        /// Of every watched topic that is not stale we have all changes up to this version.
        var known: UInt64
        var round: UInt64
        var lastHeard: Duration
        /// Heard since the broker last came back: until then what it said is unknown.
        var isHeard = true
    }

    enum Waiting: Sendable {
        case grace(TopicID, PersonID)
        case answer(NodeID, TopicID)
    }

    package let id: NodeID
    package let settings: PresenceSettings
    /// Entries read, applied, told or shown so far: the work that presence does. For metrics.
    package var work: Int { entriesHandled + own.entriesTold }

    var entriesHandled = 0
    var own = OwnPresence()
    var peers: [NodeID: Peer] = [:]
    var graves = Graves()
    var watched: [TopicID: WatchedTopic] = [:]
    var typing: TypingBoard

    var clock: Duration
    var isBrokerUp = true
    var hasLeft = false
    var settledAt: Duration
    var isSettled = false
    var round: UInt64 = 0
    var digestAt: Duration
    /// When what is pending goes out; nil: nothing is.
    var flushAt: Duration?
    var touched: Set<TopicID> = []
    var toAsk: [NodeID: Set<TopicID>] = [:]
    var toAnswer: [TopicID: Set<UInt64>] = [:]
    var waiting = Deadlines<Waiting>()

    /// `id` must be random, and new at each start of the process.
    package init(id: NodeID, settings: PresenceSettings = PresenceSettings(), now: Duration) {
        precondition(settings.problems.isEmpty, "presence settings: \(settings.problems)")
        self.id = id
        self.settings = settings
        typing = TypingBoard(settings)
        clock = now
        settledAt = now + settings.settling
        digestAt = now
    }

    // MARK: Sockets

    package mutating func connected(_ socket: SocketID, _ person: PersonID, _ status: Status, now: Duration) {
        disconnected(socket, now: now)
        own.connect(socket, person, status)
    }

    package mutating func joined(_ socket: SocketID, _ topic: TopicID, now: Duration) {
        advance(to: now)
        guard own.join(socket, topic), let person = own.person(of: socket) else { return }
        ownChanged(person, [topic])
    }

    package mutating func changed(_ socket: SocketID, _ status: Status, now: Duration) {
        advance(to: now)
        let topics = own.update(socket, status)
        guard let person = own.person(of: socket) else { return }
        ownChanged(person, topics)
    }

    package mutating func left(_ socket: SocketID, _ topic: TopicID, now: Duration) {
        advance(to: now)
        guard own.leave(socket, topic), let person = own.person(of: socket) else { return }
        typing.stopAll(of: socket, in: topic)
        ownChanged(person, [topic])
    }

    package mutating func disconnected(_ socket: SocketID, now: Duration) {
        advance(to: now)
        typing.stopAll(of: socket)
        guard let (person, topics) = own.disconnect(socket) else { return }
        ownChanged(person, topics)
    }

    /// Something is being composed; also called again while it goes on. Who may compose for whom is the caller's rule.
    package mutating func typed(_ socket: SocketID, _ topic: TopicID, for audience: Audience, now: Duration) {
        advance(to: now)
        // Whoever is not here types nothing here.
        guard own.isIn(topic, socket), let person = own.person(of: socket) else { return }
        typing.keystroke(socket, topic, Typist(person, audience), now: clock)
        if typing.hasNews { flushSoon() }
    }

    /// What was composed has been sent, or thrown away.
    package mutating func stoppedTyping(_ socket: SocketID, _ topic: TopicID, for audience: Audience, now: Duration) {
        advance(to: now)
        guard let person = own.person(of: socket) else { return }
        typing.stop(socket, topic, Typist(person, audience))
        if typing.hasNews { flushSoon() }
    }

    private mutating func ownChanged(_ person: PersonID, _ topics: Set<TopicID>) {
        for topic in topics { watched[topic]?.mark(person, lastSign: clock) }
        touched.formUnion(topics)
        if !topics.isEmpty { flushSoon() }
    }

    // MARK: Watchers

    /// The first subscriber of a topic on this node has come. Everybody in it follows as diffs.
    package mutating func watch(_ topic: TopicID, now: Duration) {
        advance(to: now)
        guard watched[topic] == nil else { return }
        var view = WatchedTopic()
        for (node, peer) in peers { view.replicas[node] = Replica(needing: peer.known) }
        for person in own.people(in: topic) { view.mark(person, lastSign: clock) }
        watched[topic] = view
        for node in peers.keys { askSoon(node, topic) }
        typing.watch(topic)
        touch(topic)
    }

    /// The last subscriber has gone.
    package mutating func unwatch(_ topic: TopicID, now: Duration) {
        advance(to: now)
        watched[topic] = nil
        typing.unwatch(topic)
    }

    // MARK: The broker

    /// Nothing can be said or heard: other nodes' people become unknown.
    package mutating func brokerLost(now: Duration) {
        advance(to: now)
        guard isBrokerUp else { return }
        isBrokerUp = false
        toAsk.removeAll()
        toAnswer.removeAll()
        for node in peers.keys { peers[node]?.isHeard = false }
        for topic in watched.keys {
            for node in peers.keys {
                watched[topic]?.replicas[node]?.doubt()
                markMembers(of: node, in: topic, lastSign: clock)
            }
            touch(topic)
        }
    }

    package mutating func brokerRecovered(now: Duration) {
        advance(to: now)
        guard !isBrokerUp else { return }
        isBrokerUp = true
        // They could not be heard, so their silence begins now.
        for node in peers.keys { peers[node]?.lastHeard = clock }
        isSettled = false
        settledAt = clock + settings.settling
        digestAt = clock
    }

    /// This node ends: the last thing to publish. Its sockets may be closed after this.
    package mutating func farewell(now: Duration) -> [PresenceOutput] {
        advance(to: now)
        guard !hasLeft else { return [] }
        hasLeft = true
        return isBrokerUp ? [.publish(.goodbye(id))] : []
    }

    // MARK: Questions

    package func state(of person: PersonID, in topic: TopicID) -> PresenceAnswer {
        guard let view = watched[topic] else {
            // What others say of it is not kept here.
            return own.status(of: person, in: topic).map(PresenceAnswer.here) ?? .unknown
        }
        switch truth(of: person, in: topic, view) {
        case .here(let status): return .here(status)
        case .unknown: return .unknown
        case .absent:
            // Gone, but within the grace, or the watchers have not been told yet.
            switch view.shown[person] {
            case .here(let status): return .here(status)
            case .unknown: return .unknown
            case nil: return isComplete(topic) ? .away : .unknown
            }
        }
    }

    /// Everybody who appears in a watched topic, as its watchers were last told: for one who comes later. Without
    /// those who are unknown.
    package func people(in topic: TopicID) -> [PersonStatus] {
        (watched[topic]?.shown ?? [:])
            .compactMap { person, shown in
                switch shown {
                case .here(let status): PersonStatus(person, status)
                case .unknown: nil
                }
            }
            .sorted { $0.person < $1.person }
    }

    /// As the topic's watchers were last told.
    package func typists(in topic: TopicID) -> [Typist] { typing.typists(in: topic) }

    /// Whether everybody who is not here is away: every node that may have people has been heard on this topic.
    package func isComplete(_ topic: TopicID) -> Bool {
        watched[topic].map(isComplete) ?? false
    }

    func isComplete(_ view: WatchedTopic) -> Bool {
        isBrokerUp && isSettled
            && peers.allSatisfy { node, peer in peer.isHeard && view.replicas[node]?.isConfirmed == true }
    }

    func truth(of person: PersonID, in topic: TopicID, _ view: WatchedTopic) -> WatchedTopic.Truth {
        var best = own.status(of: person, in: topic)
        var isUnknown = false
        for (node, replica) in view.replicas {
            guard let status = replica.members[person] else { continue }
            if peers[node]?.isHeard == true {
                best = max(best ?? status, status)
            } else {
                isUnknown = true
            }
        }
        if let best { return .here(best) }
        return isUnknown ? .unknown : .absent
    }

    // MARK: Bookkeeping

    mutating func advance(to now: Duration) { clock = max(clock, now) }

    mutating func flushSoon() {
        if flushAt == nil { flushAt = clock + settings.coalescing }
    }

    mutating func touch(_ topic: TopicID) {
        touched.insert(topic)
        flushSoon()
    }

    mutating func markMembers(of node: NodeID, in topic: TopicID, lastSign: Duration) {
        guard let members = watched[topic]?.replicas[node]?.members else { return }
        mark(Array(members.keys), in: topic, lastSign: lastSign)
    }

    mutating func mark(_ people: [PersonID], in topic: TopicID, lastSign: Duration) {
        guard !people.isEmpty else { return }
        entriesHandled += people.count
        for person in people { watched[topic]?.mark(person, lastSign: lastSign) }
        touch(topic)
    }

    /// `patience`: what is missing may just have been overtaken.
    mutating func askSoon(_ node: NodeID, _ topic: TopicID, patience: Duration = .zero) {
        guard watched[topic]?.replicas[node]?.isAsked == false else { return }
        watched[topic]?.replicas[node]?.isAsked = true
        if patience > .zero {
            waiting.set(.answer(node, topic), at: clock + patience)
        } else {
            toAsk[node, default: []].insert(topic)
            flushSoon()
        }
    }
}
