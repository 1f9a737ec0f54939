import Broker
import CaseMachine
import CaseStore
import Presence
import Synchronization

/// How a subscription at the broker is at this moment.
enum Standing: Sendable {
    /// Everything that is published reaches this node.
    case stands
    /// Asked for: the desk will be told.
    case asked
    /// The broker is away. The log is read meanwhile, and the desk is told when the subscription stands.
    case away
}

/// This node among the others: what its loops want to hear, what they hear, and what it tells.
///
/// Everything here may be used from any thread. What comes in comes on the broker's thread, and goes on to the loops by
/// their doors.
final class NodeLink: Sendable {
    /// What is told of what comes in, on the broker's thread.
    struct Receiver: Sendable {
        var news: @Sendable (Publication) -> Void
        var presence: @Sendable (PresenceMessage) -> Void
        var sessionEnded: @Sendable (SessionID) -> Void
        var rosterChanged: @Sendable () -> Void
        var letterChanged: @Sendable (CaseID) -> Void
        var fileChanged: @Sendable (FileID) -> Void
        /// The topics of this loop stand now, or do not any more.
        var standing: @Sendable (_ loop: Int, [NodeTopic], _ stands: Bool) -> Void
        var health: @Sendable (_ isWell: Bool) -> Void
    }

    private struct Interest {
        var loops: Set<Int> = []
        var stands = false
    }

    private struct State {
        var interests: [NodeTopic: Interest] = [:]
        var recent = RecentNews()
        var broker: (any Broker)?
        var receiver: Receiver?
    }

    private let id: StoredNodeID
    private let sealer: HintSealer
    private let state = Mutex(State())
    private let isBrokerWell = Atomic(false)
    /// What somebody else wrote, or nobody can read.
    private let forged = Atomic(0)

    init(_ id: StoredNodeID, _ vault: Vault) throws(VaultError) {
        self.id = id
        sealer = try HintSealer(vault)
    }

    /// Whether publications and subscriptions work. While they do not, the log is compared with more often.
    var isWell: Bool { isBrokerWell.load(ordering: .relaxed) }
    /// Letters that could not be opened or read, since the start. For metrics: somebody else uses the same server, or
    /// another master key.
    var unreadableCount: Int { forged.load(ordering: .relaxed) }
    var figures: BrokerFigures? { state.withLock { $0.broker }?.figures }

    /// `make` gives the broker, which may tell something at once.
    func start(
        _ receiver: Receiver, _ make: (@escaping @Sendable (BrokerEvent) -> Void) throws -> any Broker
    ) rethrows {
        state.withLock { $0.receiver = receiver }
        let broker = try make { [weak self] event in self?.take(event) }
        state.withLock { $0.broker = broker }
        follow(.house, loop: Self.noLoop)
    }

    /// Sends what is queued, and hears nothing any more.
    func stop() {
        let broker = state.withLock { $0.broker.take() }
        broker?.stop()
    }

    // MARK: What loops want to hear

    /// For what concerns the whole node.
    private static let noLoop = -1

    @discardableResult
    func follow(_ topic: NodeTopic, loop: Int) -> Standing {
        let stands = state.withLock { state in
            let isNew = state.interests[topic] == nil
            state.interests[topic, default: Interest()].loops.insert(loop)
            // Under the lock: another loop may let go of the topic at this moment, and what it says must not come last.
            if isNew, let name = topic.brokerTopic { state.broker?.subscribe(name) }
            return state.interests[topic]?.stands == true
        }
        return stands ? .stands : isWell ? .asked : .away
    }

    func unfollow(_ topic: NodeTopic, loop: Int) {
        state.withLock { state in
            state.interests[topic]?.loops.remove(loop)
            guard state.interests[topic]?.loops.isEmpty == true else { return }
            state.interests[topic] = nil
            if let name = topic.brokerTopic { state.broker?.unsubscribe(name) }
        }
    }

    // MARK: What the node tells

    /// After the commit, and never before.
    func publish(_ publications: [Publication]) {
        guard isWell else { return }
        for publication in publications { publish(.news(publication), to: publication.topics) }
    }

