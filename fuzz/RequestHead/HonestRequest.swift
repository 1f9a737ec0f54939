import FuzzSupport
import WebSocket

/// A request as an honest client sends it, made of the fuzzer's input: it must be accepted and say what was sent.
struct HonestRequest {
    private let methodName: String
    private let target: String
    private let values: [String]
    private let body: [UInt8]
    private(set) var wire: [UInt8] = []

    private static let methods = ["GET", "POST", "PUT", "DELETE", "PATCH", "X-UNKNOWN"]

    init(_ choices: inout Choices) {
        methodName = choices.one(of: Self.methods)
        target = "/" + Self.text(&choices) { 0x21...0x7E ~= $0 && !"\"#<>%./".utf8.contains($0) }
        values = (0..<choices.byte() % 8).map { _ in
            Self.text(&choices) { 0x21...0x7E ~= $0 || $0 == 0x20 || $0 == 9 }
        }
        let isChunked = choices.flag()
        let chunks = (0..<choices.byte() % 24).map { _ in choices.bytes(Int(choices.byte() % 40)) }
        body = Array(chunks.joined())
        wire = Array("\(methodName) \(target) HTTP/1.1\r\nHost: a.example\r\n".utf8)
        for value in values { wire += Array("a:\(value)\r\n".utf8) }
        if isChunked {
            wire += Array("Transfer-Encoding: chunked\r\n\r\n".utf8)
            for chunk in chunks where !chunk.isEmpty {
                let size = String(chunk.count, radix: 16, uppercase: choices.flag())
                let zeros = String(repeating: "0", count: Int(choices.byte() & 7))
                let ending = choices.one(of: ["", "", ";a=b", " ; a=\"b\""])
                wire += Array("\(zeros)\(size)\(ending)\r\n".utf8) + chunk + [0x0D, 0x0A]
            }
            wire += Array(choices.one(of: ["0\r\n\r\n", "00\r\n\r\n", "0\r\nc: d\r\n\r\n", "0;e\r\n\r\n"]).utf8)
        } else {
            wire += Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
        }
    }

    private static func text(_ choices: inout Choices, _ isAllowed: (UInt8) -> Bool) -> String {
        String(decoding: choices.bytes(Int(choices.byte() % 60)).filter(isAllowed), as: UTF8.self)
    }

    func check(_ setting: Setting) {
        var reader = RequestReader(setting)
        for piece in setting.pieces.ranges(of: wire.count) {
            guard reader.feed(wire[piece]) else { break }
        }
        // Of limits and of what it cannot do, a server may speak.
        if case .refused(let refusal) = reader.events.last {
            let limits: [HTTPStatus] = [.headTooLarge, .targetTooLong, .contentTooLarge]
            return expect(limits.contains(refusal.status), "refused: \(refusal.reason)")
        }
        expectEqual(reader.events.count, 2, "a head and a body")
        guard case .head(let head, _) = reader.events.first else { return expect(false, "no head") }
        expectEqual(reader.events.last, .body(body), "the body")
        expectEqual(head.methodName, methodName, "method")
        expectEqual(head.target, target, "target")
        let path = target.prefix { $0 != "?" }
        expectEqual(head.path, String(path), "path")
        let trimmed = values.map { value in
            let start = value.utf8.drop { $0 == 9 || $0 == 0x20 }
            return String(decoding: start.reversed().drop { $0 == 9 || $0 == 0x20 }.reversed(), as: UTF8.self)
        }
        expectEqual(head.fields.values(of: "a"), trimmed, "values")
    }
}
