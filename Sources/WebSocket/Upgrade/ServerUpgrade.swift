/// What a server accepts as the opening of a WebSocket connection.
package struct UpgradePolicy: Sendable {
    /// The subprotocols we speak, the best first. Names are case-sensitive.
    package var subprotocols: [String] = []
    /// Whether a client that offers none of them is refused.
    package var requiresSubprotocol = false
    /// nil refuses permessage-deflate.
    package var deflate: DeflatePolicy?
    /// Whether a page of this origin may connect; nil is what is not a browser (RFC 6455 §10.2).
    package var allowsOrigin: @Sendable (String?) -> Bool = { _ in true }

    package init() {}
}

package enum UpgradeAnswer: Sendable {
    case accepted(AcceptedUpgrade)
    case refused(Response)
}

/// The server's side of the opening handshake (RFC 6455 §4.2).
package enum ServerUpgrade {
    /// Judges a request for a WebSocket. After `.accepted` and its answer no byte is read as HTTP any more.
    package static func evaluate(_ head: RequestHead, policy: UpgradePolicy) -> UpgradeAnswer {
        do throws(Refusal) {
            return .accepted(try accept(head, policy))
        } catch {
            return .refused(error.response)
        }
    }

    /// The answer to a request that wants something else from a WebSocket's address.
    package static var upgradeRequired: Response {
        Refusal.notWebSocket.response
    }

    private static func accept(_ head: RequestHead, _ policy: UpgradePolicy) throws(Refusal) -> AcceptedUpgrade {
        let fields = head.fields
        // §4.2.1 item 1; the parser has seen to Host (item 2).
        guard head.method == .get else { throw .method }
        // Item 3; Upgrade in HTTP/1.0 is to be ignored: RFC 9110 §7.8.
        guard head.version == .http11, fields.containsToken("websocket", in: "upgrade") else { throw .notWebSocket }
        guard fields.containsToken("upgrade", in: "connection") else {  // item 4
            throw .malformed("Connection does not name Upgrade.")
        }
        // A body between the request and the first frame would let two readers disagree about where frames begin.
        guard head.framing == .none else { throw .malformed("A WebSocket handshake has no body.") }
        // Item 6, with the answer of §4.4.
        guard fields.count(of: "sec-websocket-version") == 1, fields.first("sec-websocket-version", is: "13") else {
            throw .version
        }
        let key = try acceptKey(fields)
        guard fields.count(of: "origin") <= 1 else { throw .malformed("Origin is repeated.") }  // RFC 6454 §7.3
        guard policy.allowsOrigin(fields.first("origin")) else { throw .origin }  // §4.2.2 item 4
        let subprotocol = try subprotocol(fields, policy)
        var accepted = AcceptedUpgrade(key: key, subprotocol: subprotocol)
        if fields.contains("sec-websocket-extensions") {
            let extensions = fields.values(of: "sec-websocket-extensions")
            // §9.1: the connection is to be failed, not only the extension.
            guard !DeflateNegotiation.isMalformed(extensions) else {
                throw .malformed("Sec-WebSocket-Extensions is malformed.")
            }
            if let deflate = policy.deflate,
                let answer = DeflateNegotiation.answer(to: extensions, policy: deflate)
            {
                accepted.agree(on: answer.parameters, field: answer.field)
            }
        }
        return accepted
    }

    /// §4.2.1 item 5, §11.3.1: once, and the text of 16 bytes.
    private static func acceptKey(_ fields: HeadFields) throws(Refusal) -> AcceptKey {
        guard fields.count(of: "sec-websocket-key") == 1 else {
            throw .malformed("Sec-WebSocket-Key must be there once.")
        }
        let key: AcceptKey?? = fields.withFirst("sec-websocket-key") { value in
            Base64.isTextOf16Bytes(value) ? AcceptKey(key: value) : nil
        }
        guard case .some(.some(let key)) = key else {
            throw .malformed("Sec-WebSocket-Key is not the Base64 of 16 bytes.")
        }
        return key
    }

    /// §4.2.2 item 5.5: one of those that the client offers, or none.
    private static func subprotocol(_ fields: HeadFields, _ policy: UpgradePolicy) throws(Refusal) -> String? {
        var areTokens = true
        var best: Int?
        fields.forEachElement(of: "sec-websocket-protocol") { offer in
            areTokens = areTokens && offer.allSatisfy(ASCII.isToken)
            let rank = policy.subprotocols.firstIndex { ASCII.equals(offer, $0) }
            if let rank, rank < best ?? Int.max { best = rank }
        }
        guard areTokens else { throw .malformed("A subprotocol's name is not a token.") }
        guard let best else {
            guard !policy.requiresSubprotocol else {
                throw .malformed("None of the offered subprotocols is spoken here.")
            }
            return nil
        }
        return policy.subprotocols[best]
    }
}

extension ServerUpgrade {
    private enum Refusal: Error {
        case method
        case notWebSocket
        case version
        case origin
        case malformed(String)

        var response: Response {
            switch self {
            case .method:
                var response = Response(.methodNotAllowed, text: "A WebSocket is opened with GET.\n")
                response.set("Allow", "GET")  // RFC 9110 §15.5.6
                return response
            case .notWebSocket:
                return Self.upgrade("Here is a WebSocket: connect with a client for it.\n")
            case .version:
                return Self.upgrade("Only version 13 of the WebSocket protocol is spoken here.\n")
            case .origin:
                return Response(.forbidden, text: "Pages of this origin may not connect.\n")
            case .malformed(let reason):
                return Response(.badRequest, text: reason + "\n")
            }
        }

        /// 426 names what to upgrade to (RFC 9110 §15.5.22), and the version (RFC 6455 §4.4).
        private static func upgrade(_ reason: String) -> Response {
            var response = Response(.upgradeRequired, text: reason)
            response.set("Upgrade", "websocket")
            response.set("Sec-WebSocket-Version", "13")
            return response
        }
    }
}

/// A handshake that was accepted: what was agreed on, and the answer that says so.
package struct AcceptedUpgrade: Sendable, Equatable {
    package let subprotocol: String?
    package private(set) var deflate: DeflateParameters?
    private let key: AcceptKey
    private var extensionsField: String?

    init(key: AcceptKey, subprotocol: String?) {
        self.key = key
        self.subprotocol = subprotocol
    }

    fileprivate mutating func agree(on parameters: DeflateParameters, field: String) {
        deflate = parameters
        extensionsField = field
    }

    /// Appends the answer 101 (RFC 6455 §4.2.2 item 5). Frames follow directly behind it.
    package func write(into buffer: inout ByteBuffer) {
        buffer.reserve(256)
        buffer.append(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
        key.write(into: &buffer)
        if let subprotocol {
            buffer.append("\r\nSec-WebSocket-Protocol: ")
            buffer.append(utf8: subprotocol)
        }
        if let extensionsField {
            buffer.append("\r\nSec-WebSocket-Extensions: ")
            buffer.append(utf8: extensionsField)
        }
        buffer.append("\r\n\r\n")
    }
}
