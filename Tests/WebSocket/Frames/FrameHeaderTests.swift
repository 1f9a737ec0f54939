import Testing

@testable import WebSocket

private func decodeHeader(_ bytes: [UInt8], from peer: Role, compression: Bool = false) -> FrameHeaderStep {
    bytes.withUnsafeBytes { FrameHeader.decode($0, from: peer, allowsCompression: compression) }
}

/// The rules that each of a frame's first two bytes breaks, as RFC 6455 §5 and RFC 7692 §6 state them.
private func violations(
    _ first: UInt8, _ second: UInt8, from peer: Role, compression: Bool
) -> (first: [ProtocolFailure], second: [ProtocolFailure]) {
    let fin = first / 128 == 1
    let (rsv1, rsv2, rsv3) = (first / 64 % 2 == 1, first / 32 % 2 == 1, first / 16 % 2 == 1)
    let opcode = first % 16
    let mask = second / 128 == 1
    let length = second % 128
    var atFirst: [ProtocolFailure] = []
    var atSecond: [ProtocolFailure] = []
    // §5.2: MUST be 0 unless an extension defines them. RFC 7692 §6: RSV1, on the first frame of a message only.
    if rsv2 || rsv3 || rsv1 && !(compression && (opcode == 1 || opcode == 2)) { atFirst.append(.reservedBits) }
    if ![0, 1, 2, 8, 9, 10].contains(opcode) { atFirst.append(.reservedOpcode) }
    if opcode >= 8 && !fin { atFirst.append(.fragmentedControl) }  // §5.5
    if peer == .client && !mask { atSecond.append(.notMasked) }  // §5.1
    if peer == .server && mask { atSecond.append(.masked) }  // §5.1
    if opcode >= 8 && length > 125 { atSecond.append(.controlTooLong) }  // §5.5
    return (atFirst, atSecond)
}

@Suite("A frame's header")
struct FrameHeaderTests {
    @Test(
        "is judged by its first two bytes as the RFC says, whatever they are",
        arguments: [Role.client, .server], [false, true])
    func firstTwoBytes(peer: Role, compression: Bool) {
        let rest: [UInt8] = [0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x21, 0x22, 0x23, 0x24]
        var wrong: [String] = []
        for value in 0...0xFFFF {
            let (first, second) = (UInt8(value >> 8), UInt8(value & 0xFF))
            let broken = violations(first, second, from: peer, compression: compression)
            let one = decodeHeader([first], from: peer, compression: compression)
            let two = decodeHeader([first, second], from: peer, compression: compression)
            let all = decodeHeader([first, second] + rest, from: peer, compression: compression)

            let isRight: Bool
            if !broken.first.isEmpty {
                isRight = one == two && two == all && broken.first.contains { one == .failed($0) }
            } else if !broken.second.isEmpty {
                isRight = one == .needMore && two == all && broken.second.contains { two == .failed($0) }
            } else {
                let (count, lengthBytes) =
                    switch second % 128 {
                    case 126: (0x1112, 2)
                    case 127: (0x1112_1314_1516_1718, 8)
                    case let short: (Int(short), 0)
                    }
                let keyBytes = rest[lengthBytes..<lengthBytes + 4]
                let key = keyBytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                let expected = FrameHeader(
                    isFinal: first >= 128, isCompressed: first / 64 % 2 == 1,
                    opcode: [0: .continuation, 1: .text, 2: .binary, 8: .close, 9: .ping, 10: .pong][first % 16]
                        ?? .pong,
                    maskKey: peer == .client ? key : nil, payloadCount: count)
                let size = 2 + lengthBytes + (peer == .client ? 4 : 0)
                isRight =
                    one == .needMore && all == .header(expected, byteCount: size)
                    && two == (size == 2 ? all : .needMore)
            }
            if !isRight { wrong.append("\(first) \(second): \(one), \(two), \(all)") }
        }
        #expect(wrong.prefix(10) == [])
    }

