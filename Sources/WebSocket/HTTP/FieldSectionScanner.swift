/// Checks the syntax of a field section (RFC 9112 §5) byte by byte, in two bytes of state: it needs none of the bytes
/// that came before, stops at the first wrong one, and so gives the same answer however the input is cut.
struct FieldSectionScanner {
    private enum Place: UInt8 {
        case lineStart, name, value, lineFeed, lastLineFeed
    }

    private var place = Place.lineStart
    private(set) var fieldCount: UInt8 = 0

    /// Scans `bytes[start..<end]`. Returns the index behind the blank line that ends the section, or nil when all is
    /// read and the section goes on.
    mutating func scan(
        _ bytes: UnsafeRawBufferPointer, from start: Int, upTo end: Int, maxFields: Int
    ) throws(HTTPRefusal) -> Int? {
        var index = start
        while index < end {
            switch place {
            case .lineStart:
                if bytes[index] == ASCII.carriageReturn {
                    place = .lastLineFeed
                    index += 1
                    continue
                }
                // A line that begins with a blank would continue the one before: obs-fold, RFC 9112 §5.2.
                guard !ASCII.isBlank(bytes[index]) else { throw .malformed("A field is folded over several lines.") }
                guard ASCII.isToken(bytes[index]) else { throw .malformed("A field's name is not a token.") }
                guard Int(fieldCount) < maxFields else { throw HTTPRefusal(.headTooLarge, "Too many fields.") }
                fieldCount &+= 1
                place = .name
            case .name:
                while index < end, ASCII.isToken(bytes[index]) { index += 1 }
                guard index < end else { return nil }
                // No blank between name and colon: RFC 9112 §5.1.
                guard bytes[index] == ASCII.colon else { throw .malformed("A field's name is not a token.") }
                index += 1
                place = .value
            case .value:
                index = ASCII.firstControl(in: bytes, from: index, upTo: end)
                guard index < end else { return nil }
                switch bytes[index] {
                case ASCII.tab: break
                case ASCII.carriageReturn: place = .lineFeed
                default: throw .malformed("A field's value holds a control character.")  // RFC 9110 §5.5
                }
                index += 1
            case .lineFeed:
                try expectLineFeed(bytes[index])
                index += 1
                place = .lineStart
            case .lastLineFeed:
                try expectLineFeed(bytes[index])
                return index + 1
            }
        }
        return nil
    }

    /// A bare CR is not a line's end, nor is it blank space: RFC 9112 §2.2.
    private func expectLineFeed(_ byte: UInt8) throws(HTTPRefusal) {
        guard byte == ASCII.lineFeed else { throw .malformed("A line ends in a bare CR.") }
    }
}
