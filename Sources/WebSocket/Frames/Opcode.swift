/// What a frame carries (RFC 6455 §5.2). The reserved values 3–7 and 11–15 have no case: a frame that uses one fails.
public enum Opcode: UInt8, Sendable {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    package var isControl: Bool { rawValue & 0x8 != 0 }
}

/// What a whole message carries.
public enum MessageKind: Sendable {
    case text
    case binary

    @inlinable public var opcode: Opcode {
        switch self {
        case .text: .text
        case .binary: .binary
        }
    }
}

/// Which side of a connection we are: clients mask what they send, servers do not (RFC 6455 §5.1).
public enum Role: Sendable {
    case server
    case client
}
