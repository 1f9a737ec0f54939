import FuzzSupport
import WebSocket

/// Frames as an honest peer sends them, made of the fuzzer's input: messages in fragments, compressed or not, with
/// control frames between them. The input says all, so that a mutation changes one thing.
struct Conversation {
    private(set) var wire: [UInt8] = []
    private(set) var expected: [Event] = []
    private let setting: Setting
    private let compression: MessageCompression?
    private var hasFailed = false
    private var nextKey: UInt32 = 0x1234_5678

    private static let maxWireBytes = 150_000

    init(_ setting: Setting) {
        self.setting = setting
        compression = setting.compression(of: setting.peer)
    }

    mutating func build(_ choices: inout Choices) {
        while !choices.isEmpty, !hasFailed, wire.count < Self.maxWireBytes {
            let what = choices.byte()
            switch what & 7 {
            case 0: addControl(.ping, &choices)
            case 1: addControl(.pong, &choices)
            case 2: addClose(&choices)
            default: addMessage(&choices, isText: what & 8 == 0, isCompressed: what & 16 != 0)
            }
        }
    }

    private mutating func addMessage(_ choices: inout Choices, isText: Bool, isCompressed: Bool) {
        var content = content(&choices)
        if isText { content = Array(String(decoding: content, as: UTF8.self).utf8) }
        let kind = isText ? MessageKind.text : .binary
        let compressed = isCompressed ? deflated(content) : nil
        let payload = compressed ?? content
        // Cut where the input says, the same place twice for an empty fragment.
        let cuts = (0..<Int(choices.byte() & 3)).map { _ in choices.number() % (payload.count + 1) }.sorted()
        let starts = [0] + cuts
        let fits = content.count <= setting.maxMessageBytes
        for (index, start) in starts.enumerated() {
            let end = index + 1 < starts.count ? starts[index + 1] : payload.count
            addFrame(
                FrameHeader(
                    isFinal: index + 1 == starts.count, isCompressed: index == 0 && compressed != nil,
                    opcode: index == 0 ? kind.opcode : .continuation, payloadCount: end - start),
                payload[start..<end])
            // Between the fragments of a message that is too big it would be lost or not, as the case may be.
            if fits, index + 1 < starts.count, choices.flag() { addControl(.ping, &choices) }
        }
        guard fits else {
            hasFailed = true
            expected.append(.failed(.messageTooBig))
            return
        }
        expected.append(.message(kind, content))
    }

    /// Some of the input, made longer by repetition; the lengths around the header's three forms are near.
    private func content(_ choices: inout Choices) -> [UInt8] {
        let count =
            switch choices.byte() & 31 {
            case 0: 125
            case 1: 126
            case 2: 65_535
            case 3: 65_536
            case 4: setting.maxMessageBytes
            case 5: setting.maxMessageBytes + 1
            case 6: choices.number()
            default: Int(choices.byte())
            }
        let seed = choices.bytes(Int(choices.byte()))
        guard !seed.isEmpty else { return [UInt8](repeating: 0x2D, count: min(count, 70_000)) }
        return (0..<min(count, 70_000)).map { seed[$0 % seed.count] &+ UInt8(truncatingIfNeeded: $0 / 1021) & 1 }
    }

    private func deflated(_ content: [UInt8]) -> [UInt8]? {
        guard let compression else { return nil }
        var output = ByteBuffer()
        let isDone = content.withUnsafeBytes { compression.deflate($0, into: &output) }
        return isDone ? Array(output.bytes) : nil
    }

    private mutating func addControl(_ opcode: Opcode, _ choices: inout Choices) {
        let payload = choices.bytes(Int(choices.byte() % 126))
        addFrame(FrameHeader(opcode: opcode, payloadCount: payload.count), payload[...])
        expected.append(opcode == .ping ? .ping(payload) : .pong(payload))
    }

    private mutating func addClose(_ choices: inout Choices) {
        let code = choices.one(of: [.noStatus, .normal, .goingAway, .policyViolation, CloseCode(rawValue: 4999)])
        let reason = String(decoding: choices.bytes(Int(choices.byte() % 126)), as: UTF8.self)
        var buffer = ByteBuffer()
        ClosePayload.encode(code, reason, into: &buffer)
        let payload = Array(buffer.bytes)
        expect(payload.count <= 125, "a close frame of \(payload.count) bytes")
        expect(reason.utf8.starts(with: payload.dropFirst(2)), "a close reason that was changed")
        addFrame(FrameHeader(opcode: .close, payloadCount: payload.count), payload[...])
        expected.append(.close(code, reason: Array(payload.dropFirst(2))))
    }

    private mutating func addFrame(_ header: FrameHeader, _ payload: ArraySlice<UInt8>) {
        var header = header
        if setting.peer == .client {
            nextKey = nextKey &* 1_664_525 &+ 1_013_904_223
            header.maskKey = nextKey
        }
        var frame = [UInt8](repeating: 0, count: header.byteCount) + payload
        let size = frame.withUnsafeMutableBytes { header.encode(into: $0) }
        expectEqual(size, header.byteCount, "the size of a header")
        if let key = header.maskKey {
            // In two parts, since a sender may not have the payload in one piece.
            let half = payload.count / 2
            frame.withUnsafeMutableBytes { bytes in
                Masking.apply(key, to: UnsafeMutableRawBufferPointer(rebasing: bytes[size..<size + half]))
                Masking.apply(key, to: UnsafeMutableRawBufferPointer(rebasing: bytes[(size + half)...]), offset: half)
            }
        }
        wire += frame
    }
}