    @Test(
        "has a length in one, two or eight bytes, and only in the shortest form (§5.2)",
        arguments: [
            LengthRow("nothing", [0], 0), LengthRow("one byte", [1], 1), LengthRow("the longest short", [125], 125),
            LengthRow("the shortest medium", [126, 0, 126], 126), LengthRow("medium", [126, 1, 0], 256),
            LengthRow("the longest medium", [126, 0xFF, 0xFF], 65_535),
            LengthRow("the shortest long", [127, 0, 0, 0, 0, 0, 1, 0, 0], 65_536),
            LengthRow("long", [127, 0, 0, 0, 1, 0, 0, 0, 0], 1 << 32),
            LengthRow("2^63 - 1", [127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .max),
            LengthRow("0 in two", [126, 0, 0], .lengthNotMinimal),
            LengthRow("125 in two", [126, 0, 125], .lengthNotMinimal),
            LengthRow("0 in eight", [127, 0, 0, 0, 0, 0, 0, 0, 0], .lengthNotMinimal, decidedAfter: 7),
            LengthRow("126 in eight", [127, 0, 0, 0, 0, 0, 0, 0, 126], .lengthNotMinimal, decidedAfter: 7),
            LengthRow("65,535 in eight", [127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .lengthNotMinimal, decidedAfter: 7),
            LengthRow("2^63", [127, 0x80, 0, 0, 0, 0, 0, 0, 0], .lengthTooLarge, decidedAfter: 2),
            LengthRow("2^64 - 1", [127] + Array(repeating: 0xFF, count: 8), .lengthTooLarge, decidedAfter: 2),
        ])
    func lengths(row: LengthRow) {
        for (peer, mask, key) in [(Role.client, UInt8(0x80), [9, 8, 7, 6]), (.server, 0, [])]
            as [(Role, UInt8, [UInt8])]
        {
            var bytes: [UInt8] = [0x82] + row.bytes + key
            bytes[1] |= mask
            let decidedAfter = row.decidedAfter.map { $0 + 1 } ?? bytes.count
            for count in 0..<decidedAfter {
                #expect(decodeHeader(Array(bytes[..<count]), from: peer) == .needMore, "\(count) bytes")
            }
            for count in decidedAfter...bytes.count {
                let step = decodeHeader(Array(bytes[..<count]), from: peer)
                if let failure = row.failure {
                    #expect(step == .failed(failure), "\(count) bytes")
                } else {
                    let header = FrameHeader(
                        opcode: .binary, maskKey: key.isEmpty ? nil : 0x0607_0809, payloadCount: row.count)
                    #expect(step == .header(header, byteCount: bytes.count))
                }
            }
        }
    }

    @Test(
        "is read back as it was written, and leaves what follows alone",
        arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 1 << 32, .max])
    func roundTrip(count: Int) {
        for opcode in [Opcode.continuation, .text, .binary, .close, .ping, .pong] {
            if opcode.isControl, count > FrameHeader.maxControlPayloadBytes { continue }
            for isFinal in opcode.isControl ? [true] : [true, false] {
                for isCompressed in opcode == .text || opcode == .binary ? [true, false] : [false] {
                    for key in [nil, 0, 0x8040_2010] as [UInt32?] {
                        let header = FrameHeader(
                            isFinal: isFinal, isCompressed: isCompressed, opcode: opcode, maskKey: key,
                            payloadCount: count)
                        var bytes = [UInt8](repeating: 0xEE, count: FrameHeader.maxBytes)
                        let size = bytes.withUnsafeMutableBytes { header.encode(into: $0) }
                        #expect(size == header.byteCount)
                        #expect(bytes[size...].allSatisfy { $0 == 0xEE })
                        let peer: Role = key == nil ? .server : .client
                        let step = decodeHeader(bytes, from: peer, compression: isCompressed)
                        #expect(step == .header(header, byteCount: size))
                        for short in 0..<size {
                            let cut = decodeHeader(Array(bytes[..<short]), from: peer, compression: isCompressed)
                            #expect(cut == .needMore)
                        }
                    }
                }
            }
        }
    }

    @Test("is written as a frame by hand is")
    func encodesLikeTheRFC() {
        for count in [0, 125, 126, 65_535, 65_536] {
            var bytes = [UInt8](repeating: 0, count: FrameHeader.maxBytes)
            let size = bytes.withUnsafeMutableBytes {
                FrameHeader(opcode: .text, payloadCount: count).encode(into: $0)
            }
            #expect(Array(bytes[..<size]) == Frame.head(opcode: 1, isMasked: false, count))
        }
    }

    @Test("tells the opcodes of messages from those of control frames")
    func opcodes() {
        #expect([Opcode.close, .ping, .pong].map { $0.isControl } == [true, true, true])
        #expect([Opcode.continuation, .text, .binary].map { $0.isControl } == [false, false, false])
        #expect(MessageKind.text.opcode == .text)
        #expect(MessageKind.binary.opcode == .binary)
        #expect((UInt8(0)...255).filter { Opcode(rawValue: $0) != nil } == [0, 1, 2, 8, 9, 10])
    }
}

struct LengthRow: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// The second byte without the mask bit, and what follows of the length.
    let bytes: [UInt8]
    let count: Int
    let failure: ProtocolFailure?
    /// The bytes of the length that tell that it is wrong; nil: all of them.
    let decidedAfter: Int?

    init(_ label: String, _ bytes: [UInt8], _ count: Int) {
        (testDescription, self.bytes, self.count, failure, decidedAfter) = (label, bytes, count, nil, nil)
    }

    init(_ label: String, _ bytes: [UInt8], _ failure: ProtocolFailure, decidedAfter: Int? = nil) {
        (testDescription, self.bytes, count) = (label, bytes, 0)
        (self.failure, self.decidedAfter) = (failure, decidedAfter ?? bytes.count)
    }
}
