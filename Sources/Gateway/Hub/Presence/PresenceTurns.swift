import CaseMachine
import Presence

/// What the presence thread does: turns letters into calls of the node, and what the node shows into news for the loops.
struct PresenceTurns {
    private var node: PresenceNode
    private let tell: @Sendable (Int, [PresenceNews]) -> Void
    private let publish: @Sendable (PresenceMessage) -> Void
    private var watchers: [TopicID: Set<Int>] = [:]
    private var members: [SocketID: MemberID] = [:]
    /// How many sockets each has.
    private var sockets: [MemberID: Int] = [:]
    private var hasChangedMembers = false

    init(
        node: PresenceNode, tell: @escaping @Sendable (Int, [PresenceNews]) -> Void,
        publish: @escaping @Sendable (PresenceMessage) -> Void
    ) {
        self.node = node
        self.tell = tell
        self.publish = publish
    }

    var nextTick: Duration? { node.nextTick }

    mutating func take(_ letter: PresenceDesk.Letter, now: Duration) {
        switch letter {
        case .connected(let socket, let person, let status):
            node.connected(socket, person, status, now: now)
            add(person.memberID, socket)
        case .changed(let socket, let status): node.changed(socket, status, now: now)
        case .disconnected(let socket):
            node.disconnected(socket, now: now)
            remove(socket)
        case .joined(let socket, let topic): node.joined(socket, topic, now: now)
        case .left(let socket, let topic): node.left(socket, topic, now: now)
        case .typed(let socket, let topic, let audience): node.typed(socket, topic, for: audience, now: now)
        case .stoppedTyping(let socket, let topic, let audience):
            node.stoppedTyping(socket, topic, for: audience, now: now)
        case .watch(let topic, let loop):
            watchers[topic, default: []].insert(loop)
            if watchers[topic]?.count == 1 { return node.watch(topic, now: now) }
            let all = PresenceNews.all(
                topic, node.people(in: topic), isComplete: node.isComplete(topic), node.typists(in: topic))
            tell(loop, [all])
        case .unwatch(let topic, let loop):
            watchers[topic]?.remove(loop)
            guard watchers[topic]?.isEmpty == true else { return }
            watchers[topic] = nil
            node.unwatch(topic, now: now)
        case .heard(let message): node.received(message, now: now)
        case .broker(isWell: true): node.brokerRecovered(now: now)
        case .broker(isWell: false): node.brokerLost(now: now)
        case .look(let question): question.answer(PresenceReading(census: node.census, watchedTopics: watchers.count))
        case .stop: break
        }
    }

    /// So that nobody waits for this node's people.
    mutating func sayGoodbye(now: Duration) {
        for case .publish(let message) in node.farewell(now: now) { publish(message) }
    }

    mutating func tick(now: Duration) {
        var news: [Int: [PresenceNews]] = [:]
        for output in node.tick(now: now) {
            let told: (TopicID, PresenceNews)
            switch output {
            case .publish(let message):
                publish(message)
                continue
            case .show(let topic, let diff): told = (topic, .changed(topic, diff))
            case .showTyping(let topic, _): told = (topic, .typing(topic, node.typists(in: topic)))
            }
            for loop in watchers[told.0] ?? [] { news[loop, default: []].append(told.1) }
        }
        for (loop, news) in news { tell(loop, news) }
    }

    /// The members who have a socket, if that has changed since the last time.
    mutating func takeChangedMembers() -> Set<MemberID>? {
        guard hasChangedMembers else { return nil }
        hasChangedMembers = false
        return Set(sockets.keys)
    }

    private mutating func add(_ member: MemberID?, _ socket: SocketID) {
        guard let member, members.updateValue(member, forKey: socket) == nil else { return }
        let count = sockets[member, default: 0]
        sockets[member] = count + 1
        if count == 0 { hasChangedMembers = true }
    }

    private mutating func remove(_ socket: SocketID) {
        guard let member = members.removeValue(forKey: socket), let count = sockets[member] else { return }
        sockets[member] = count > 1 ? count - 1 : nil
        if count <= 1 { hasChangedMembers = true }
    }
}
