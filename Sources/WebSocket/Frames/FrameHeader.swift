/// The fixed part of a frame (RFC 6455 §5.2).
public struct FrameHeader: Equatable, Sendable {
    public var isFinal: Bool
    /// RSV1: the message is compressed (RFC 7692 §6); only on the first frame of a message.
    public var isCompressed: Bool
    public var opcode: Opcode
    /// `nil` on frames from a server.
    public var maskKey: Masking.Key?
    /// Bytes of payload that follow, at most `Int.max`.
    public var payloadCount: Int

    /// The longest header: two bytes, eight of length, four of mask.
    @inlinable public static var maxBytes: Int { 14 }
    /// The longest payload of a control frame (RFC 6455 §5.5).
    package static let maxControlPayloadBytes = 125

    @inlinable public init(
        isFinal: Bool = true, isCompressed: Bool = false, opcode: Opcode, maskKey: Masking.Key? = nil,
        payloadCount: Int
    ) {
        self.isFinal = isFinal
        self.isCompressed = isCompressed
        self.opcode = opcode
        self.maskKey = maskKey
        self.payloadCount = payloadCount
    }
}

// MARK: - Decoding

/// What the first bytes of a frame turned out to be.
package enum FrameHeaderStep: Equatable, Sendable {
    case needMore
    case header(FrameHeader, byteCount: Int)
    case failed(ProtocolFailure)
}

extension FrameHeader {
    /// Reads a header from the front of `bytes` and refuses it at the first byte that breaks a rule.
    ///
    /// Whether a continuation fits the message under way is not known here; `MessageDecoder` checks it.
    package static func decode(
        _ bytes: UnsafeRawBufferPointer, from peer: Role, allowsCompression: Bool
    ) -> FrameHeaderStep {
        guard let base = bytes.baseAddress, bytes.count >= 1 else { return .needMore }
        let first = base.load(as: UInt8.self)
        // RSV2 and RSV3 belong to no extension that we negotiate (§5.2).
        guard first & 0x30 == 0 else { return .failed(.reservedBits) }
        guard let opcode = Opcode(rawValue: first & 0x0F) else { return .failed(.reservedOpcode) }
        let isFinal = first & 0x80 != 0
        let isCompressed = first & 0x40 != 0
        if isCompressed {
            // RFC 7692 §6.1: only where negotiated, on the first frame of a data message.
            guard allowsCompression, opcode == .text || opcode == .binary else { return .failed(.reservedBits) }
        }
        if opcode.isControl, !isFinal { return .failed(.fragmentedControl) }  // §5.5

        guard bytes.count >= 2 else { return .needMore }
        let second = base.load(fromByteOffset: 1, as: UInt8.self)
        let isMasked = second & 0x80 != 0
        switch peer {  // §5.1
        case .client: guard isMasked else { return .failed(.notMasked) }
        case .server: guard !isMasked else { return .failed(.masked) }
        }

        var count = Int(second & 0x7F)
        var offset = 2
        if count > maxControlPayloadBytes {
            if opcode.isControl { return .failed(.controlTooLong) }  // §5.5
            if count == 126 {
                guard bytes.count >= 4 else { return .needMore }
                count = Int(UInt16(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
                guard count > 125 else { return .failed(.lengthNotMinimal) }
                offset = 4
            } else {
                guard bytes.count >= 10 else { return judgeWideLength(bytes) }
                let wide = UInt64(bigEndian: base.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
                guard let exact = Int(exactly: wide) else { return .failed(.lengthTooLarge) }
                guard exact > 0xFFFF else { return .failed(.lengthNotMinimal) }
                count = exact
                offset = 10
            }
        }
        var key: Masking.Key?
        if isMasked {
            guard bytes.count >= offset &+ 4 else { return .needMore }
            key = UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
            offset &+= 4
        }
        let header = FrameHeader(
            isFinal: isFinal, isCompressed: isCompressed, opcode: opcode, maskKey: key, payloadCount: count)
        return .header(header, byteCount: offset)
    }

    /// What can be said of a length in eight bytes before all of them are there (§5.2).
    private static func judgeWideLength(_ bytes: UnsafeRawBufferPointer) -> FrameHeaderStep {
        // The top bit must be zero; the first byte tells.
        guard bytes.count < 3 || bytes[2] < 0x80 else { return .failed(.lengthTooLarge) }
        // Six bytes of zeros leave two, which have a shorter form.
        guard bytes.count < 8 || !bytes[2..<8].allSatisfy({ $0 == 0 }) else { return .failed(.lengthNotMinimal) }
        return .needMore
    }
}

// MARK: - Encoding

extension FrameHeader {
    /// Bytes that `encode` writes.
    @inlinable @inline(__always)
    public var byteCount: Int {
        (payloadCount < 126 ? 2 : payloadCount < 0x1_0000 ? 4 : 10) &+ (maskKey == nil ? 0 : 4)
    }

    /// Writes the header to the front of `bytes`, which must have room for it, and returns its size.
    @discardableResult
    package func encode(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        guard let start = bytes.baseAddress, bytes.count >= byteCount, payloadCount >= 0 else {
            preconditionFailure("a frame header needs \(byteCount) bytes")
        }
        return encode(to: start)
    }

    /// Writes the header to `bytes`, which have room for it (`maxBytes` always suffice), and returns its size.
    @inlinable @inline(__always)
    func encode(to bytes: UnsafeMutableRawPointer) -> Int {
        let mask: UInt8 = maskKey == nil ? 0 : 0x80
        bytes.storeBytes(of: (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue, as: UInt8.self)
        var offset = 2
        if payloadCount < 126 {
            bytes.storeBytes(of: mask | UInt8(truncatingIfNeeded: payloadCount), toByteOffset: 1, as: UInt8.self)
        } else if payloadCount < 0x1_0000 {
            bytes.storeBytes(of: mask | 126, toByteOffset: 1, as: UInt8.self)
            let count = UInt16(truncatingIfNeeded: payloadCount).bigEndian
            bytes.storeBytes(of: count, toByteOffset: 2, as: UInt16.self)
            offset = 4
        } else {
            bytes.storeBytes(of: mask | 127, toByteOffset: 1, as: UInt8.self)
            let count = UInt64(truncatingIfNeeded: payloadCount).bigEndian
            bytes.storeBytes(of: count, toByteOffset: 2, as: UInt64.self)
            offset = 10
        }
        if let maskKey {
            bytes.storeBytes(of: maskKey.littleEndian, toByteOffset: offset, as: UInt32.self)
            offset &+= 4
        }
        return offset
    }
}

extension ByteBuffer {
    /// Appends a frame's header alone; its payload goes another way.
    @inlinable @inline(__always)
    public mutating func append(_ header: FrameHeader) {
        reserve(FrameHeader.maxBytes)
        used &+= header.encode(to: unsafeBase + used)
    }

    /// Appends a whole frame; the payload is masked where the header says so.
    @inlinable @inline(__always)
    public mutating func append(_ header: FrameHeader, _ payload: UnsafeRawBufferPointer) {
        precondition(header.payloadCount == payload.count, "a header for \(header.payloadCount) bytes")
        reserve(FrameHeader.maxBytes &+ payload.count)
        let start = unsafeBase + used
        let size = header.encode(to: start)
        if let source = payload.baseAddress { (start + size).copyMemory(from: source, byteCount: payload.count) }
        if let key = header.maskKey {
            Masking.apply(key, to: UnsafeMutableRawBufferPointer(start: start + size, count: payload.count))
        }
        used &+= size &+ payload.count
    }
}
