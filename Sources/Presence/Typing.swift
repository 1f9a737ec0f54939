/// Who is typing, never what.
///
/// Typing is owned by the server: it begins with the first keystroke, ends with sending, with the socket, or by itself
/// some seconds after the last keystroke. The person's node repeats it every `typingRepeat`; every other node lets it
/// end by itself as well, so that a lost "stopped" does no harm.
struct TypingBoard: Sendable {
    private struct Key: Hashable, Comparable {
        let topic: TopicID
        let typist: Typist

        static func < (left: Self, right: Self) -> Bool { (left.topic, left.typist) < (right.topic, right.typist) }
    }

    private struct Heard {
        let stamp: UInt64
        let isTyping: Bool
        /// Kept after "stopped", too, so that a "started" which was overtaken is recognised.
        let until: Duration
    }

    private enum Expiry {
        case own(Key)
        case heard(Key, NodeID)
    }

    private let settings: PresenceSettings
    private var own: [Key: [SocketID: Duration]] = [:]
    private var keysOfSocket: [SocketID: Set<Key>] = [:]
    /// When other nodes were last told that it goes on; nil: they believe it does not.
    private var told: [Key: Duration] = [:]
    private var untold: Set<Key> = []
    private var stamp: UInt64 = 0
    /// Of watched topics, and only of these.
    private var heard: [TopicID: [Typist: [NodeID: Heard]]] = [:]
    private var shown: [TopicID: Set<Typist>] = [:]
    private var touched: Set<Key> = []
    private var deadlines = Deadlines<Expiry>()

    init(_ settings: PresenceSettings) { self.settings = settings }

    var hasNews: Bool { !untold.isEmpty || !touched.isEmpty }
    var nextDeadline: Duration? { deadlines.next }

    // MARK: This node's sockets

    mutating func keystroke(_ socket: SocketID, _ topic: TopicID, _ typist: Typist, now: Duration) {
        let key = Key(topic: topic, typist: typist)
        let until = now + settings.typing
        if own[key] == nil {
            // Later keystrokes need no deadline of their own: this one looks for them when it comes.
            deadlines.set(.own(key), at: until)
            touched.insert(key)
        }
        own[key, default: [:]][socket] = until
        keysOfSocket[socket, default: []].insert(key)
        // Told of when this moment's news go out, not now.
        let isDue = told[key].map { $0 + settings.typingRepeat <= now + settings.coalescing } ?? true
        if isDue { untold.insert(key) }
    }

    mutating func stop(_ socket: SocketID, _ topic: TopicID, _ typist: Typist) {
        stop(socket, Key(topic: topic, typist: typist))
    }

    mutating func stopAll(of socket: SocketID) {
        for key in keysOfSocket[socket] ?? [] { stop(socket, key) }
    }

    mutating func stopAll(of socket: SocketID, in topic: TopicID) {
        for key in keysOfSocket[socket] ?? [] where key.topic == topic { stop(socket, key) }
    }

    private mutating func stop(_ socket: SocketID, _ key: Key) {
        guard own[key]?.removeValue(forKey: socket) != nil else { return }
        keysOfSocket[socket]?.remove(key)
        if keysOfSocket[socket]?.isEmpty == true { keysOfSocket[socket] = nil }
        guard own[key]?.isEmpty == true else { return }
        own[key] = nil
        untold.insert(key)
        touched.insert(key)
    }

    // MARK: Other nodes

    mutating func receive(_ news: PresenceMessage.TypingNews, now: Duration) {
        for change in news.changes where heard[change.topic] != nil {
            let last = heard[change.topic]?[change.typist]?[news.node]
            guard news.stamp > last?.stamp ?? 0 else { continue }
            let key = Key(topic: change.topic, typist: change.typist)
            let until = now + settings.typing
            heard[change.topic]?[change.typist, default: [:]][news.node] = Heard(
                stamp: news.stamp, isTyping: change.isTyping, until: until)
            deadlines.set(.heard(key, news.node), at: until)
            if change.isTyping != (last?.isTyping ?? false) { touched.insert(key) }
        }
    }

    mutating func forget(_ node: NodeID) {
        for (topic, typists) in heard {
            for (typist, nodes) in typists where nodes[node] != nil {
                remove(node, Key(topic: topic, typist: typist))
            }
        }
    }

    private mutating func remove(_ node: NodeID, _ key: Key) {
        heard[key.topic]?[key.typist]?[node] = nil
        if heard[key.topic]?[key.typist]?.isEmpty == true { heard[key.topic]?[key.typist] = nil }
        touched.insert(key)
    }

    // MARK: Watchers

    mutating func watch(_ topic: TopicID) {
        heard[topic] = [:]
        shown[topic] = []
        for key in own.keys where key.topic == topic { touched.insert(key) }
    }

    mutating func unwatch(_ topic: TopicID) {
        heard[topic] = nil
        shown[topic] = nil
    }

    /// As the watchers were last told.
    func typists(in topic: TopicID) -> [Typist] { shown[topic]?.sorted() ?? [] }

    // MARK: Time

    mutating func expire(_ now: Duration) {
        while let expiry = deadlines.popDue(now) {
            switch expiry {
            case .own(let key): expire(key, now)
            case .heard(let key, let node):
                if let until = heard[key.topic]?[key.typist]?[node]?.until, until <= now { remove(node, key) }
            }
        }
    }

    private mutating func expire(_ key: Key, _ now: Duration) {
        for (socket, until) in own[key] ?? [:] where until <= now { stop(socket, key) }
        if let next = own[key]?.values.min() { deadlines.set(.own(key), at: next) }
    }

    /// What other nodes do not know yet.
    mutating func takeNews(from node: NodeID, now: Duration) -> [PresenceMessage] {
        var changes: [PresenceMessage.TypingChange] = []
        for key in untold.sorted() {
            let isTyping = own[key] != nil
            let wasTold = told[key] != nil
            told[key] = isTyping ? now : nil
            // Whoever began and stopped in between was never told of.
            if isTyping || wasTold {
                changes.append(PresenceMessage.TypingChange(key.topic, key.typist, isTyping: isTyping))
            }
        }
        untold.removeAll()
        return stride(from: 0, to: changes.count, by: PresenceMessage.maxItems).map { start in
            stamp &+= 1
            return .typing(
                PresenceMessage.TypingNews(
                    node: node, stamp: stamp, changes: Array(changes[start...].prefix(PresenceMessage.maxItems))))
        }
    }

    /// What watchers do not know yet.
    mutating func takeDiffs() -> [PresenceOutput] {
        var outputs: [PresenceOutput] = []
        var topic: TopicID?
        var diff = TypingDiff()
        func finish() {
            guard let topic, diff != TypingDiff() else { return }
            outputs.append(.showTyping(topic, diff))
        }
        for key in touched.sorted() {
            if key.topic != topic {
                finish()
                topic = key.topic
                diff = TypingDiff()
            }
            guard shown[key.topic] != nil else { continue }
            if isTyping(key) {
                if shown[key.topic]?.insert(key.typist).inserted == true { diff.started.append(key.typist) }
            } else if shown[key.topic]?.remove(key.typist) != nil {
                diff.stopped.append(key.typist)
            }
        }
        finish()
        touched.removeAll()
        return outputs
    }

    private func isTyping(_ key: Key) -> Bool {
        own[key] != nil || heard[key.topic]?[key.typist]?.values.contains { $0.isTyping } ?? false
    }
}
