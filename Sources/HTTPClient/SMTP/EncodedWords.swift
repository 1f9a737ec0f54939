/// Text of a header that is not plain ASCII (RFC 2047): words of base64, each of whole characters and of at most 75 signs,
/// on lines of their own.
enum EncodedWords {
    /// 39 bytes are 52 signs of base64, and 64 with what stands around them: a line that has one, behind the name of its
    /// field, stays within 76 (RFC 2047 §2).
    private static let bytesInWord = 39
    /// The same for a line without.
    private static let longestPlain = 60

    /// `always` encodes plain text as well, where it would need quotes otherwise.
    static func of(_ text: String, always: Bool = false) -> String {
        // Nothing shows them, and a line's end would end the header.
        let scalars = text.unicodeScalars.map { isControl($0) ? " " : $0 }
        let isPlain = scalars.allSatisfy { $0.isASCII } && scalars.count <= longestPlain
        if isPlain, !always || scalars.allSatisfy(isWordSign), !text.contains("=?") {
            return String(String.UnicodeScalarView(scalars))
        }
        var words: [[UInt8]] = [[]]
        for scalar in scalars {
            let bytes = Array(String(scalar).utf8)
            if (words.last?.count ?? 0) + bytes.count > bytesInWord { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.of($0))?=" }.joined(separator: "\r\n ")
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}" || scalar == "\u{2029}"
    }

    /// What a phrase may hold without quotes (RFC 5322 §3.2.3), and spaces.
    private static func isWordSign(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", " ", "-", "'", "&": true
        default: false
        }
    }
}

/// RFC 4648 §4.
package enum Base64 {
    private static let signs = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    package static func of(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let rest = bytes[index..<min(index + 3, bytes.count)]
            let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < rest.count ? UInt32(rest[index + $1]) : 0) }
            for place in 0..<4 {
                text.append(place <= rest.count ? signs[Int(group >> UInt32(18 - 6 * place)) & 63] : UInt8(ascii: "="))
            }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// RFC 2045 §6.7: text that stays readable, in lines of at most 76 signs.
enum QuotedPrintable {
    private static let longestLine = 76
    private static let hex = Array("0123456789ABCDEF".utf8)

    static func of(_ text: String) -> [UInt8] {
        var out: [UInt8] = []
        for line in lines(text) {
            var column = 0
            for (index, byte) in line.enumerated() {
                let isLast = index == line.count - 1
                let sign =
                    isReadable(byte, isLast: isLast)
                    ? [byte] : [UInt8(ascii: "="), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
                // The last sign of a line that goes on is "=".
                if column + sign.count > longestLine - 1 {
                    out += Array("=\r\n".utf8)
                    column = 0
                }
                out += sign
                column += sign.count
            }
            out += Array("\r\n".utf8)
        }
        return out
    }

    /// However they end.
    private static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var previous: UInt8 = 0
        for byte in text.utf8 {
            if byte == 0x0D || (byte == 0x0A && previous != 0x0D) {
                lines.append([])
            } else if byte != 0x0A {
                lines[lines.count - 1].append(byte)
            }
            previous = byte
        }
        if lines.last == [] { lines.removeLast() }
        return lines
    }

    /// Spaces may be lost at the end of a line (rule 3).
    private static func isReadable(_ byte: UInt8, isLast: Bool) -> Bool {
        switch byte {
        case 0x20, 0x09: !isLast
        case UInt8(ascii: "="): false
        default: (0x21...0x7E).contains(byte)
        }
    }
}
