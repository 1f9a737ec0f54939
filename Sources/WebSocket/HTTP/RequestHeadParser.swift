/// Finds the end of a request's head and checks each byte on the way (RFC 9112 §2–§5), then the meaning of the whole.
///
/// The bytes stay where they are: the caller passes all of them each time, and the parser, in 14 bytes of state,
/// remembers how far it has looked. So a head that dribbles in byte by byte costs linear time, and because every byte
/// is judged on its own, in order, the answer does not depend on how the input was cut; garbage is refused at its
/// first byte.
package struct RequestHeadParser: Sendable {
    package enum Step: Sendable, Equatable {
        case needMore
        /// The head, and the number of bytes it took. The parser is ready for the next head.
        case head(RequestHead, length: Int)
        case refused(HTTPRefusal)
    }

    private enum Place: UInt8 {
        case start, leadingLineFeed, method, target, version, requestLineFeed, fields
    }

    /// Longer than any method we know; RFC 9112 §3 has 501 for what is longer.
    private static var maxMethodBytes: Int { 16 }

    private var scanned: UInt16 = 0
    private var headStart: UInt16 = 0
    private var targetStart: UInt16 = 0
    private var targetEnd: UInt16 = 0
    private var fieldsStart: UInt16 = 0
    private var place = Place.start
    private var version = HTTPVersion.http11
    private var fields = FieldSectionScanner()

    package init() {}

    /// `bytes` are all bytes since the head's start, those of earlier calls included.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer, limits: HTTPLimits = HTTPLimits()) -> Step {
        do throws(HTTPRefusal) {
            guard let length = try scan(bytes, limits) else { return .needMore }
            let start = Int(headStart)
            let head = try RequestHead(
                UnsafeRawBufferPointer(rebasing: bytes[start..<length]),
                target: Int(targetStart) - start..<Int(targetEnd) - start, version: version,
                fieldsStart: Int(fieldsStart) - start, fieldCount: Int(fields.fieldCount))
            self = RequestHeadParser()
            return .head(head, length: length)
        } catch {
            return .refused(error)
        }
    }

    /// Returns the head's length once it is complete.
    private mutating func scan(
        _ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits
    ) throws(HTTPRefusal) -> Int? {
        let end = min(bytes.count, limits.headBytes)
        var index = Int(scanned)
        while index < end {
            switch place {
            case .start:
                index = try skipLeadingLine(bytes[index], index)
            case .leadingLineFeed:
                guard bytes[index] == ASCII.lineFeed else { throw .malformed("A line ends in a bare CR.") }
                index += 1
                headStart = 2
                place = .start
            case .method:
                index = try scanMethod(bytes, index, end)
            case .target:
                index = try scanTarget(bytes, index, end, limits)
            case .version:
                try readVersion(bytes[index], at: index - Int(targetEnd) - 1)
                index += 1
            case .requestLineFeed:
                guard bytes[index] == ASCII.lineFeed else { throw .malformed("A line ends in a bare CR.") }
                index += 1
                fieldsStart = UInt16(truncatingIfNeeded: index)
                place = .fields
            case .fields:
                if let length = try fields.scan(bytes, from: index, upTo: end, maxFields: limits.fields) {
                    return length
                }
                index = end
            }
        }
        guard end < limits.headBytes else { throw HTTPRefusal(.headTooLarge, "The head is too large.") }
        scanned = UInt16(truncatingIfNeeded: index)
        return nil
    }

    /// One empty line before the request is tolerated, as some clients send one after a body (RFC 9112 §2.2).
    private mutating func skipLeadingLine(_ byte: UInt8, _ index: Int) throws(HTTPRefusal) -> Int {
        if byte == ASCII.carriageReturn, headStart == 0 {
            place = .leadingLineFeed
            return index + 1
        }
        guard ASCII.isToken(byte) else { throw .malformed("This is not an HTTP request.") }
        place = .method
        return index
    }

    private mutating func scanMethod(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) throws(HTTPRefusal) -> Int {
        var index = start
        while index < end, ASCII.isToken(bytes[index]) {
            index += 1
            guard index - Int(headStart) <= Self.maxMethodBytes else {
                throw HTTPRefusal(.notImplemented, "The method is unknown.")
            }
        }
        guard index < end else { return index }
        // RFC 9112 §3: single spaces, nothing else.
        guard bytes[index] == ASCII.space else { throw .malformed("The method is not a token.") }
        place = .target
        targetStart = UInt16(truncatingIfNeeded: index + 1)
        return index + 1
    }

    private mutating func scanTarget(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int, _ limits: HTTPLimits
    ) throws(HTTPRefusal) -> Int {
        var index = start
        let limit = Int(targetStart) + limits.targetBytes
        while index < end, ASCII.isTarget(bytes[index]) {
            guard index < limit else { throw HTTPRefusal(.targetTooLong, "The request target is too long.") }
            index += 1
        }
        guard index < end else { return index }
        guard bytes[index] == ASCII.space, index > Int(targetStart) else {
            throw .malformed("The request target is malformed.")
        }
        targetEnd = UInt16(truncatingIfNeeded: index)
        place = .version
        return index + 1
    }

    /// The version and the CR behind it, one byte at a time.
    private mutating func readVersion(_ byte: UInt8, at position: Int) throws(HTTPRefusal) {
        if position < HTTPVersion.byteCount {
            try HTTPVersion.check(byte, at: position)
            version = HTTPVersion(lastByte: byte)
        } else {
            guard byte == ASCII.carriageReturn else { throw .malformed("The request line has something at its end.") }
            place = .requestLineFeed
        }
    }
}
