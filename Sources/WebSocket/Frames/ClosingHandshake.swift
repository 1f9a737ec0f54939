/// Where a connection stands between open and closed (RFC 6455 §7.1). One byte, so that a connection can carry it.
///
/// Either side may begin: the one sends a close frame, the other answers it, and then the server ends the TCP
/// connection. A side that finds the other at fault sends its close frame and reads no further.
public enum ClosingHandshake: Sendable {
    /// Messages flow both ways.
    case open
    /// Our close frame is out; the peer's is awaited, and its messages until then still arrive.
    case closeSent
    /// Both close frames went their way, or we failed the connection: nothing more is read.
    case done

    /// No close frame went either way.
    @inlinable public var isOpen: Bool {
        switch self {
        case .open: true
        case .closeSent, .done: false
        }
    }

    /// What a received close frame asks of us.
    package enum OnClose: Equatable, Sendable {
        /// The peer began: answer with the same code, then end the connection.
        case reply
        /// The peer answered ours: end the connection.
        case end
        /// Came after the end: nothing.
        case ignore
    }

    /// We want to close. `true`: send a close frame and wait for the answer. `false`: we did so before.
    package mutating func close() -> Bool {
        switch self {
        case .open:
            self = .closeSent
            return true
        case .closeSent, .done:
            return false
        }
    }

    package mutating func receivedClose() -> OnClose {
        switch self {
        case .open:
            self = .done
            return .reply
        case .closeSent:
            self = .done
            return .end
        case .done:
            return .ignore
        }
    }

    /// The peer broke the protocol. `true`: send a close frame that says how; in any case read nothing more (§7.1.7).
    package mutating func fail() -> Bool {
        switch self {
        case .open:
            self = .done
            return true
        case .closeSent, .done:
            self = .done
            return false
        }
    }
}
