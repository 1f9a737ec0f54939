import TestSupport
import Testing

@testable import WebSocket

@Suite("Random bytes")
struct RandomFramesTests {
    /// Half are noise; half begin like a frame, so that they get past the header.
    private func hostileBytes(_ random: inout SeededRandom) -> [UInt8] {
        guard random.oneIn(2) else { return random.bytes(random.int(0...24)) }
        var bytes: [UInt8] = []
        for _ in 0..<random.int(1...3) {
            let opcode = [0, 1, 1, 2, 8, 9, 10][random.int(0...6)]
            let count = random.int(0...12)
            let first = (random.oneIn(4) ? 0 : 0x80) | (random.oneIn(4) ? 0x40 : 0) | opcode
            bytes += [UInt8(first), (random.oneIn(2) ? 0x80 : 0) | UInt8(random.oneIn(9) ? 125 + count % 3 : count)]
            bytes += random.bytes(random.int(count...count + 4))
        }
        return bytes
    }

    @Test("never trap, and come to the same however they are cut", arguments: UInt64(1)...4)
    func hostile(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<5000 {
            let bytes = hostileBytes(&random)
            let peer: Role = random.oneIn(2) ? .client : .server
            let deflate = random.oneIn(2) ? DeflateParameters() : nil
            let pieces = random.pieces(of: bytes.count, longest: random.int(1...8))
            let whole = decode(bytes, from: peer, maxMessageBytes: 20, deflate: deflate)
            let pieced = decode(bytes, from: peer, pieces: pieces, maxMessageBytes: 20, deflate: deflate)
            if whole != pieced { Issue.record("seed \(seed): \(bytes) from \(peer), cut at \(pieces)") }
        }
    }

    @Test(
        "sent as messages arrive as they were, however they are cut", arguments: UInt64(1)...40, [Role.client, .server])
    func conversations(seed: UInt64, sender: Role) {
        var random = SeededRandom(seed: seed)
        let parameters = DeflateParameters(
            serverNoContextTakeover: random.oneIn(2), clientNoContextTakeover: random.oneIn(2))
        var writer = Writer(role: sender, deflate: random.oneIn(3) ? nil : parameters)
        for _ in 0..<random.int(1...12) { writer.writeMessage(&random) }
        let deflate = writer.compression.map { _ in parameters }
        let whole = decode(writer.bytes, from: sender, deflate: deflate)
        #expect(whole == writer.expected)
        for longest in [1, 3, 100, 5000] {
            let pieces = random.pieces(of: writer.bytes.count, longest: longest)
            let pieced = decode(writer.bytes, from: sender, pieces: pieces, deflate: deflate)
            #expect(pieced == whole, "pieces of up to \(longest)")
        }
    }
}

/// Sends through the codec's own encoder.
private struct Writer {
    let role: Role
    let compression: MessageCompression?
    var bytes: [UInt8] = []
    var expected: [Decoded] = []

    init(role: Role, deflate: DeflateParameters?) {
        self.role = role
        compression = deflate.map { MessageCompression($0, role: role, policy: DeflatePolicy()) }
    }

    mutating func writeMessage(_ random: inout SeededRandom) {
        let isText = random.oneIn(2)
        let length = random.oneIn(30) ? 70_000 : random.int(0...300)
        let message = isText ? Array(randomText(length: min(length, 300), using: &random).utf8) : random.bytes(length)
        var payload = message
        var isCompressed = false
        if let compression, random.oneIn(2) {
            var output = ByteBuffer()
            isCompressed = message.withUnsafeBytes { compression.deflate($0, into: &output) }
            payload = Array(output.bytes)
        }
        var pieces = random.oneIn(2) ? [0..<payload.count] : random.pieces(of: payload.count, longest: payload.count)
        if pieces.isEmpty || random.oneIn(5) { pieces.append(payload.count..<payload.count) }
        for (index, piece) in pieces.enumerated() {
            if random.oneIn(4) {
                let body = random.bytes(random.int(0...125))
                write(.ping, body, &random)
                expected.append(.ping(body))
            }
            write(
                index > 0 ? .continuation : isText ? .text : .binary, Array(payload[piece]), &random,
                isFinal: index == pieces.count - 1, isCompressed: isCompressed && index == 0)
        }
        expected.append(.message(isText ? .text : .binary, message))
    }

    private mutating func write(
        _ opcode: Opcode, _ payload: [UInt8], _ random: inout SeededRandom, isFinal: Bool = true,
        isCompressed: Bool = false
    ) {
        let key = role == .client ? UInt32(truncatingIfNeeded: random.next()) : nil
        let header = FrameHeader(
            isFinal: isFinal, isCompressed: isCompressed, opcode: opcode, maskKey: key, payloadCount: payload.count)
        var frame = [UInt8](repeating: 0, count: header.byteCount)
        frame.withUnsafeMutableBytes { _ = header.encode(into: $0) }
        var masked = payload
        if let key { masked.withUnsafeMutableBytes { Masking.apply(key, to: $0) } }
        bytes += frame + masked
    }
}
