/// Why the server ends a socket: the close codes of the protocol (RFC 6455 §7.4.2 leaves 4000–4999 to applications).
package enum SocketEnd: UInt16, Hashable, Sendable, CaseIterable {
    case serverAsks = 4000
    case tooSlow = 4001
    case silence = 4002
    case badTicket = 4100
    case signedOut = 4101
    case sessionEnded = 4102
    case permissionsChanged = 4103
    case restarting = 4200
    case tooManyConnections = 4201
    case notTheProtocol = 4300
    case wrongOrigin = 4301
}

/// What a client does after a socket has ended.
package enum CloseAdvice: Hashable, Sendable {
    /// Connect again at once, and subscribe behind what is stored.
    case resume
    /// Fetch a ticket; where that is refused, sign in.
    case authenticate
    case wait(milliseconds: Int64)
    /// This client does something wrong, and would again.
    case stop
    /// The network, most likely: try again with full jitter, from 0.5 s up to 30 s.
    case tryAgain

    /// What a client waits that was told to wait, but not how long.
    package static let defaultWaitMilliseconds: Int64 = 5000
    /// A client waits no longer than this for a number that it was sent by mistake.
    package static let longestWaitMilliseconds: Int64 = 600_000

    /// The ranges say it, so that a client understands codes that are newer than it.
    package init(code: UInt16, reason: String) {
        switch code {
        case 4000...4099: self = .resume
        case 4100...4199: self = .authenticate
        case 4200...4299: self = .wait(milliseconds: Self.wait(reason))
        case 4300...4399: self = .stop
        default: self = .tryAgain
        }
    }

    private static func wait(_ reason: String) -> Int64 {
        guard let milliseconds = Int64(reason), milliseconds >= 0 else { return defaultWaitMilliseconds }
        return min(milliseconds, longestWaitMilliseconds)
    }
}
