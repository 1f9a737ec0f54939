import Testing

@testable import WebSocket

private struct Handshake {
    var line = "GET /socket HTTP/1.1"
    var host = "Host: server.example.com\r\n"
    var upgrade = "Upgrade: websocket\r\n"
    var connection = "Connection: Upgrade\r\n"
    var key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    var version = "Sec-WebSocket-Version: 13\r\n"
    var more = ""

    func with(_ change: (inout Handshake) -> Void) -> Handshake {
        var copy = self
        change(&copy)
        return copy
    }

    func answer(_ policy: UpgradePolicy = UpgradePolicy()) throws -> UpgradeAnswer {
        let head = try #require(requestHead("\(line)\r\n\(host)\(upgrade)\(connection)\(key)\(version)\(more)\r\n"))
        return ServerUpgrade.evaluate(head, policy: policy)
    }
}

private struct Row: CustomTestStringConvertible {
    let rule: String
    let handshake: Handshake
    let status: UInt16

    init(_ rule: String, _ status: UInt16, _ change: (inout Handshake) -> Void) {
        self.rule = rule
        self.status = status
        handshake = Handshake().with(change)
    }

    var testDescription: String { rule }
}

private let rows = [
    Row("6455 §4.2.1 the example", 101) { _ in },
    Row("6455 §4.2.1 item 1: GET", 405) { $0.line = "POST /socket HTTP/1.1" },
    Row("9110 §7.8 HTTP/1.0 does not upgrade", 426) { $0.line = "GET /socket HTTP/1.0" },
    Row("6455 §4.2.1 item 3: no Upgrade", 426) { $0.upgrade = "" },
    Row("6455 §4.2.1 item 3: another protocol", 426) { $0.upgrade = "Upgrade: h2c\r\n" },
    Row("6455 §4.2.1 item 3: in a list, in any case", 101) { $0.upgrade = "Upgrade: h2c, WebSocket\r\n" },
    Row("6455 §4.2.1 item 4: no Connection", 400) { $0.connection = "" },
    Row("6455 §4.2.1 item 4: Connection without Upgrade", 400) { $0.connection = "Connection: keep-alive\r\n" },
    Row("6455 §4.2.1 item 4: as Firefox sends it", 101) { $0.connection = "Connection: keep-alive, Upgrade\r\n" },
    Row("6455 §4.2.1 item 5: no key", 400) { $0.key = "" },
    Row("6455 §4.2.1 item 5: a short key", 400) { $0.key = "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n" },
    Row("6455 §4.2.1 item 5: no Base64", 400) { $0.key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!!==\r\n" },
    Row("6455 §11.3.1 two keys", 400) { $0.more = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" },
    Row("6455 §4.4 no version", 426) { $0.version = "" },
    Row("6455 §4.4 an old version", 426) { $0.version = "Sec-WebSocket-Version: 8\r\n" },
    Row("6455 §4.4 a version with a zero", 426) { $0.version = "Sec-WebSocket-Version: 013\r\n" },
    Row("6455 §11.3.5 two versions", 426) { $0.more = "Sec-WebSocket-Version: 13\r\n" },
    Row("a body before the frames", 400) { $0.more = "Content-Length: 4\r\n" },
    Row("chunks before the frames", 400) { $0.more = "Transfer-Encoding: chunked\r\n" },
    Row("a body of no bytes", 101) { $0.more = "Content-Length: 0\r\n" },
    Row("6454 §7.3 two origins", 400) { $0.more = "Origin: http://a\r\nOrigin: http://b\r\n" },
    Row("6455 §4.1 item 10: a subprotocol that is no token", 400) { $0.more = "Sec-WebSocket-Protocol: a b\r\n" },
    Row("6455 §9.1 malformed extensions", 400) { $0.more = "Sec-WebSocket-Extensions: x;;y\r\n" },
    Row("6455 §4.2.2 an unknown extension is left out", 101) { $0.more = "Sec-WebSocket-Extensions: x-y\r\n" },
]

@Suite("A server answers the opening handshake")
struct ServerUpgradeTests {
    @Test("by RFC 6455 §4.2", arguments: rows)
    private func rules(row: Row) throws {
        switch try row.handshake.answer() {
        case .accepted: #expect(row.status == 101)
        case .refused(let response): #expect(response.status.rawValue == row.status)
        }
    }

    @Test("with the proof of the RFC's example (§1.3)")
    func example() throws {
        #expect(
            try written(Handshake()) == """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                \r

                """)
    }

    @Test("426 names the protocol and its version")
    func upgradeRequired() throws {
        for response in [try refusal(Handshake().with { $0.version = "" }), ServerUpgrade.upgradeRequired] {
            #expect(response.status == .upgradeRequired)
            #expect(response.first("Upgrade") == "websocket")
            #expect(response.first("Sec-WebSocket-Version") == "13")
        }
    }

    @Test("405 names the method")
    func allow() throws {
        #expect(try refusal(Handshake().with { $0.line = "PUT /socket HTTP/1.1" }).first("Allow") == "GET")
    }

    @Test(
        "with the subprotocol that it likes best",
        arguments: [
            (["v2", "v1"], "v1, v2", "v2"), (["v2", "v1"], "v1", "v1"),
            (["v2"], "v1\r\nSec-WebSocket-Protocol: v2", "v2"),
            (["v2"], "V2", nil), ([], "v1", nil),
        ])
    func subprotocol(spoken: [String], offered: String, expected: String?) throws {
        var policy = UpgradePolicy()
        policy.subprotocols = spoken
        let handshake = Handshake().with { $0.more = "Sec-WebSocket-Protocol: \(offered)\r\n" }
        guard case .accepted(let accepted) = try handshake.answer(policy) else {
            Issue.record("is refused")
            return
        }
        #expect(accepted.subprotocol == expected)
        let line = expected.map { "\r\nSec-WebSocket-Protocol: \($0)\r\n" }
        #expect(try written(handshake, policy).contains(line ?? "\r\n\r\n"))
    }

    @Test("with compression, where both sides want it")
    func deflate() throws {
        var policy = UpgradePolicy()
        let handshake = Handshake().with { $0.more = "Sec-WebSocket-Extensions: permessage-deflate\r\n" }
        #expect(try !written(handshake, policy).contains("Sec-WebSocket-Extensions"))
        policy.deflate = DeflatePolicy()
        #expect(try written(handshake, policy).contains("\r\nSec-WebSocket-Extensions: permessage-deflate"))
        #expect(try !written(Handshake(), policy).contains("Sec-WebSocket-Extensions"))
        guard case .accepted(let accepted) = try handshake.answer(policy) else { throw Unexpected() }
        #expect(accepted.deflate != nil)
    }

    @Test("400 to a client that speaks none of ours, where one is required")
    func requiredSubprotocol() throws {
        var policy = UpgradePolicy()
        policy.subprotocols = ["v1"]
        policy.requiresSubprotocol = true
        #expect(try refusal(Handshake(), policy).status == .badRequest)
    }

    @Test("403 to an origin that may not connect")
    func origin() throws {
        var policy = UpgradePolicy()
        policy.allowsOrigin = { $0 == "https://a.example" }
        let allowed = Handshake().with { $0.more = "Origin: https://a.example\r\n" }
        let forbidden = Handshake().with { $0.more = "Origin: https://b.example\r\n" }
        guard case .accepted = try allowed.answer(policy) else {
            Issue.record("the allowed origin is refused")
            return
        }
        #expect(try refusal(forbidden, policy).status == .forbidden)
        #expect(try refusal(Handshake(), policy).status == .forbidden)
    }

    private func refusal(_ handshake: Handshake, _ policy: UpgradePolicy = UpgradePolicy()) throws -> Response {
        guard case .refused(let response) = try handshake.answer(policy) else { throw Unexpected() }
        return response
    }

    private func written(_ handshake: Handshake, _ policy: UpgradePolicy = UpgradePolicy()) throws -> String {
        guard case .accepted(let accepted) = try handshake.answer(policy) else { throw Unexpected() }
        var buffer = ByteBuffer()
        accepted.write(into: &buffer)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    private struct Unexpected: Error {}
}
