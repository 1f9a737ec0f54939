import Broker
import Synchronization

/// The line between a node and the broker that the nodes of a test share: it can be cut, and it can lose or repeat what is
/// published.
final class BrokerLine: Sendable {
    struct Weather: Sendable {
        /// Says of what a node publishes how often it arrives: 0 loses it.
        var copies: @Sendable (BrokerTopic) -> Int = { _ in 1 }
    }

    private struct State {
        var weather = Weather()
        var isCut = false
        var tell: (@Sendable (BrokerEvent) -> Void)?
        var topics: Set<BrokerTopic> = []
    }

    private let exchange: LocalExchange
    private let state = Mutex(State())

    init(_ exchange: LocalExchange) { self.exchange = exchange }

    func open(_ tell: @escaping @Sendable (BrokerEvent) -> Void) throws -> any Broker {
        state.withLock { $0.tell = tell }
        let broker = try LocalBroker(exchange) { [weak self] event in
            // What is confirmed or arrives while the line is cut is not heard.
            if self?.isCut == false { tell(event) }
        }
        return Tapped(broker: broker, line: self)
    }

    var isCut: Bool { state.withLock { $0.isCut } }
    func set(_ change: (inout Weather) -> Void) { state.withLock { change(&$0.weather) } }

    /// As a client of a broker's server notices it: what stood is lost, and nothing works.
    func cut() {
        let (tell, topics) = state.withLock { state in
            state.isCut = true
            return (state.tell, state.topics)
        }
        tell?(.lost(Array(topics)))
        tell?(.health(isWell: false))
    }

    func mend() {
        let (tell, topics) = state.withLock { state in
            state.isCut = false
            return (state.tell, state.topics)
        }
        tell?(.health(isWell: true))
        for topic in topics { tell?(.subscribed(topic)) }
    }

    private func copies(_ topic: BrokerTopic) -> Int {
        state.withLock { $0.isCut ? 0 : $0.weather.copies(topic) }
    }

    private final class Tapped: Broker {
        let broker: LocalBroker
        let line: BrokerLine

        init(broker: LocalBroker, line: BrokerLine) {
            self.broker = broker
            self.line = line
        }

        func publish(_ topic: BrokerTopic, _ bytes: [UInt8]) {
            for _ in 0..<line.copies(topic) { broker.publish(topic, bytes) }
        }

        func subscribe(_ topic: BrokerTopic) {
            line.state.withLock { _ = $0.topics.insert(topic) }
            broker.subscribe(topic)
        }

        func unsubscribe(_ topic: BrokerTopic) {
            line.state.withLock { _ = $0.topics.remove(topic) }
            broker.unsubscribe(topic)
        }

        var figures: BrokerFigures { broker.figures }
        func stop() { broker.stop() }
    }
}
