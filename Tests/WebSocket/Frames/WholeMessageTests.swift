import TestSupport
import Testing

@testable import WebSocket

/// The short way must say what the long one says. A decoder that is given the first byte alone cannot take it.
@Suite("A whole message, taken without a decoder")
struct WholeMessageTests {
    /// What the short way made of some bytes.
    private struct Taken {
        /// Nil: something else.
        var output: Decoded?
        var rest: Int
        var bytes: [UInt8]
    }

    private func take(_ bytes: [UInt8], _ peer: Role, maxMessageBytes: Int) -> Taken {
        var copy = bytes
        let (output, rest) = copy.withUnsafeMutableBytes { buffer in
            var input = buffer
            let output: Decoded? =
                switch WholeMessage.take(&input, rules: MessageRules(peer: peer, maxMessageBytes: maxMessageBytes)) {
                case .message(let kind, let payload): .message(kind, Array(payload))
                case .invalidText: .failed(.invalidText)
                case .other: nil
                }
            return (output, input.count)
        }
        return Taken(output: output, rest: rest, bytes: copy)
    }

    /// `bytes` are at most one frame.
    private func expectAgreement(
        _ bytes: [UInt8], _ peer: Role, maxMessageBytes: Int = 1 << 20,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let taken = take(bytes, peer, maxMessageBytes: maxMessageBytes)
        let pieces = bytes.count < 2 ? nil : [0..<1, 1..<bytes.count]
        let decoded = decode(bytes, from: peer, pieces: pieces, maxMessageBytes: maxMessageBytes).first
        let holds: Bool
        if let output = taken.output {
            holds = output == decoded && (taken.rest == 0 || output.isFailure)
        } else {
            let isMessage = if case .message = decoded { true } else { false }
            holds = !isMessage && taken.rest == bytes.count && taken.bytes == bytes
        }
        // A macro a frame would take most of the time.
        if !holds {
            Issue.record(
                "\(bytes.prefix(16)) of \(bytes.count): \(String(describing: taken.output)) is not \(String(describing: decoded))",
                sourceLocation: sourceLocation)
        }
    }

    /// The second byte, the length behind it, a key that turns `a` into `a`, and as much payload.
    private func frame(_ first: UInt8, _ second: UInt8, _ length: UInt64 = 0, payload: Int? = nil) -> [UInt8] {
        let code = second & 0x7F
        let declared = code < 126 ? UInt64(code) : length
        let field = code < 126 ? [] : bigEndian(length, code == 126 ? 2 : 8)
        let key: [UInt8] = second & 0x80 == 0 ? [] : [0, 0, 0, 0]
        return [first, second] + field + key + [UInt8](repeating: 0x61, count: payload ?? Int(clamping: declared))
    }

    @Test("is what a decoder finds, for every first and second byte", arguments: [Role.client, .server])
    func everyHeader(_ peer: Role) {
        for first in UInt8.min ... .max {
            for second in UInt8.min ... .max {
                expectAgreement(frame(first, second, 200, payload: second & 0x7F < 126 ? nil : 200), peer)
            }
        }
    }

    @Test("is what a decoder finds, for lengths at every border", arguments: [Role.client, .server])
    func borders(_ peer: Role) {
        let lengths: [UInt64] = [
            0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 1 << 31, 1 << 32, 1 << 62, 1 << 63, .max - 9, .max,
        ]
        let second: [UInt8] = peer == .client ? [254, 255] : [126, 127]
        for first: UInt8 in [0x81, 0x82, 0x01] {
            for second in second {
                for length in lengths where second & 0x7F == 127 || length <= 0xFFFF {
                    let whole = Int(clamping: min(length, 65_540))
                    for payload in [0, whole - 1, whole] where payload >= 0 {
                        let bytes = frame(first, second, length, payload: payload)
                        for limit in [0, 126, 65_535, 65_536, 1 << 20] {
                            expectAgreement(bytes, peer, maxMessageBytes: limit)
                        }
                    }
                }
            }
        }
    }

    @Test("is not found in a part of it, which is left as it was", arguments: [Role.client, .server])
    func parts(_ peer: Role) {
        for count in [0, 1, 125, 126, 200] {
            let whole = Frame.binary([UInt8](repeating: 0x5A, count: count)).bytes(from: peer)
            for part in 0..<whole.count {
                let taken = take(Array(whole[..<part]), peer, maxMessageBytes: 1 << 20)
                #expect(taken.output == nil && taken.rest == part && taken.bytes == Array(whole[..<part]))
            }
            #expect(take(whole, peer, maxMessageBytes: 1 << 20).output != nil)
        }
    }

    @Test("leaves what follows", arguments: [Role.client, .server])
    func rest(_ peer: Role) {
        let (first, second) = (Frame.text("grüß dich").bytes(from: peer), Frame.ping("next").bytes(from: peer))
        let taken = take(first + second, peer, maxMessageBytes: 100)
        #expect(taken.output == .text("grüß dich"))
        #expect(taken.rest == second.count && Array(taken.bytes.suffix(second.count)) == second)
    }

    @Test(
        "is refused for invalid text, as by a decoder",
        arguments: [[0xFF], [0xC3], [0xED, 0xA0, 0x80], Array("aa".utf8) + [0x80]] as [[UInt8]])
    func invalidText(_ payload: [UInt8]) {
        for peer in [Role.client, .server] {
            let bytes = Frame(opcode: 1, payload: payload).bytes(from: peer)
            #expect(take(bytes, peer, maxMessageBytes: 100).output == .failed(.invalidText))
            expectAgreement(bytes, peer)
            expectAgreement(Frame.binary(payload).bytes(from: peer), peer)
        }
    }
}
