/// The character classes of HTTP's grammar, and comparisons that ignore ASCII case.
enum ASCII {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let percent: UInt8 = 0x25
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let colon: UInt8 = 0x3A
    static let semicolon: UInt8 = 0x3B
    static let equals: UInt8 = 0x3D
    static let question: UInt8 = 0x3F
    static let ampersand: UInt8 = 0x26
    static let asterisk: UInt8 = 0x2A
    static let delete: UInt8 = 0x7F

    // A class as a set of bits: one shift instead of a table, whose first use would have to be checked each time.
    private static var tokenBelow64: UInt64 {
        1 << 33 | 0x1F << 35 | 3 << 42 | 3 << 45 | 0x3FF << 48  // ! #$%&' *+ -. 0-9
    }
    private static var tokenFrom64: UInt64 {
        0x3FF_FFFF << 1 | 7 << 30 | 0x3FF_FFFF << 33 | 1 << 60 | 1 << 62  // A-Z ^_` a-z | ~
    }

    /// tchar (RFC 9110 §5.6.2).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        let set = byte < 64 ? tokenBelow64 : tokenFrom64
        return byte < 128 && (set &>> UInt64(byte & 63)) & 1 == 1
    }

    /// What may stand in a field's value: visible characters, space, tab and obs-text (RFC 9110 §5.5).
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool {
        byte >= 0x20 ? byte != delete : byte == tab
    }

    /// What may stand in a request target. RFC 3986 allows less, but browsers leave `[ ] { | } ^ \` and the backtick
    /// as they are in queries (WHATWG URL, query percent-encode set), so that only what no client sends is refused.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case quote, 0x23, 0x3C, 0x3E: false  // " # < >
        case 0x21...0x7E: true
        default: false
        }
    }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte &- 0x30
        case 0x41...0x46: byte &- 0x41 &+ 10
        case 0x61...0x66: byte &- 0x61 &+ 10
        default: nil
        }
    }

    static func equalsIgnoringCase(_ bytes: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        guard bytes.count == text.utf8CodeUnitCount else { return false }
        let expected = text.utf8Start
        for index in 0..<bytes.count where lowercased(bytes[index]) != lowercased(expected[index]) {
            return false
        }
        return true
    }

    static func equals(_ bytes: UnsafeRawBufferPointer, _ text: String) -> Bool {
        bytes.elementsEqual(text.utf8)
    }

    /// The bytes without blanks at either end.
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var start = 0
        var end = bytes.count
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// The first index from `start` on that holds a control character, or `end`; tabs count as well.
    /// Values are most of a head, so this looks at eight bytes at a time.
    static func firstControl(in bytes: UnsafeRawBufferPointer, from start: Int, upTo end: Int) -> Int {
        var index = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while end - index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let below20 = (word &- ones &* 0x20) & ~word
            let delete = word ^ (ones &* 0x7F)
            let isDelete = (delete &- ones) & ~delete
            // A borrow can only mark a byte behind one that is rightly marked; the loop below looks at each.
            if (below20 | isDelete) & highs != 0 { break }
            index += 8
        }
        while index < end, bytes[index] >= 0x20, bytes[index] != Self.delete { index += 1 }
        return index
    }
}
