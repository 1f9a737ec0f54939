/// What a broker has done since it began, and how it is; for `/metrics`.
package struct BrokerFigures: Equatable, Sendable {
    /// Messages that went out.
    package var published = 0
    /// Messages that were told.
    package var received = 0
    /// Messages that were to be published and were not: the server was away, too much waited, or one was too large.
    package var dropped = 0
    /// Subscriptions that were not taken, because there were too many.
    package var refused = 0
    /// Times that subscriptions were lost because more came in than was taken, or the connection ended.
    package var losses = 0
    /// Connections made anew after one had worked or failed.
    package var reconnects = 0
    /// Bytes over the wire, the protocol's own among them.
    package var bytesSent = 0
    package var bytesReceived = 0
    /// Messages and their bytes that wait to go out at this moment.
    package var queued = 0
    package var queuedBytes = 0
    /// How long the last canary took from here to the server and back, and the longest of all, in milliseconds; `nil`
    /// before the first has come back, and in one process.
    package var lagMilliseconds: Double?
    package var maxLagMilliseconds: Double?
    /// Topics that are wanted, confirmed or not.
    package var subscriptions = 0
    package var isWell = false
    /// Why it is not well, for a log line; never a password.
    package var trouble: String?

    package init() {}
}
