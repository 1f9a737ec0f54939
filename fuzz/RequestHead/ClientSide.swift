import FuzzSupport
import WebSocket

/// The client's side of the opening handshake.
enum ClientSide {
    private static let deflate = DeflatePolicy()
    private static let subprotocols = ["foyer.v1", "chat"]

    // With the key of RFC 6455 §1.3, whose proof the dictionary knows.
    private static let client = try? ClientUpgrade(
        host: "example.org", target: "/chat", key: Array("the sample nonce".utf8), subprotocols: subprotocols,
        deflate: deflate)

    /// Gives whatever head the fuzzer found to a client.
    static func verify(_ head: ResponseHead) {
        guard let client else { return expect(false, "the client cannot be made") }
        guard let agreed = try? client.verify(head) else { return }
        expect(head.status == .switchingProtocols && head.version == .http11, "connected by \(head.status)")
        expectEqual(head.fields.values(of: "sec-websocket-accept"), ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="], "proof")
        expect([nil, "foyer.v1", "chat"].contains(agreed.subprotocol), "subprotocol")
        expectEqual(agreed.deflate != nil, head.fields.contains("sec-websocket-extensions"), "extension")
    }

    /// Lets a client connect with what the input says. Either it refuses to be made, or our server reads one request
    /// with just these words and both agree.
    static func connect(_ choices: inout Choices, _ setting: Setting) {
        let key = choices.bytes(16)
        let host = text(&choices)
        let target = text(&choices)
        let value = text(&choices)
        let offered = choices.flag() ? subprotocols : []
        let wish = choices.flag() ? deflate : nil
        guard
            let client = try? ClientUpgrade(
                host: host, target: target, key: key + [UInt8](repeating: 0, count: 16 - key.count),
                subprotocols: offered, deflate: wish, fields: [(name: "X-Test", value: value)])
        else { return }
        var buffer = ByteBuffer()
        client.write(into: &buffer)
        var reader = RequestReader(setting)
        for piece in setting.pieces.ranges(of: buffer.count) {
            guard reader.feed(Array(buffer.bytes)[piece]) else { break }
        }
        guard case .head(let head, let length) = reader.events.first else {
            // Escapes and dots are read by the server alone, and it has limits.
            let isSimple = !target.utf8.contains { $0 == 0x25 || $0 == 0x2E } && buffer.count < 200
            return expect(!isSimple || setting.hasSmallLimits, "\(host) \(target) \(value): \(reader.events)")
        }
        expectEqual(length, buffer.count, "length of the request")
        expectEqual(head.authority, host, "host")
        expectEqual(head.target, target, "target")
        expectEqual(head.fields.count, 6 + (offered.isEmpty ? 0 : 1) + (wish == nil ? 0 : 1), "number of fields")
        guard case .upgraded(let upgrade) = reader.events.last else {
            return expect(false, "not upgraded: \(reader.events)")
        }
        var answer = ByteBuffer()
        upgrade.write(into: &answer)
        var parser = ResponseHeadParser()
        guard case .head(let response, answer.count) = parser.parse(UnsafeRawBufferPointer(answer.bytes)) else {
            return expect(false, "the answer cannot be read")
        }
        let agreed = try? client.verify(response)
        expect(agreed != nil, "our own answer is refused")
        expectEqual(agreed?.subprotocol, offered.first, "subprotocol")
        expectEqual(agreed?.deflate, upgrade.deflate, "deflate")
        expectEqual(upgrade.deflate == nil, wish == nil, "deflate")
    }

    private static func text(_ choices: inout Choices) -> String {
        String(decoding: choices.bytes(Int(choices.byte() & 63)), as: UTF8.self)
    }
}
