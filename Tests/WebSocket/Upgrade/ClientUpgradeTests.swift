import Testing

@testable import WebSocket

@Suite("A client opens a WebSocket")
struct ClientUpgradeTests {
    private let key = Array("the sample nonce".utf8)

    private func client(subprotocols: [String] = []) throws -> ClientUpgrade {
        try ClientUpgrade(host: "a.example", target: "/socket?x", key: key, subprotocols: subprotocols)
    }

    private func verify(
        _ client: ClientUpgrade, status: String = "101 Switching Protocols", fields: String
    ) throws -> ClientUpgrade.Agreed {
        guard case .head(let head, _) = parseResponse(Array("HTTP/1.1 \(status)\r\n\(fields)\r\n".utf8)) else {
            throw HTTPRefusal(.badRequest, "no head")
        }
        return try client.verify(head)
    }

    private let good =
        "Upgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

    @Test("with a request that our server accepts")
    func request() throws {
        var buffer = ByteBuffer()
        try client(subprotocols: ["v1", "v2"]).write(into: &buffer)
        guard case .head(let head, _) = parseHead([UInt8](buffer.bytes)) else {
            Issue.record("the request is malformed")
            return
        }
        #expect(head.target == "/socket?x")
        var policy = UpgradePolicy()
        policy.subprotocols = ["v2"]
        guard case .accepted(let accepted) = ServerUpgrade.evaluate(head, policy: policy) else {
            Issue.record("the handshake is refused")
            return
        }
        #expect(accepted.subprotocol == "v2")
        var answer = ByteBuffer()
        accepted.write(into: &answer)
        guard case .head(let response, _) = parseResponse([UInt8](answer.bytes)) else {
            Issue.record("the answer is malformed")
            return
        }
        #expect(try client(subprotocols: ["v1", "v2"]).verify(response).subprotocol == "v2")
    }

    @Test("and accepts the right answer (RFC 6455 §4.1)")
    func accepted() throws {
        #expect(try verify(client(), fields: good) == ClientUpgrade.Agreed(subprotocol: nil, deflate: nil))
        let chosen = try verify(client(subprotocols: ["v1"]), fields: good + "Sec-WebSocket-Protocol: v1\r\n")
        #expect(chosen.subprotocol == "v1")
    }

    @Test("and agrees on the compression that it has offered")
    func deflate() throws {
        let client = try ClientUpgrade(host: "a", target: "/", key: key, deflate: DeflatePolicy())
        #expect(try verify(client, fields: good).deflate == nil)
        let offer = DeflateNegotiation.offer(policy: DeflatePolicy())
        let answer = try #require(DeflateNegotiation.answer(to: [offer], policy: DeflatePolicy()))
        let agreed = try verify(client, fields: good + "Sec-WebSocket-Extensions: \(answer.field)\r\n")
        #expect(agreed.deflate == answer.parameters)
        #expect(throws: ClientUpgradeError.self) {
            try verify(client, fields: good + "Sec-WebSocket-Extensions: x-y\r\n")
        }
    }

    @Test("but no other status")
    func status() {
        #expect(refusal(status: "200 OK", good) { if case .status(.ok) = $0 { true } else { false } })
    }

    @Test(
        "and no answer that lacks a part",
        arguments: [
            "Connection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            "Upgrade: websocket, h2c\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
            "Upgrade: websocket\r\nConnection: upgrade\r\n",
            "Upgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n",
        ])
    func incomplete(fields: String) {
        #expect(refusal(fields) { _ in true })
    }

    @Test("nor what it has not offered")
    func notOffered() {
        let proof = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
        #expect(refusal(good + proof) { if case .wrongAccept = $0 { true } else { false } })
        #expect(
            refusal(good + "Sec-WebSocket-Protocol: v1\r\n") {
                if case .subprotocolNotOffered = $0 { true } else { false }
            })
        #expect(
            refusal(good + "Sec-WebSocket-Extensions: permessage-deflate\r\n") {
                if case .extensionNotOffered = $0 { true } else { false }
            })
    }

    @Test(
        "never with a request that could be split",
        arguments: [
            ("a b", "/", "v1", "X", "y"), ("a", "x", "v1", "X", "y"), ("a", "/ HTTP/1.1\r\nX: y", "v1", "X", "y"),
            ("a", "/", "v 1", "X", "y"), ("a", "/", "v1", "X:", "y"), ("a", "/", "v1", "X", "y\r\nZ: 1"),
        ])
    func invalid(host: String, target: String, subprotocol: String, name: String, value: String) {
        #expect(throws: ClientUpgradeError.self) {
            try ClientUpgrade(
                host: host, target: target, key: key, subprotocols: [subprotocol], fields: [(name, value)])
        }
    }

    private func refusal(
        status: String = "101 Switching Protocols", _ fields: String, _ isExpected: (ClientUpgradeError) -> Bool
    ) -> Bool {
        do {
            _ = try verify(client(), status: status, fields: fields)
            return false
        } catch let error as ClientUpgradeError {
            return isExpected(error)
        } catch {
            return false
        }
    }
}
