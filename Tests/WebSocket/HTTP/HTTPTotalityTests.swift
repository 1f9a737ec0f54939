import TestSupport
import Testing

@testable import WebSocket

/// Numbers that look random and are the same in each run, so that a failure can be repeated.
private struct RepeatableNumbers: RandomNumberGenerator {
    var state: UInt64

    /// SplitMix64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private let seeds = [
    "GET /a/../%62?c=%64 HTTP/1.1\r\nHost: [::1]:80\r\nUpgrade: websocket\r\nConnection: a, Upgrade\r\n\r\n",
    "POST http://h:1/x HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\n",
    "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nIf-Match: \"a\", W/\"b\"\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
]

@Suite("Whatever the bytes")
struct HTTPTotalityTests {
    @Test("the answer is a head, a wish for more or a refusal, and the pieces do not matter", arguments: 0..<4)
    func mutated(seed: Int) {
        var numbers = RepeatableNumbers(state: UInt64(seed))
        let interesting: [UInt8] = Array("\r\n\t :;,%/?.*\"\u{0}\u{7F}09afAF".utf8) + [0x80, 0xFF]
        for _ in 0..<1500 {
            var bytes = Array(seeds[seed].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &numbers) {
                let place = Int.random(in: 0..<bytes.count, using: &numbers)
                let byte = interesting.randomElement(using: &numbers) ?? 0
                switch Int.random(in: 0..<3, using: &numbers) {
                case 0: bytes[place] = byte
                case 1: bytes.insert(byte, at: place)
                default: bytes.remove(at: place)
                }
            }
            let singles = bytes.indices.map { $0..<$0 + 1 }
            let step = parseHead(bytes)
            #expect(step == parseHead(bytes, pieces: singles))
            #expect(parseResponse(bytes) == parseResponse(bytes, pieces: singles))
            if case .head(let head, let length) = step { ask(head, length) }
        }
    }

    /// Everything that can be asked of a head that was accepted.
    private func ask(_ head: RequestHead, _ length: Int) {
        let moment = HTTPDate(secondsSinceEpoch: length)
        #expect(head.path == "*" || head.path.hasPrefix("/"))
        #expect(!head.path.split(separator: "/").contains(".."))
        _ = try? head.queryItems()
        _ = (head.authority, head.target, head.methodName, head.keepsAlive, head.expectsContinue)
        _ = Precondition.evaluate(head, entityTag: EntityTag("a"), lastModified: moment, now: moment)
        guard case .refused(let response) = ServerUpgrade.evaluate(head, policy: UpgradePolicy()) else { return }
        var buffer = ByteBuffer()
        response.write(into: &buffer, Response.Exchange(answering: head, keepsAlive: true), now: moment)
        #expect(buffer.count > 0)
    }
}
