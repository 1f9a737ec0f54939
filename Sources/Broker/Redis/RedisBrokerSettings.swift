import Reactor

/// Every bound of the broker over Redis, with its unit and its reason, and whom it trusts.
package struct RedisBrokerSettings: Sendable {
    /// PEM certificates that a `rediss://` server's must lead to; `nil`: those that the system trusts.
    package var authorityFile: String?
    /// What the channels' names begin with, followed by the database: Redis keeps channels of all databases in one place
    /// (so that an ACL may say `&foyer:*`, and two houses on one server do not hear each other).
    package var channelPrefix = "foyer"

    // MARK: Time

    /// A connection, its TLS and its first answers must have come about in this time.
    package var connectTimeout: Duration = .seconds(3)
    /// Between two canaries: what the figures' lag and the bound on a stall are as fine as.
    package var canaryInterval: Duration = .seconds(1)
    /// A canary that has not come back after this, from a server that says nothing at all, has died with its connection.
    /// Below the 5 s after which a sweep would find anyway what is missing.
    package var stallTimeout: Duration = .seconds(3)
    /// The same while the server still sends: then it is behind, not dead, and cutting it off would only add work.
    package var lagLimit: Duration = .seconds(15)
    /// The first pause before a connection is made anew is anything up to this; each further one up to twice as much…
    package var firstPause: Duration = .milliseconds(100)
    /// … but never more than this: a server that is back is found soon. All nodes spread over the whole pause (full
    /// jitter), so that they do not come at once.
    package var longestPause: Duration = .seconds(3)
    /// A topic that nobody wants any more is still subscribed for this long: whoever comes back at once (a page that is
    /// loaded again) costs the server nothing, and finds a subscription that has stood all along.
    package var linger: Duration = .seconds(2)
    /// `stop` waits no longer than this for what is queued.
    package var stopTimeout: Duration = .seconds(2)

    // MARK: Size

    /// Bytes of one message; the largest chat message, sealed, is far smaller.
    package var messageBytes = 1 << 20
    /// Messages that may wait for the broker's thread: a second of a very busy node.
    package var waitingMessages = 65_536
    /// Bytes of those.
    package var waitingBytes = 32 << 20
    /// Bytes that a server may leave unread on one connection: some seconds of a very busy node.
    package var unsentBytes = 16 << 20
    /// Topics of a node. A hundred times what a node of 10,000 sockets watches; some 200 bytes each.
    package var topics = 1_000_000
    /// Topics whose subscription is asked for or ended and not confirmed: a megabyte at most on its way.
    package var unconfirmedTopics = 8192
    /// Elements of one reply. The largest that we ask for has three.
    package var replyElements = 16

    package init() {}

    /// Bytes of one reply: a message and what comes with it.
    var replyBytes: Int { messageBytes + (64 << 10) }

    /// What the loop's own bounds are.
    var loopLimits: LoopLimits {
        var limits = LoopLimits()
        limits.handshakeTimeout = connectTimeout
        limits.writeTimeout = lagLimit
        limits.closeTimeout = stopTimeout
        limits.sendQueueBytes = unsentBytes
        return limits
    }
}
