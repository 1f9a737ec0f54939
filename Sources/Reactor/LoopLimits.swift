/// Every bound of an event loop, with its unit and its reason. Zero switches a limit off where it says so.
package struct LoopLimits: Sendable {
    /// Bytes of one message, decompressed. The largest chat message is far smaller; files travel over HTTP.
    package var maxMessageBytes = 1 << 20
    /// A request head must be complete this long after the connection was accepted (or after its first byte, on a
    /// connection kept alive): a dribbling peer holds a descriptor no longer than that. A
    /// connection of our own must stand, with its TLS, this long after it was begun.
    package var handshakeTimeout: Duration = .seconds(10)
    /// A request body must be complete this long after its head. One that is handed on as it arrives may stand still for so
    /// long; how long it takes in all is for its receiver to judge.
    package var bodyTimeout: Duration = .seconds(60)
    /// A connection that is kept alive for another request is closed after this much silence.
    package var keepAliveTimeout: Duration = .seconds(75)
    /// Silence after which we ping; shorter than the minute after which many NATs forget a mapping. Zero: never.
    package var pingInterval: Duration = .seconds(45)
    /// Silence after which a connection is given up, although pinged. Zero: never.
    package var idleTimeout: Duration = .seconds(75)
    /// How long the peer may take to answer our close frame once that is with the kernel, or to end the connection after
    /// it. What waits before the close frame is bounded by `writeTimeout`.
    package var closeTimeout: Duration = .seconds(5)
    /// How long a peer may accept no byte while bytes wait for it. What it takes of the kernel's share is looked at only
    /// when that long nothing more could be sent, so it may have up to twice as long.
    package var writeTimeout: Duration = .seconds(30)
    /// Bytes that may wait for one slow reader; one more closes it (1013, resume later).
    package var sendQueueBytes = 1 << 20
    /// Above this many waiting bytes we stop reading from a peer: who does not read its answers may not ask more.
    package var pauseReadingBytes = 64 << 10
    /// Frames one connection may begin within a second (fragments and control frames too; after a rest, in a burst, twice
    /// as many). Zero: any number.
    package var framesPerSecond = 0
    /// Open connections of one address (IPv6: of one /64). Zero: any number. An office or a mobile carrier shares one.
    package var connectionsPerAddress = 4096
    /// Connections of one address that have not finished their handshake. Zero: any number.
    package var handshakesPerAddress = 1024
    /// Connections accepted in a row before others get their turn.
    package var acceptsPerTurn = 64
    /// Connections of one loop that have not finished their handshake. More wait in the kernel, where they cost nothing and
    /// their time does not run: with TLS each takes some 40 KB meanwhile. Zero: any number.
    package var handshakesUnderWay = 2048
    /// Steps of TLS handshakes in one turn of a loop. One that signs takes up to a millisecond of its thread, so that those
    /// who are in wait for each other's messages and for at most so many of these. Zero: any number.
    package var tlsStepsPerTurn = 8
    /// Mail waiting for a loop from other threads.
    package var mailboxCapacity = 65_536
    /// Bytes of the messages in that mail; one message more may pass it.
    package var mailboxBytes = 64 << 20
    /// Bytes read at once. One buffer a loop: larger costs nothing per connection.
    package var receiveBytes = 256 << 10
    /// Bytes of pipelined requests that wait while one is answered.
    package var pipelinedBytes = 64 << 10
    /// The largest request body that is collected in memory, whatever a route allows.
    package var collectedBodyBytes = 16 << 20

    package init() {}
}

/// Time as an event loop counts it: monotonic, in ticks of 50 ms since the loop began. Coarse, so that a connection
/// stores it in four bytes; wraps after 6.8 years, and differences stay right across the wrap.
struct Tick: Equatable, Sendable {
    var count: UInt32

    static let milliseconds = 50

    init(count: UInt32) { self.count = count }

    init(milliseconds: Int) {
        count = UInt32(truncatingIfNeeded: milliseconds / Self.milliseconds)
    }

    /// The first tick that is no earlier than `duration` from now. At most a year.
    func after(_ duration: Duration) -> Tick {
        let (seconds, attoseconds) = duration.components
        let bounded = min(max(seconds, 0), 365 * 86_400)
        let milliseconds = Int(bounded) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
        let ticks = (milliseconds + Self.milliseconds - 1) / Self.milliseconds
        return Tick(count: count &+ UInt32(truncatingIfNeeded: max(ticks, 1)))
    }

    /// Ticks from `other` to this one; negative when this one is earlier.
    func since(_ other: Tick) -> Int {
        Int(Int32(truncatingIfNeeded: count &- other.count))
    }

    func isAtOrAfter(_ other: Tick) -> Bool { since(other) >= 0 }
}
