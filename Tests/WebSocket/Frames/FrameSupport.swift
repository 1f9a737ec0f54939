import TestSupport
import Testing

@testable import WebSocket

/// A frame as the RFC draws it, right or wrong; written without the codec's own encoder.
struct Frame: Sendable {
    var opcode: UInt8
    var isFinal = true
    /// RSV1 is 4, RSV2 is 2, RSV3 is 1.
    var reserved: UInt8 = 0
    var payload: [UInt8] = []

    static let rsv1: UInt8 = 4

    static func text(_ text: String, isFinal: Bool = true) -> Frame {
        Frame(opcode: 1, isFinal: isFinal, payload: Array(text.utf8))
    }
    static func binary(_ payload: [UInt8], isFinal: Bool = true) -> Frame {
        Frame(opcode: 2, isFinal: isFinal, payload: payload)
    }
    static func more(_ payload: [UInt8], isFinal: Bool = false) -> Frame {
        Frame(opcode: 0, isFinal: isFinal, payload: payload)
    }
    static func last(_ text: String) -> Frame { more(Array(text.utf8), isFinal: true) }
    static func close(_ payload: [UInt8]) -> Frame { Frame(opcode: 8, payload: payload) }
    static func ping(_ text: String = "") -> Frame { Frame(opcode: 9, payload: Array(text.utf8)) }
    static func pong(_ text: String = "") -> Frame { Frame(opcode: 10, payload: Array(text.utf8)) }

    /// The frame as `sender` sends it: clients mask (§5.1).
    func bytes(from sender: Role) -> [UInt8] {
        let key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
        let isMasked = sender == .client
        var bytes = Self.head(opcode: opcode, isFinal: isFinal, reserved: reserved, isMasked: isMasked, payload.count)
        if isMasked { bytes += key }
        bytes += payload.enumerated().map { isMasked ? $1 ^ key[$0 % 4] : $1 }
        return bytes
    }

    /// What stands before the mask.
    static func head(
        opcode: UInt8, isFinal: Bool = true, reserved: UInt8 = 0, isMasked: Bool, _ count: Int
    ) -> [UInt8] {
        let first = (isFinal ? 0x80 : 0) | reserved << 4 | opcode
        let mask: UInt8 = isMasked ? 0x80 : 0
        switch count {
        case 0...125: return [first, mask | UInt8(count)]
        case 126...65_535: return [first, mask | 126] + bigEndian(UInt64(count), 2)
        default: return [first, mask | 127] + bigEndian(UInt64(count), 8)
        }
    }
}

func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
}

func bytes(of frames: [Frame], from sender: Role) -> [UInt8] { frames.flatMap { $0.bytes(from: sender) } }

/// What a decoder said, copied out of its buffers.
enum Decoded: Equatable, Sendable {
    case message(MessageKind, [UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(UInt16, [UInt8])
    case failed(ProtocolFailure)

    static func text(_ text: String) -> Decoded { .message(.text, Array(text.utf8)) }
    static func ping(_ text: String) -> Decoded { .ping(Array(text.utf8)) }
    static func pong(_ text: String) -> Decoded { .pong(Array(text.utf8)) }

    /// Nil for "need more".
    init?(_ output: MessageDecoder.Output) {
        switch output {
        case .needMore: return nil
        case .message(let kind, let payload): self = .message(kind, Array(payload))
        case .ping(let payload): self = .ping(Array(payload))
        case .pong(let payload): self = .pong(Array(payload))
        case .close(let code, let reason): self = .close(code.rawValue, Array(reason))
        case .failed(let failure): self = .failed(failure)
        }
    }

    var isFailure: Bool {
        if case .failed = self { true } else { false }
    }
}

/// One end of a connection that receives.
struct Receiver: ~Copyable {
    var decoder = MessageDecoder()
    let rules: MessageRules
    let compression: MessageCompression?

    init(from peer: Role, maxMessageBytes: Int = 1 << 20, deflate: DeflateParameters? = nil) {
        rules = MessageRules(peer: peer, maxMessageBytes: maxMessageBytes)
        compression = deflate.map {
            MessageCompression($0, role: peer == .client ? .server : .client, policy: DeflatePolicy())
        }
    }

    /// Takes one read's bytes, until more are needed or a failure ends it all.
    mutating func receive(_ bytes: some Sequence<UInt8>) -> [Decoded] {
        var piece = Array(bytes)
        var outputs: [Decoded] = []
        piece.withUnsafeMutableBytes { buffer in
            var input = buffer
            while let output = Decoded(decoder.next(&input, rules: rules, compression: compression)) {
                outputs.append(output)
                if output.isFailure { return }
            }
            #expect(input.isEmpty, "more is needed while there is some")
            // The next read overwrites this one: nothing may depend on it any more.
            for index in buffer.indices { buffer[index] = 0xDB }
        }
        return outputs
    }
}

/// Everything that comes out of `bytes`, up to a failure.
func decode(
    _ bytes: [UInt8], from peer: Role, pieces: [Range<Int>]? = nil, maxMessageBytes: Int = 1 << 20,
    deflate: DeflateParameters? = nil
) -> [Decoded] {
    var receiver = Receiver(from: peer, maxMessageBytes: maxMessageBytes, deflate: deflate)
    var outputs: [Decoded] = []
    for piece in pieces ?? [0..<bytes.count] {
        outputs += receiver.receive(bytes[piece])
        if outputs.last?.isFailure ?? false { break }
    }
    return outputs
}
