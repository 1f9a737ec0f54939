/// This node's own sockets, and what other nodes have been told of them.
///
/// A topic keeps the people who changed since they were last told of; telling costs as much as changed, however many
/// people the topic has. A topic that nobody is in any more is forgotten, and begins again at version 0.
struct OwnPresence: Sendable {
    private struct Socket {
        let person: PersonID
        var status: Status
        var topics: Set<TopicID> = []
    }

    private struct Member {
        var sockets: [SocketID] = []
        /// What other nodes believe; nil: nothing.
        var told: Status?
    }

    private struct Topic {
        var version: UInt64 = 0
        var members: [PersonID: Member] = [:]
        var changed: Set<PersonID> = []
    }

    /// Grows with every delta.
    private(set) var version: UInt64 = 0
    /// Entries told of: what telling cost.
    private(set) var entriesTold = 0
    private var sockets: [SocketID: Socket] = [:]
    private var topics: [TopicID: Topic] = [:]
    private var changedTopics: Set<TopicID> = []
    private var journal = ChangeJournal()

    var peopleCount: Int { Set(sockets.values.lazy.map(\.person)).count }
    var topicCount: Int { topics.count }

    var hasNews: Bool { !changedTopics.isEmpty }

    func person(of socket: SocketID) -> PersonID? { sockets[socket]?.person }

    func isIn(_ topic: TopicID, _ socket: SocketID) -> Bool { sockets[socket]?.topics.contains(topic) ?? false }

    /// The best of the person's sockets here.
    func status(of person: PersonID, in topic: TopicID) -> Status? {
        topics[topic]?.members[person]?.sockets.lazy.compactMap { sockets[$0]?.status }.max()
    }

    func people(in topic: TopicID) -> [PersonID] {
        topics[topic].map { Array($0.members.keys) } ?? []
    }

    // MARK: What sockets do

    mutating func connect(_ socket: SocketID, _ person: PersonID, _ status: Status) {
        sockets[socket] = Socket(person: person, status: status)
    }

    /// False if nothing changed by it.
    mutating func join(_ socket: SocketID, _ topic: TopicID) -> Bool {
        guard let person = sockets[socket]?.person, sockets[socket]?.topics.insert(topic).inserted == true else {
            return false
        }
        topics[topic, default: Topic()].members[person, default: Member()].sockets.append(socket)
        change(person, topic)
        return true
    }

    /// False if nothing changed by it.
    mutating func leave(_ socket: SocketID, _ topic: TopicID) -> Bool {
        guard let person = sockets[socket]?.person, sockets[socket]?.topics.remove(topic) != nil else { return false }
        topics[topic]?.members[person]?.sockets.removeAll { $0 == socket }
        change(person, topic)
        return true
    }

    /// The topics concerned.
    mutating func update(_ socket: SocketID, _ status: Status) -> Set<TopicID> {
        guard let was = sockets[socket], was.status != status else { return [] }
        sockets[socket]?.status = status
        for topic in was.topics { change(was.person, topic) }
        return was.topics
    }

    /// The person and the topics concerned.
    mutating func disconnect(_ socket: SocketID) -> (person: PersonID, topics: Set<TopicID>)? {
        guard let was = sockets[socket] else { return nil }
        for topic in was.topics { _ = leave(socket, topic) }
        sockets[socket] = nil
        return (was.person, was.topics)
    }

    private mutating func change(_ person: PersonID, _ topic: TopicID) {
        topics[topic]?.changed.insert(person)
        changedTopics.insert(topic)
    }

    // MARK: What other nodes are told

    /// What changed since the last call, as deltas of bounded size.
    mutating func takeDeltas(from node: NodeID) -> [PresenceMessage] {
        var messages: [PresenceMessage] = []
        for topic in changedTopics.sorted() {
            let entries = takeEntries(of: topic)
            for start in stride(from: 0, to: entries.count, by: PresenceMessage.maxItems) {
                let part = Array(entries[start...].prefix(PresenceMessage.maxItems))
                messages.append(.delta(nextDelta(from: node, topic, part)))
            }
            if topics[topic]?.members.isEmpty == true { topics[topic] = nil }
        }
        changedTopics.removeAll()
        return messages
    }

    private mutating func takeEntries(of topic: TopicID) -> [PresenceMessage.Entry] {
        guard let changed = topics[topic]?.changed else { return [] }
        topics[topic]?.changed.removeAll()
        var entries: [PresenceMessage.Entry] = []
        for person in changed.sorted() {
            let best = status(of: person, in: topic)
            let told = topics[topic]?.members[person]?.told
            if best == nil {
                topics[topic]?.members[person] = nil
            } else {
                topics[topic]?.members[person]?.told = best
            }
            // Who came and went in between was never told of.
            if best != told { entries.append(PresenceMessage.Entry(person, best)) }
        }
        entriesTold += entries.count
        return entries
    }

    private mutating func nextDelta(
        from node: NodeID, _ topic: TopicID, _ entries: [PresenceMessage.Entry]
    ) -> PresenceMessage.Delta {
        version &+= 1
        let previous = topics[topic]?.version ?? 0
        topics[topic]?.version = version
        journal.note(topic, version)
        return PresenceMessage.Delta(node: node, topic: topic, previous: previous, version: version, entries: entries)
    }

    mutating func digest(
        from node: NodeID, round: UInt64, now: Duration, covering: Duration
    ) -> [PresenceMessage] {
        journal.pages(upTo: version, now: now, covering: covering).map { page in
            .digest(
                PresenceMessage.Digest(node: node, round: round, from: page.from, to: page.to, topics: page.topics))
        }
    }

    /// Answers to whoever holds these versions of the topics. To be called when nothing waits to be told: then what was
    /// told is what is.
    mutating func answers(from node: NodeID, to questions: [TopicID: Set<UInt64>]) -> [PresenceMessage] {
        var current: [PresenceMessage.TopicVersion] = []
        var snapshots: [PresenceMessage] = []
        for (topic, held) in questions.sorted(by: { $0.key < $1.key }) {
            let version = topics[topic]?.version ?? 0
            if version == 0 || held.contains(version) {
                current.append(PresenceMessage.TopicVersion(topic, version))
            }
            if version != 0, held.contains(where: { $0 != version }) {
                snapshots += snapshot(from: node, topic, version)
            }
        }
        return stride(from: 0, to: current.count, by: PresenceMessage.maxItems).map { start in
            let part = Array(current[start...].prefix(PresenceMessage.maxItems))
            return .current(PresenceMessage.Current(node: node, at: self.version, topics: part))
        } + snapshots
    }

    private mutating func snapshot(from node: NodeID, _ topic: TopicID, _ version: UInt64) -> [PresenceMessage] {
        let people = (topics[topic]?.members ?? [:])
            .compactMap { person, member in member.told.map { PersonStatus(person, $0) } }
            // Sorted, so that the parts of two snapshots of one version fit together.
            .sorted { $0.person < $1.person }
        entriesTold += people.count
        let starts = Array(stride(from: 0, to: people.count, by: PresenceMessage.maxItems))
        return starts.enumerated().map { part, start in
            .snapshot(
                PresenceMessage.Snapshot(
                    node: node, topic: topic, version: version, at: self.version, part: part, parts: starts.count,
                    people: Array(people[start...].prefix(PresenceMessage.maxItems))))
        }
    }
}
