/// Finds a body's data in the bytes behind a head (RFC 9112 §6, §7.1) without copying or keeping any of them. The
/// memory of a body is its reader's matter; how large it may become is decided here, before the bytes arrive.
package struct BodyDecoder: Sendable {
    package enum Step: Sendable, Equatable {
        /// All bytes that were given are used up.
        case needMore
        /// Data at these places of the given bytes. All up to its end is used up; ask again for the rest, even if
        /// there is none, because the body may end here.
        case data(Range<Int>)
        /// The body is complete; so many of the given bytes belonged to it.
        case finished(used: Int)
        case refused(HTTPRefusal)
    }

    private enum Place: UInt8 {
        case length, size, sizeOrExtension, blank, extensions, sizeLineFeed, data, dataReturn, dataLineFeed, trailers
        case end
    }

    /// All chunk extensions of a body together. Nobody sends any; they are skipped (RFC 9112 §7.1.1 lets a recipient
    /// limit them), and without a bound a body of no data would have no end.
    private static var maxExtensionBytes: Int { 1024 }
    /// Zeros in front of a chunk's size are part of the grammar; more than these are nobody's way of writing a number.
    private static var maxSizeDigits: Int { 16 }
    /// All trailer fields together. They are checked and skipped (RFC 9112 §7.1.2).
    private static var maxTrailerBytes: Int { 4096 }
    private static var maxTrailers: Int { 16 }

    private let isChunked: Bool
    /// What is still to come of the body (by length) or of the chunk.
    private var remaining = 0
    /// How much data the limit still allows, announced chunks left out.
    private var allowed: Int
    private var place: Place
    private var sizeDigits = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailers = FieldSectionScanner()

    package init(_ framing: BodyFraming, limitBytes: Int) {
        allowed = max(0, limitBytes)
        isChunked = framing == .chunked
        switch framing {
        case .none:
            place = .end
        case .length(let length):
            place = .length
            remaining = max(0, length)
        case .chunked:
            place = .size
        }
    }

    /// `bytes` are those that no earlier step has used up.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer) -> Step {
        do throws(HTTPRefusal) {
            var index = 0
            while true {
                switch place {
                case .end:
                    return .finished(used: index)
                case .length:
                    guard remaining <= allowed else { throw Self.tooLarge }
                    place = .data
                case .data where remaining == 0:
                    place = isChunked ? .dataReturn : .end
                case .data:
                    guard index < bytes.count else { return .needMore }
                    let count = min(remaining, bytes.count - index)
                    remaining -= count
                    return .data(index..<index + count)
                case .trailers:
                    guard index < bytes.count else { return .needMore }
                    guard let end = try scanTrailers(bytes, from: index) else { return .needMore }
                    index = end
                    place = .end
                case .size, .sizeOrExtension, .blank, .extensions, .sizeLineFeed, .dataReturn, .dataLineFeed:
                    guard index < bytes.count else { return .needMore }
                    try readFraming(bytes[index])
                    index += 1
                }
            }
        } catch {
            return .refused(error)
        }
    }

    private static var tooLarge: HTTPRefusal { HTTPRefusal(.contentTooLarge, "The body is too large.") }

    /// chunk-size [ chunk-ext ] CRLF … CRLF, a byte at a time.
    private mutating func readFraming(_ byte: UInt8) throws(HTTPRefusal) {
        switch place {
        case .size:
            guard let digit = ASCII.hexValue(byte) else { throw .malformed("A chunk's size is malformed.") }
            try addSizeDigit(digit)
            place = .sizeOrExtension
        case .sizeOrExtension:
            if let digit = ASCII.hexValue(byte) {
                try addSizeDigit(digit)
            } else {
                try endSize(byte)
            }
        case .blank:
            try endSize(byte)
        case .extensions:
            try countExtension()
            guard byte != ASCII.carriageReturn else {
                place = .sizeLineFeed
                return
            }
            guard ASCII.isFieldValue(byte) else { throw .malformed("A chunk's extension is malformed.") }
        case .sizeLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformed("A line ends in a bare CR.") }
            allowed -= remaining
            place = remaining == 0 ? .trailers : .data
        case .dataReturn:
            guard byte == ASCII.carriageReturn else { throw .malformed("A chunk is longer than its size.") }
            place = .dataLineFeed
        case .dataLineFeed:
            guard byte == ASCII.lineFeed else { throw .malformed("A line ends in a bare CR.") }
            place = .size
            sizeDigits = 0
        case .length, .data, .trailers, .end:
            break  // handled by `decode`
        }
    }

    /// `remaining` never exceeds `allowed`, so that nothing can overflow.
    private mutating func addSizeDigit(_ digit: UInt8) throws(HTTPRefusal) {
        sizeDigits += 1
        guard sizeDigits <= Self.maxSizeDigits else { throw .malformed("A chunk's size is malformed.") }
        let (shifted, overflowed) = remaining.multipliedReportingOverflow(by: 16)
        guard !overflowed, allowed - Int(digit) >= shifted else { throw Self.tooLarge }
        remaining = shifted + Int(digit)
    }

    /// What may follow a size: its line's end, or blanks and an extension (RFC 9112 §7.1.1).
    private mutating func endSize(_ byte: UInt8) throws(HTTPRefusal) {
        switch byte {
        case ASCII.carriageReturn where place == .sizeOrExtension:
            place = .sizeLineFeed
        case ASCII.semicolon:
            place = .extensions
        case ASCII.space, ASCII.tab:
            try countExtension()
            place = .blank
        default:
            throw .malformed("A chunk's size is malformed.")
        }
    }

    private mutating func countExtension() throws(HTTPRefusal) {
        extensionBytes += 1
        guard extensionBytes <= Self.maxExtensionBytes else { throw .malformed("Too many chunk extensions.") }
    }

    private mutating func scanTrailers(
        _ bytes: UnsafeRawBufferPointer, from start: Int
    ) throws(HTTPRefusal) -> Int? {
        let allowedBytes = Self.maxTrailerBytes - trailerBytes
        let end = min(bytes.count, start + allowedBytes)
        if let index = try trailers.scan(bytes, from: start, upTo: end, maxFields: Self.maxTrailers) { return index }
        trailerBytes += end - start
        guard trailerBytes < Self.maxTrailerBytes else { throw HTTPRefusal(.headTooLarge, "The trailer is too large.") }
        return nil
    }
}
