package import Reactor
package import WebSocket

/// A request as a handler sees it.
package struct Request: Sendable {
    package let head: RequestHead
    /// What stood in the place of the route's `:name` and `*name`, decoded.
    package let parameters: [String: String]
    /// The whole body; empty for a route that streams it.
    package let body: [UInt8]
    /// Who asks, also through a trusted proxy; nil where nobody keeps it: for a route that streams its body.
    package let peer: PeerAddress?

    package init(
        head: RequestHead, parameters: [String: String] = [:], body: [UInt8] = [], peer: PeerAddress? = nil
    ) {
        self.head = head
        self.parameters = parameters
        self.body = body
        self.peer = peer
    }

    /// Decodes a form's items from the query. Throws `HTTPRefusal` when it is malformed.
    package func queryItem(_ name: String) throws -> String? {
        try head.queryItems().first { $0.name == name }?.value
    }
}
