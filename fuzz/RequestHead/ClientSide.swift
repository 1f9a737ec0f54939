import FuzzSupport
import WebSocket

/// A client with a fixed key (that of RFC 6455 §1.3) that gets whatever head the fuzzer found.
enum ClientSide {
    private static let deflate = DeflatePolicy()

    private static let client = try? ClientUpgrade(
        host: "example.org", target: "/chat", key: Array("the sample nonce".utf8), subprotocols: ["foyer.v1", "chat"],
        deflate: deflate)

    static func verify(_ head: ResponseHead) {
        guard let client else { return expect(false, "the client cannot be made") }
        guard let agreed = try? client.verify(head) else { return }
        expect(head.status == .switchingProtocols && head.version == .http11, "connected by \(head.status)")
        expectEqual(head.fields.values(of: "sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="], "proof")
        expect([nil, "foyer.v1", "chat"].contains(agreed.subprotocol), "subprotocol")
        expectEqual(agreed.deflate != nil, head.fields.contains("sec-websocket-extensions"), "extension")
    }
}
