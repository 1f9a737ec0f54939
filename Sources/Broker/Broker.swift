/// Between nodes: what one publishes reaches every node that subscribes, itself among them.
///
/// **The broker is a hint, the log is the truth.** A broker keeps nothing: what it drops is counted, and found again by
/// whoever compares with the store. What it does promise is to say when it cannot be relied upon: between `.subscribed`
/// and `.lost` of a topic, everything published arrives, and what one node publishes to a topic arrives in that order.
///
/// Two implementations behind one contract suite: `LocalBroker` in one process, `RedisBroker` between several.
/// Every function may be called from any thread and returns at once.
package protocol Broker: AnyObject, Sendable {
    /// To all nodes that subscribe, this one among them. Never blocks; dropped (and counted) when too much waits, when
    /// it is too large, or when the server is away.
    func publish(_ topic: BrokerTopic, _ bytes: [UInt8])

    /// From `.subscribed` on, messages of this topic are told. Idempotent: every call is answered by a `.subscribed`
    /// that comes after it (one may answer several).
    func subscribe(_ topic: BrokerTopic)

    /// Messages of this topic are not wanted any more; some that are on their way may still be told.
    func unsubscribe(_ topic: BrokerTopic)

    var figures: BrokerFigures { get }

    /// Sends what is queued, within a bound, and ends the broker's thread: nothing is told once this returns. Not to be
    /// called while being told something. What is called afterwards does nothing.
    func stop()
}

/// What the broker tells, on its own thread, one after the other; whoever is told returns quickly.
package enum BrokerEvent: Equatable, Sendable {
    case message(BrokerTopic, [UInt8])
    /// The server has confirmed: from now on everything published reaches this node, unless it is lost.
    case subscribed(BrokerTopic)
    /// Subscriptions of these topics do not stand any more (connection lost, stalled, too much waited). They are made
    /// again by themselves, and confirmed again.
    case lost([BrokerTopic])
    /// Whether publishes and subscriptions work, for `/readyz`, presence and the sweep. Told at each change; not well
    /// until it is told otherwise.
    case health(isWell: Bool)
}
