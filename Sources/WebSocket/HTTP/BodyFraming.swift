/// How the end of a message's body is found (RFC 9112 §6).
package enum BodyFraming: Sendable, Equatable {
    /// No body follows; also when Content-Length is 0.
    case none
    /// So many bytes follow.
    case length(Int)
    /// Chunks follow.
    case chunked

    /// The framing of a request (RFC 9112 §6.3). Two readers of one stream that disagree here can be made to see
    /// different requests (request smuggling), so that whatever is not plain is refused.
    static func ofRequest(_ fields: HeadFields, version: HTTPVersion) throws(HTTPRefusal) -> BodyFraming {
        guard fields.contains("transfer-encoding") else { return try ofLength(fields) }
        // §6.1: framing by chunks came with HTTP/1.1, and a 1.0 hop may have misread it.
        guard version == .http11 else { throw .malformed("Transfer-Encoding in an HTTP/1.0 message.") }
        // §6.3 item 3: both together ought to be handled as an error.
        guard !fields.contains("content-length") else {
            throw .malformed("Transfer-Encoding and Content-Length together.")
        }
        var codings = 0
        var chunkedCodings = 0
        var lastIsChunked = false
        fields.forEachElement(of: "transfer-encoding") { coding in
            codings += 1
            lastIsChunked = ASCII.equalsIgnoringCase(coding, "chunked")
            if lastIsChunked { chunkedCodings += 1 }
        }
        // §6.3 item 4: without chunked at the end the request's length cannot be told.
        guard lastIsChunked else { throw .malformed("The last transfer coding is not chunked.") }
        guard chunkedCodings == 1 else { throw .malformed("The chunked coding is applied twice.") }  // §6.1
        guard codings == 1 else { throw HTTPRefusal(.notImplemented, "Unknown transfer coding.") }  // §6.1
        return .chunked
    }

    /// The framing that Content-Length gives. Repeated fields and lists are refused even where their members agree,
    /// which RFC 9112 §6.3 item 5 permits: no honest sender makes them.
    static func ofLength(_ fields: HeadFields) throws(HTTPRefusal) -> BodyFraming {
        switch fields.count(of: "content-length") {
        case 0: return .none
        case 1: break
        default: throw .malformed("Content-Length is repeated.")
        }
        let parsed: Int?? = fields.withFirst("content-length", Self.decimal)
        guard case .some(.some(let length)) = parsed else { throw .malformed("Content-Length is not a number.") }
        guard length < Int.max else { throw HTTPRefusal(.contentTooLarge, "Content-Length is too large.") }
        return length == 0 ? .none : .length(length)
    }

    /// 1*DIGIT (RFC 9110 §8.6): no sign, no blank, no hexadecimal. Stays at `Int.max` where it would overflow.
    private static func decimal(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard !bytes.isEmpty else { return nil }
        var value = 0
        for byte in bytes {
            guard ASCII.isDigit(byte) else { return nil }
            let (tens, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (sum, overflowedToo) = tens.addingReportingOverflow(Int(byte &- 0x30))
            value = overflowed || overflowedToo ? Int.max : sum
        }
        return value
    }
}
