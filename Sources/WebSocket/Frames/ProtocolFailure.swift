/// Why we give a connection up. Plain cases without payload, so that the decoder can pass them around for nothing.
package enum ProtocolFailure: Error, Hashable, CaseIterable, Sendable {
    case reservedBits
    case reservedOpcode
    case fragmentedControl
    case controlTooLong
    case notMasked
    case masked
    case lengthNotMinimal
    case lengthTooLarge
    case unexpectedContinuation
    case expectedContinuation
    case truncatedCloseCode
    case invalidCloseCode
    case invalidCloseReason
    case invalidText
    case invalidCompression
    case messageTooBig
    case tooManyFrames

    /// The code that the close frame carries (RFC 6455 §7.4.1).
    package var code: CloseCode {
        switch self {
        case .reservedBits, .reservedOpcode, .fragmentedControl, .controlTooLong, .notMasked, .masked,
            .lengthNotMinimal, .lengthTooLarge, .unexpectedContinuation, .expectedContinuation, .truncatedCloseCode,
            .invalidCloseCode:
            .protocolError
        case .invalidCloseReason, .invalidText, .invalidCompression: .invalidPayload
        case .messageTooBig: .messageTooBig
        case .tooManyFrames: .policyViolation
        }
    }

    /// For the log and the close frame: ASCII, at most 123 bytes (RFC 6455 §5.5.1).
    package var reason: String {
        switch self {
        case .reservedBits: "reserved bits are set"
        case .reservedOpcode: "reserved opcode"
        case .fragmentedControl: "control frames may not be fragmented"
        case .controlTooLong: "control frames carry at most 125 bytes"
        case .notMasked: "frames from a client must be masked"
        case .masked: "frames from a server must not be masked"
        case .lengthNotMinimal: "the length is not in its shortest form"
        case .lengthTooLarge: "the length has its highest bit set"
        case .unexpectedContinuation: "a continuation without a message to continue"
        case .expectedContinuation: "a new message before the last one ended"
        case .truncatedCloseCode: "a close frame of one byte has half a code"
        case .invalidCloseCode: "invalid close code"
        case .invalidCloseReason: "the close reason is not UTF-8"
        case .invalidText: "text is not UTF-8"
        case .invalidCompression: "compressed data is corrupt"
        case .messageTooBig: "the message is too big"
        case .tooManyFrames: "too many frames a second"
        }
    }
}
