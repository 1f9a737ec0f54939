/// Validates UTF-8 (RFC 3629) that arrives in pieces, and fails at the first byte that no valid text can contain at
/// its place, even in the middle of a scalar.
///
/// The state between two bytes is how many bytes the scalar still needs and which values the next one may have: the
/// range is narrower than 80…BF after E0 (no overlong form), ED (no surrogate), F0 (no overlong form) and F4 (nothing
/// above U+10FFFF).
public struct UTF8Validator: Sendable {
    private var needed: UInt8 = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    package init() {}

    /// Whether the text so far ends at the end of a scalar.
    package var isComplete: Bool { needed == 0 }

    /// Takes the next piece; `false` means that the text is invalid, whatever follows.
    package mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        let count = bytes.count
        var index = 0
        while index < count {
            if needed == 0 {
                index = Self.skipASCII(base, from: index, count: count)
                guard index < count else { return true }
            }
            guard step(base.load(fromByteOffset: index, as: UInt8.self)) else { return false }
            index &+= 1
        }
        return true
    }

    /// Whether `bytes` are a whole valid text.
    @inlinable @inline(__always)
    public static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress else { return true }
        // Most messages are ASCII: they end here, after about one instruction a byte.
        let ascii = skipASCII(base, from: 0, count: bytes.count)
        return ascii == bytes.count || isValidBeyondASCII(UnsafeRawBufferPointer(rebasing: bytes[ascii...]))
    }

    @usableFromInline @inline(never)
    static func isValidBeyondASCII(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var validator = UTF8Validator()
        return validator.accept(bytes) && validator.isComplete
    }

    /// The index of the first byte at or behind `start` that is not ASCII.
    @inlinable @inline(__always)
    static func skipASCII(_ base: UnsafeRawPointer, from start: Int, count: Int) -> Int {
        var index = start
        while index &+ 8 <= count {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let high = word & 0x8080_8080_8080_8080
            if high != 0 { return index &+ high.trailingZeroBitCount >> 3 }
            index &+= 8
        }
        while index < count, base.load(fromByteOffset: index, as: UInt8.self) < 0x80 { index &+= 1 }
        return index
    }

    @inline(__always)
    private mutating func step(_ byte: UInt8) -> Bool {
        if needed > 0 {
            guard byte >= lower, byte <= upper else { return false }
            needed &-= 1
            lower = 0x80
            upper = 0xBF
            return true
        }
        switch byte {
        case 0x00...0x7F: return true
        case 0xC2...0xDF: needed = 1
        case 0xE0: (needed, lower) = (2, 0xA0)
        case 0xE1...0xEC, 0xEE...0xEF: needed = 2
        case 0xED: (needed, upper) = (2, 0x9F)
        case 0xF0: (needed, lower) = (3, 0x90)
        case 0xF1...0xF3: needed = 3
        case 0xF4: (needed, upper) = (3, 0x8F)
        default: return false  // a stray continuation byte, C0, C1 or F5…FF
        }
        return true
    }
}
