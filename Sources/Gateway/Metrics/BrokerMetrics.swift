import Broker
import CaseStore

/// What the way to the other nodes has counted.
extension MetricsRegistry {
    /// Nothing where there is one node.
    func watchNodes<Store: CaseStore>(of live: LiveHouse<Store>) {
        guard live.brokerFigures != nil else { return }
        register {
            guard let figures = live.brokerFigures else { return nil }
            return Self.text(of: figures, unreadable: live.unreadableLetters)
        }
    }

    private static func text(of figures: BrokerFigures, unreadable: Int) -> MetricsText {
        var text = MetricsText()
        text.gauge(
            "foyer_broker_up", "1 while publishing and subscribing work, 0 while they do not.", figures.isWell ? 1 : 0)
        text.counter("foyer_broker_published_total", "Messages that went out to other nodes.", figures.published)
        text.counter(
            "foyer_broker_received_total", "Messages that came in, this node's own among them.", figures.received)
        text.counter(
            "foyer_broker_dropped_total", "Messages that were not sent: the broker was away, or too much waited.",
            figures.dropped)
        text.counter(
            "foyer_broker_refused_total", "Topics that were not followed: there were too many.", figures.refused)
        text.counter("foyer_broker_losses_total", "Times that subscriptions were lost.", figures.losses)
        text.counter(
            "foyer_broker_reconnects_total", "Connections to the broker that were made anew.", figures.reconnects)
        text.counter("foyer_broker_sent_bytes_total", "Bytes to the broker.", figures.bytesSent)
        text.counter("foyer_broker_received_bytes_total", "Bytes from the broker.", figures.bytesReceived)
        text.gauge("foyer_broker_queued", "Messages that wait to go out.", figures.queued)
        text.gauge("foyer_broker_subscriptions", "Topics that this node follows.", figures.subscriptions)
        text.gauge(
            "foyer_broker_lag_milliseconds", "How long the last canary took to the broker and back.",
            Int((figures.lagMilliseconds ?? 0).rounded(.up)))
        text.counter(
            "foyer_broker_unreadable_total",
            "Messages that nobody of this house has sealed: another user of the server, or another master key.",
            unreadable)
        return text
    }
}
