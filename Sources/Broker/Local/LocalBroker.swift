import Reactor
import Synchronization

/// A broker in one process: a node alone, or several of them in a test, which then share a `LocalExchange`.
///
/// A subscription stands when `subscribe` returns. Each broker tells on a thread of its own, so that whoever publishes
/// is never told something by its own call.
package final class LocalBroker: Broker {
    private let exchange: LocalExchange
    private let member: LocalMember
    private let thread: Mutex<OwnThread?>

    package init(
        _ exchange: LocalExchange = LocalExchange(), tell: @escaping @Sendable (BrokerEvent) -> Void
    ) throws(BrokerError) {
        do throws(ReactorError) {
            let member = try LocalMember(limits: exchange.limits)
            self.exchange = exchange
            self.member = member
            thread = Mutex(try OwnThread("broker") { member.run(exchange, tell) })
        } catch {
            throw BrokerError(.system, error.description)
        }
        exchange.join(member)
    }

    deinit { stop() }

    package func publish(_ topic: BrokerTopic, _ bytes: [UInt8]) { exchange.publish(topic, bytes, from: member) }

    package func subscribe(_ topic: BrokerTopic) { exchange.subscribe(topic, member) }

    package func unsubscribe(_ topic: BrokerTopic) { exchange.unsubscribe(topic, member) }

    package var figures: BrokerFigures {
        var figures = member.figures
        figures.subscriptions = exchange.topicCount(of: member)
        return figures
    }

    package func stop() {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        exchange.leave(member)
        member.stop()
        thread.join()
    }
}

/// Every bound of a broker in one process.
package struct LocalBrokerLimits: Sendable {
    /// Messages that may wait to be told: some seconds of a busy clinic. More are lost, and that is told.
    package var waitingMessages = 65_536
    /// Bytes of those.
    package var waitingBytes = 64 << 20
    /// Bytes of one message; the same as between nodes.
    package var messageBytes = 1 << 20

    package init() {}
}

/// What brokers of one process have in common: who subscribes to what.
package final class LocalExchange: Sendable {
    private struct State {
        var members: [ObjectIdentifier: LocalMember] = [:]
        var subscribers: [BrokerTopic: [LocalMember]] = [:]
        var topics: [ObjectIdentifier: Set<BrokerTopic>] = [:]
    }

    let limits: LocalBrokerLimits
    private let state = Mutex(State())

    package init(limits: LocalBrokerLimits = LocalBrokerLimits()) { self.limits = limits }

    func join(_ member: LocalMember) {
        state.withLock { state in
            state.members[ObjectIdentifier(member)] = member
            state.topics[ObjectIdentifier(member)] = []
        }
        member.post(.health(isWell: true))
    }

    func leave(_ member: LocalMember) {
        state.withLock { state in
            state.members[ObjectIdentifier(member)] = nil
            for topic in state.topics.removeValue(forKey: ObjectIdentifier(member)) ?? [] {
                Self.remove(member, from: topic, &state)
            }
        }
    }

    /// Posts under the lock: two messages of one topic have the same order at every subscriber.
    func publish(_ topic: BrokerTopic, _ bytes: [UInt8], from publisher: LocalMember) {
        guard bytes.count <= limits.messageBytes else { return publisher.countDropped() }
        let isPublished = state.withLock { state in
            guard state.members[ObjectIdentifier(publisher)] != nil else { return false }
            for member in state.subscribers[topic] ?? [] { member.postMessage(topic, bytes) }
            return true
        }
        if isPublished { publisher.countPublished() } else { publisher.countDropped() }
    }

    func subscribe(_ topic: BrokerTopic, _ member: LocalMember) {
        state.withLock { state in
            guard state.members[ObjectIdentifier(member)] != nil else { return }
            if state.topics[ObjectIdentifier(member), default: []].insert(topic).inserted {
                state.subscribers[topic, default: []].append(member)
            }
            member.post(.subscribed(topic))
        }
    }

    func unsubscribe(_ topic: BrokerTopic, _ member: LocalMember) {
        state.withLock { state in
            guard state.topics[ObjectIdentifier(member)]?.remove(topic) != nil else { return }
            Self.remove(member, from: topic, &state)
        }
    }

    func topics(of member: LocalMember) -> [BrokerTopic] {
        state.withLock { Array($0.topics[ObjectIdentifier(member)] ?? []) }
    }

    func topicCount(of member: LocalMember) -> Int {
        state.withLock { $0.topics[ObjectIdentifier(member)]?.count ?? 0 }
    }

    private static func remove(_ member: LocalMember, from topic: BrokerTopic, _ state: inout State) {
        state.subscribers[topic]?.removeAll { $0 === member }
        if state.subscribers[topic]?.isEmpty == true { state.subscribers[topic] = nil }
    }
}
