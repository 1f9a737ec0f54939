/// Why a client does not get a WebSocket connection (RFC 6455 §4.1).
package enum ClientUpgradeError: Error, Sendable {
    /// The request cannot be written: this part of it would break the line that it stands in.
    case invalidRequest(String)
    /// The server answered with something else than 101.
    case status(HTTPStatus)
    case upgradeMissing
    case connectionMissing
    /// Sec-WebSocket-Accept is missing, repeated, or not the proof that belongs to our key.
    case wrongAccept
    case subprotocolNotOffered
    case extensionNotOffered
    case deflate(DeflateNegotiationError)
}

/// The client's side of the opening handshake (RFC 6455 §4.1).
package struct ClientUpgrade: Sendable {
    package struct Agreed: Sendable, Equatable {
        package let subprotocol: String?
        package let deflate: DeflateParameters?
    }

    private let request: [UInt8]
    private let accept: AcceptKey
    private let subprotocols: [String]
    private let deflate: DeflatePolicy?

    /// `host` is a name with or without a port, `target` a path and a query as they go over the wire, `key` 16 bytes
    /// that nobody can foresee.
    package init(
        host: String, target: String, key: [UInt8], subprotocols: [String] = [], deflate: DeflatePolicy? = nil,
        fields: [(name: String, value: String)] = []
    ) throws(ClientUpgradeError) {
        precondition(key.count == 16, "a key of \(key.count) bytes")  // §4.1 item 7
        try Self.check(host: host, target: target, subprotocols: subprotocols, fields: fields)
        let key = Base64.text(of: key)
        accept = Array(key.utf8).withUnsafeBytes(AcceptKey.init)
        var lines = [
            "GET \(target) HTTP/1.1", "Host: \(host)", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Key: \(key)", "Sec-WebSocket-Version: 13",
        ]
        if !subprotocols.isEmpty { lines.append("Sec-WebSocket-Protocol: " + subprotocols.joined(separator: ", ")) }
        if let deflate { lines.append("Sec-WebSocket-Extensions: " + DeflateNegotiation.offer(policy: deflate)) }
        lines += fields.map { "\($0.name): \($0.value)" }
        request = Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
        self.subprotocols = subprotocols
        self.deflate = deflate
    }

    private static func check(
        host: String, target: String, subprotocols: [String], fields: [(name: String, value: String)]
    ) throws(ClientUpgradeError) {
        guard Array(host.utf8).withUnsafeBytes(HostSyntax.isValid) else { throw .invalidRequest("host") }
        guard target.utf8.first == ASCII.slash, target.utf8.allSatisfy(ASCII.isTarget) else {
            throw .invalidRequest("target")
        }
        for name in subprotocols + fields.map(\.name) {
            guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isToken) else { throw .invalidRequest(name) }
        }
        for field in fields where !field.value.utf8.allSatisfy(ASCII.isFieldValue) {
            throw .invalidRequest(field.name)
        }
    }

    package func write(into buffer: inout ByteBuffer) {
        request.withUnsafeBytes { buffer.append($0) }
    }

    /// Checks the server's answer; the connection must be failed when this throws (§4.1, "the client MUST").
    package func verify(_ head: ResponseHead) throws(ClientUpgradeError) -> Agreed {
        let fields = head.fields
        guard head.status == .switchingProtocols else { throw .status(head.status) }  // item 1
        guard head.version == .http11, fields.count(of: "upgrade") == 1, fields.first("upgrade", is: "websocket")
        else { throw .upgradeMissing }  // item 2
        guard fields.containsToken("upgrade", in: "connection") else { throw .connectionMissing }  // item 3
        guard fields.count(of: "sec-websocket-accept") == 1,
            fields.withFirst("sec-websocket-accept", accept.matches) == true
        else { throw .wrongAccept }  // item 4
        return Agreed(subprotocol: try agreedSubprotocol(fields), deflate: try agreedDeflate(fields))
    }

    /// Item 6
    private func agreedSubprotocol(_ fields: HeadFields) throws(ClientUpgradeError) -> String? {
        guard let chosen = fields.first("sec-websocket-protocol") else { return nil }
        guard fields.count(of: "sec-websocket-protocol") == 1, subprotocols.contains(chosen) else {
            throw .subprotocolNotOffered
        }
        return chosen
    }

    /// Item 5
    private func agreedDeflate(_ fields: HeadFields) throws(ClientUpgradeError) -> DeflateParameters? {
        let values = fields.values(of: "sec-websocket-extensions")
        guard !values.isEmpty else { return nil }
        guard let deflate else { throw .extensionNotOffered }
        do throws(DeflateNegotiationError) {
            return try DeflateNegotiation.accept(response: values, policy: deflate)
        } catch {
            throw .deflate(error)
        }
    }
}
