package enum HTTPVersion: Sendable, Equatable {
    case http10
    case http11

    /// How long `HTTP/1.1` is.
    static var byteCount: Int { 8 }

    /// The version whose last byte this is. A higher minor version is treated as the highest that we speak:
    /// RFC 9110 §6.2.
    init(lastByte: UInt8) {
        self = lastByte == 0x30 ? .http10 : .http11
    }

    /// Checks the byte at this position of `HTTP/1.1` (RFC 9112 §2.3).
    static func check(_ byte: UInt8, at position: Int) throws(HTTPRefusal) {
        let start: StaticString = "HTTP/1."
        if position == 5, ASCII.isDigit(byte), byte != 0x31 {
            throw HTTPRefusal(.versionNotSupported, "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        }
        let isRight =
            position < start.utf8CodeUnitCount ? byte == start.utf8Start[max(0, position)] : ASCII.isDigit(byte)
        guard isRight else { throw .malformed("The HTTP version is malformed.") }
    }
}
