/// The common case of receiving, without a decoder: a data message that lies whole, uncompressed and in one frame at
/// the front of the received bytes. Nearly every message of a chat does.
///
/// Inlined into the loop that calls it. Whatever does not fit is left untouched for `MessageDecoder`, which knows the
/// rest of the protocol and also judges what is wrong: here nothing is refused but invalid text.
public enum WholeMessage {
    case message(MessageKind, UnsafeMutableRawBufferPointer)
    case invalidText
    /// Something else, or not all of it.
    case other

    /// Takes a message from the front of `input`, which must begin at a frame. The payload is unmasked in place and
    /// stays valid as long as the bytes do.
    @inlinable @inline(__always)
    public static func take(
        _ input: inout UnsafeMutableRawBufferPointer, rules: MessageRules
    ) -> WholeMessage {
        guard let base = input.baseAddress, input.count >= 2 else { return .other }
        let first = base.load(as: UInt8.self)
        let second = base.load(fromByteOffset: 1, as: UInt8.self)
        // FIN, no reserved bit, opcode text (1) or binary (2); a control frame or a fragment is neither (§5.2).
        guard first == 0x81 || first == 0x82 else { return .other }
        let maskBytes: Int
        switch rules.peer {  // §5.1
        case .client:
            guard second & 0x80 != 0 else { return .other }
            maskBytes = 4
        case .server:
            guard second & 0x80 == 0 else { return .other }
            maskBytes = 0
        }
        var count = Int(second & 0x7F)
        var header = 2
        if count == 126 {
            guard input.count >= 4 else { return .other }
            count = Int(UInt16(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            guard count > 125 else { return .other }
            header = 4
        } else if count == 127 {
            guard input.count >= 10 else { return .other }
            let wide = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            guard wide > 0xFFFF, wide <= UInt64(rules.maxMessageBytes) else { return .other }
            count = Int(truncatingIfNeeded: wide)
            header = 10
        }
        header &+= maskBytes
        guard header <= input.count, count <= input.count &- header, count <= rules.maxMessageBytes else {
            return .other
        }
        let message = UnsafeMutableRawBufferPointer(start: base + header, count: count)
        if maskBytes > 0 {
            let key = UInt32(littleEndian: base.loadUnaligned(fromByteOffset: header &- 4, as: UInt32.self))
            Masking.apply(key, to: message)
        }
        let end = header &+ count
        input = UnsafeMutableRawBufferPointer(start: base + end, count: input.count &- end)
        if first == 0x82 { return .message(.binary, message) }
        return UTF8Validator.isValid(UnsafeRawBufferPointer(message)) ? .message(.text, message) : .invalidText
    }
}