    func publish(_ message: PresenceMessage) { publish(.presence(message.encoded()), to: [.house]) }
    func publish(ended session: SessionID) { publish(.sessionEnded(session), to: [.house]) }
    func publish(letterOf id: CaseID) { publish(.letterChanged(id), to: [.case(id)]) }
    func publish(changed file: FileID, in id: CaseID) { publish(.fileChanged(file), to: [.case(id)]) }
    func publishRosterChange() { publish(.rosterChanged, to: [.house]) }

    private func publish(_ content: NodeLetter.Content, to topics: [NodeTopic]) {
        guard let broker = state.withLock({ $0.broker }) else { return }
        let bytes = NodeLetter(author: id, content: content).bytes
        let now = SystemClock.now().wall.milliseconds
        for topic in topics {
            guard let name = topic.brokerTopic, let sealed = try? sealer.seal(bytes, for: name.name, at: now) else {
                continue
            }
            broker.publish(name, sealed)
        }
    }

    // MARK: What comes in

    private func take(_ event: BrokerEvent) {
        switch event {
        case .message(let topic, let bytes): take(bytes, from: topic)
        case .subscribed(let topic): stands([topic].compactMap { NodeTopic(name: $0.name) }, true)
        case .lost(let topics): stands(topics.compactMap { NodeTopic(name: $0.name) }, false)
        case .health(let isWell):
            isBrokerWell.store(isWell, ordering: .relaxed)
            // What was asked for and not confirmed yet is not lost, since it never stood; who waits for it is told, too.
            if !isWell { stands(unconfirmed, false) }
            receiver?.health(isWell)
        }
    }

    private var unconfirmed: [NodeTopic] {
        state.withLock { state in state.interests.filter { !$0.value.stands }.map(\.key) }
    }

    private var receiver: Receiver? { state.withLock { $0.receiver } }

    private func stands(_ topics: [NodeTopic], _ stands: Bool) {
        let told = state.withLock { state -> [Int: [NodeTopic]] in
            var told: [Int: [NodeTopic]] = [:]
            for topic in topics where state.interests[topic] != nil {
                state.interests[topic]?.stands = stands
                for loop in state.interests[topic]?.loops ?? [] where loop != Self.noLoop {
                    told[loop, default: []].append(topic)
                }
            }
            return told
        }
        for (loop, topics) in told { receiver?.standing(loop, topics, stands) }
    }

    private func take(_ bytes: [UInt8], from topic: BrokerTopic) {
        guard let plain = try? sealer.open(bytes, from: topic.name, at: SystemClock.now().wall.milliseconds),
            let letter = NodeLetter(plain)
        else {
            forged.add(1, ordering: .relaxed)
            return
        }
        guard letter.author != id else { return }
        switch letter.content {
        case .news(let publication):
            // Somebody follows the case and has it in a list, too.
            guard state.withLock({ $0.recent.isNew(publication) }) else { return }
            receiver?.news(publication)
        case .presence(let bytes):
            if let message = PresenceMessage(decoding: bytes) { receiver?.presence(message) }
        case .sessionEnded(let session): receiver?.sessionEnded(session)
        case .rosterChanged: receiver?.rosterChanged()
        case .letterChanged(let id): receiver?.letterChanged(id)
        case .fileChanged(let file): receiver?.fileChanged(file)
        }
    }
}

/// What came in lately: the same news comes by each topic that this node follows.
struct RecentNews {
    /// In two halves: when the younger is full, the older goes. Some seconds of a busy cluster.
    static let half = 8192

    private struct Name: Hashable {
        let id: Int64
        let version: Int64
        /// A repetition of old news has none, and the first one has.
        let events: Int
    }

    private var young: Set<Name> = []
    private var old: Set<Name> = []

    mutating func isNew(_ publication: Publication) -> Bool {
        let name = Name(id: publication.id.value, version: publication.version, events: publication.events.count)
        guard !young.contains(name), !old.contains(name) else { return false }
        if young.count >= Self.half {
            old = young
            young = []
        }
        young.insert(name)
        return true
    }
}
