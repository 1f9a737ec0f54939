import ArgumentParser
import Reactor

/// Limits that may be set from outside. The defaults, and the reason of each, are in `LoopLimits`.
struct LimitOptions: ParsableArguments {
    @Option(help: "Bytes of one message, decompressed.")
    var maxMessageBytes = LoopLimits().maxMessageBytes

    @Option(help: "Time for a request head, from its first byte.")
    var handshakeTimeoutMs = milliseconds(LoopLimits().handshakeTimeout)

    @Option(help: "Time for a request body.")
    var bodyTimeoutMs = milliseconds(LoopLimits().bodyTimeout)

    @Option(help: "Silence after which a ping is sent; 0: none.")
    var pingIntervalMs = milliseconds(LoopLimits().pingInterval)

    @Option(help: "Silence after which a connection is given up; 0: never.")
    var idleTimeoutMs = milliseconds(LoopLimits().idleTimeout)

    @Option(help: "Silence after which an HTTP connection that was kept alive is closed.")
    var keepAliveTimeoutMs = milliseconds(LoopLimits().keepAliveTimeout)

    @Option(help: "Time for the peer to answer our close frame.")
    var closeTimeoutMs = milliseconds(LoopLimits().closeTimeout)

    @Option(help: "Time a peer may take no byte while bytes wait for it.")
    var writeTimeoutMs = milliseconds(LoopLimits().writeTimeout)

    @Option(help: "Bytes that may wait for one slow reader.")
    var sendQueueBytes = LoopLimits().sendQueueBytes

    @Option(help: "Frames one connection may send within a second; 0: any number. Default: 1000, for echo 0.")
    var framesPerSecond: Int?

    @Option(help: "Connections of one address (IPv6: of one /64); 0: any number.")
    var maxConnectionsPerAddress = LoopLimits().connectionsPerAddress

    @Option(help: "Connections of one address that have not finished their handshake; 0: any number.")
    var maxHandshakesPerAddress = LoopLimits().handshakesPerAddress

    @Option(
        help: "Connections of one loop that have not finished their handshake; more wait in the kernel. 0: any number.")
    var maxHandshakesPerLoop = LoopLimits().handshakesUnderWay

    private static let maxMilliseconds = 86_400_000
    /// A gigabyte: what is larger does not travel as one message.
    private static let maxBytes = 1 << 30

    func validate() throws {
        let times = [
            "--handshake-timeout-ms": handshakeTimeoutMs, "--body-timeout-ms": bodyTimeoutMs,
            "--ping-interval-ms": pingIntervalMs, "--idle-timeout-ms": idleTimeoutMs,
            "--keep-alive-timeout-ms": keepAliveTimeoutMs, "--close-timeout-ms": closeTimeoutMs,
            "--write-timeout-ms": writeTimeoutMs,
        ]
        for (name, value) in times.sorted(by: { $0.key < $1.key }) where !(0...Self.maxMilliseconds).contains(value) {
            throw ValidationError("\(name) must be between 0 and \(Self.maxMilliseconds) (a day).")
        }
        for (name, value) in [("--max-message-bytes", maxMessageBytes), ("--send-queue-bytes", sendQueueBytes)]
        where !(1...Self.maxBytes).contains(value) {
            throw ValidationError("\(name) must be between 1 and \(Self.maxBytes).")
        }
        let counts = [
            "--frames-per-second": framesPerSecond ?? 0, "--max-connections-per-address": maxConnectionsPerAddress,
            "--max-handshakes-per-address": maxHandshakesPerAddress, "--max-handshakes-per-loop": maxHandshakesPerLoop,
        ]
        for (name, value) in counts.sorted(by: { $0.key < $1.key }) where !(0...Self.maxBytes).contains(value) {
            throw ValidationError("\(name) must be between 0 and \(Self.maxBytes).")
        }
    }

    /// `framesPerSecond` is what holds unless told otherwise: a person sends a few, a benchmark as many as it can.
    func loopLimits(framesPerSecond defaultFrames: Int) -> LoopLimits {
        var limits = LoopLimits()
        limits.maxMessageBytes = maxMessageBytes
        limits.handshakeTimeout = .milliseconds(handshakeTimeoutMs)
        limits.bodyTimeout = .milliseconds(bodyTimeoutMs)
        limits.pingInterval = .milliseconds(pingIntervalMs)
        limits.idleTimeout = .milliseconds(idleTimeoutMs)
        limits.keepAliveTimeout = .milliseconds(keepAliveTimeoutMs)
        limits.closeTimeout = .milliseconds(closeTimeoutMs)
        limits.writeTimeout = .milliseconds(writeTimeoutMs)
        limits.sendQueueBytes = sendQueueBytes
        limits.framesPerSecond = framesPerSecond ?? defaultFrames
        limits.connectionsPerAddress = maxConnectionsPerAddress
        limits.handshakesPerAddress = maxHandshakesPerAddress
        limits.handshakesUnderWay = maxHandshakesPerLoop
        return limits
    }

    private static func milliseconds(_ duration: Duration) -> Int {
        Int(duration / .milliseconds(1))
    }
}
