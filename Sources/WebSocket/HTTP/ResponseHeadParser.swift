/// A response's head, for the client role.
package struct ResponseHead: Sendable, Equatable {
    package let status: HTTPStatus
    package let version: HTTPVersion
    package let fields: HeadFields
}

/// Reads a response's head, by the same rules and in the same manner as `RequestHeadParser` (RFC 9112 §4, §5).
package struct ResponseHeadParser: Sendable {
    package enum Step: Sendable, Equatable {
        case needMore
        /// The head, and the number of bytes it took. The parser is ready for the next head.
        case head(ResponseHead, length: Int)
        /// The refusal's status is meant for requests; its reason holds here as well.
        case refused(HTTPRefusal)
    }

    private enum Place: UInt8 {
        case version, code, phrase, statusLineFeed, fields
    }

    private var scanned: UInt16 = 0
    private var fieldsStart: UInt16 = 0
    private var code: UInt16 = 0
    private var place = Place.version
    private var version = HTTPVersion.http11
    private var fields = FieldSectionScanner()

    package init() {}

    /// `bytes` are all bytes since the head's start, those of earlier calls included.
    package mutating func parse(_ bytes: UnsafeRawBufferPointer, limits: HTTPLimits = HTTPLimits()) -> Step {
        do throws(HTTPRefusal) {
            guard let length = try scan(bytes, limits) else { return .needMore }
            let head = ResponseHead(
                status: HTTPStatus(rawValue: code), version: version,
                fields: HeadFields(
                    checked: [UInt8](bytes[..<length]), from: Int(fieldsStart), fieldCount: Int(fields.fieldCount)))
            self = ResponseHeadParser()
            return .head(head, length: length)
        } catch {
            return .refused(error)
        }
    }

    private mutating func scan(_ bytes: UnsafeRawBufferPointer, _ limits: HTTPLimits) throws(HTTPRefusal) -> Int? {
        let end = min(bytes.count, limits.headBytes)
        var index = Int(scanned)
        while index < end {
            switch place {
            case .version:
                try readVersion(bytes[index], at: index)
                index += 1
            case .code:
                try readCode(bytes[index], at: index - HTTPVersion.byteCount - 1)
                index += 1
            case .phrase:
                index = ASCII.firstControl(in: bytes, from: index, upTo: end)
                guard index < end else { break }
                switch bytes[index] {
                case ASCII.tab: break
                case ASCII.carriageReturn: place = .statusLineFeed
                default: throw .malformed("The reason phrase holds a control character.")
                }
                index += 1
            case .statusLineFeed:
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

    private mutating func readVersion(_ byte: UInt8, at position: Int) throws(HTTPRefusal) {
        if position < HTTPVersion.byteCount {
            try HTTPVersion.check(byte, at: position)
            version = HTTPVersion(lastByte: byte)
        } else {
            guard byte == ASCII.space else { throw .malformed("The status line is malformed.") }
            place = .code
        }
    }

    /// Three digits, from 100 on (RFC 9110 §15), and the space that follows also when there is no phrase.
    private mutating func readCode(_ byte: UInt8, at position: Int) throws(HTTPRefusal) {
        if position < 3 {
            guard ASCII.isDigit(byte), position > 0 || byte != 0x30 else {
                throw .malformed("The status is malformed.")
            }
            code = code &* 10 &+ UInt16(byte &- 0x30)
        } else {
            guard byte == ASCII.space else { throw .malformed("The status line is malformed.") }
            place = .phrase
        }
    }
}
