/// A request's head that has passed every check of RFC 9112. It owns its bytes; what it tells is read from them when
/// asked, because a handshake asks for five fields of twenty.
package struct RequestHead: Sendable, Equatable {
    package let method: HTTPMethod
    package let version: HTTPVersion
    package let fields: HeadFields
    package let framing: BodyFraming
    private let requestTarget: RequestTarget

    /// `bytes` is a whole head whose syntax the scanner has checked; what its parts mean is checked here.
    init(
        _ bytes: UnsafeRawBufferPointer, target: Range<Int>, version: HTTPVersion, fieldsStart: Int, fieldCount: Int
    ) throws(HTTPRefusal) {
        method = HTTPMethod(UnsafeRawBufferPointer(rebasing: bytes[..<(target.lowerBound - 1)]))
        self.version = version
        requestTarget = try RequestTarget(bytes, target, method: method)
        fields = HeadFields(checked: [UInt8](bytes), from: fieldsStart, fieldCount: fieldCount)
        try Self.checkHost(fields, version)
        framing = try BodyFraming.ofRequest(fields, version: version)
        // RFC 9110 §10.1.1: the only expectation there is.
        guard !fields.contains("expect") || fields.first("expect", is: "100-continue") else {
            throw HTTPRefusal(.expectationFailed, "Unknown expectation.")
        }
    }

    /// RFC 9112 §3.2: exactly one valid Host; HTTP/1.0 may do without.
    private static func checkHost(_ fields: HeadFields, _ version: HTTPVersion) throws(HTTPRefusal) {
        switch fields.count(of: "host") {
        case 0:
            guard version == .http10 else { throw .malformed("Host is missing.") }
        case 1:
            guard fields.withFirst("host", HostSyntax.isValid) == true else { throw .malformed("Host is malformed.") }
        default:
            throw .malformed("Host is repeated.")
        }
    }

    /// The method as it was sent.
    package var methodName: String {
        text(0..<max(0, requestTarget.whole.lowerBound - 1))
    }

    /// The request target as it was sent.
    package var target: String { text(requestTarget.whole) }

    /// Host and port that the request is for: the target's where it names them, or the Host field's.
    package var authority: String? {
        requestTarget.authority.map(text) ?? fields.first("host")
    }

    /// The path, decoded and free of dot segments. It starts with a slash, except for `OPTIONS *`, where it is `*`.
    package var path: String {
        guard !requestTarget.path.isEmpty else { return requestTarget.authority == nil ? "*" : "/" }
        guard !requestTarget.isPlain else { return text(requestTarget.path) }
        let decoded = fields.bytes.withUnsafeBytes { bytes in
            // Cannot fail: the same bytes were decoded when the head was parsed.
            try? RequestTarget.decodedPath(UnsafeRawBufferPointer(rebasing: bytes[requestTarget.path]))
        }
        return decoded ?? "/"
    }

    /// Whether the path is exactly this, without making a string of it.
    package func hasPath(_ path: StaticString) -> Bool {
        guard requestTarget.isPlain, requestTarget.path.count == path.utf8CodeUnitCount else { return false }
        let expected = UnsafeRawBufferPointer(start: path.utf8Start, count: path.utf8CodeUnitCount)
        return fields.bytes.withUnsafeBytes { bytes in bytes[requestTarget.path].elementsEqual(expected) }
    }

    /// The items of the query, decoded as a form's. Throws when an escape is malformed or the text is not UTF-8.
    package func queryItems() throws(HTTPRefusal) -> [QueryItem] {
        guard let query = requestTarget.query else { return [] }
        let items = fields.bytes.withUnsafeBytes { bytes in
            Result { () throws(HTTPRefusal) in
                try PercentEncoding.queryItems(UnsafeRawBufferPointer(rebasing: bytes[query]))
            }
        }
        return try items.get()
    }

    /// Whether the client wants to go on with this connection (RFC 9112 §9.3).
    package var keepsAlive: Bool {
        if fields.containsToken("close", in: "connection") { return false }
        return version == .http11 || fields.containsToken("keep-alive", in: "connection")
    }

    /// Whether the client waits for 100 before it sends the body (RFC 9110 §10.1.1).
    package var expectsContinue: Bool {
        version == .http11 && framing != .none && fields.contains("expect")
    }

    private func text(_ range: Range<Int>) -> String {
        fields.bytes.withUnsafeBytes { String(decoding: $0[range], as: UTF8.self) }
    }
}
