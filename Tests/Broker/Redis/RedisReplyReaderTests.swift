import TestSupport
import Testing
import WebSocket

@testable import Broker

@Suite struct `What a Redis server says` {
    struct Outcome: Equatable {
        var replies: [RedisReply] = []
        var failure: String?
    }

    private static func read(_ bytes: [UInt8], _ pieces: [Range<Int>], maxBytes: Int = 100_000) -> Outcome {
        var outcome = Outcome()
        guard let reader = RedisReplyReader(maxElements: 16, maxBytes: maxBytes) else { return outcome }
        do {
            for piece in pieces {
                // A copy of its own: whoever reads beyond the piece is found by the address sanitizer.
                let part = [UInt8](bytes[piece])
                try part.withUnsafeBytes { raw in
                    try reader.feed(raw) { reply in
                        outcome.replies.append(reply)
                        return true
                    }
                }
            }
        } catch {
            outcome.failure = "\(error)"
        }
        return outcome
    }

    private static func read(_ text: String) -> Outcome {
        let bytes = [UInt8](text.utf8)
        return read(bytes, [0..<bytes.count])
    }

    private static func bytes(_ text: String) -> RedisReply { .bytes([UInt8](text.utf8)) }

    @Test(arguments: [
        ("+OK\r\n", [RedisReply.status("OK")]), ("-ERR no\r\n", [.error("ERR no")]), (":42\r\n", [.integer(42)]),
        (":-1\r\n", [.integer(-1)]), ("$0\r\n\r\n", [.bytes([])]), ("$-1\r\n", [.nothing]), ("*-1\r\n", [.nothing]),
        ("*0\r\n", [.list([])]), ("+\r\n", [.status("")]),
        ("$4\r\na\r\nb\r\n:1\r\n", [bytes("a\r\nb"), .integer(1)]),
        ("*3\r\n$7\r\nmessage\r\n$1\r\nt\r\n$2\r\nhi\r\n", [.list([bytes("message"), bytes("t"), bytes("hi")])]),
        ("*2\r\n*1\r\n:1\r\n*2\r\n+a\r\n*0\r\n", [.list([.list([.integer(1)]), .list([.status("a"), .list([])])])]),
        ("*2\r\n$-1\r\n-ERR\r\n+x\r\n", [.list([.nothing, .error("ERR")]), .status("x")]),
    ])
    func `is understood however it is cut`(text: String, replies: [RedisReply]) {
        let bytes = [UInt8](text.utf8)
        #expect(Self.read(text) == Outcome(replies: replies))
        #expect(differencesBetweenSplits(of: bytes) { Self.read(bytes, $0) }.isEmpty)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", "\r\n", "\0\0\0\0", "%1\r\n+a\r\n+b\r\n", "~1\r\n+a\r\n", "_\r\n", "#t\r\n",
        ",1.5\r\n",
        "(1234567890123456789012345\r\n", ":\r\n", ":x\r\n", ":99999999999999999999\r\n", "$x\r\n", "$-2\r\n",
        "$99999999999999999999\r\n", "*x\r\n", "*-2\r\n", "*2147483648\r\n", "*9223372036854775807\r\n",
        "*2147483647\r\n", "*17\r\n", "*2\r\n*15\r\n" + String(repeating: ":1\r\n", count: 15) + ":1\r\n",
        String(repeating: "*1\r\n", count: 9) + ":1\r\n", String(repeating: "*1\r\n", count: 100_000),
        String(repeating: "*2\r\n:1\r\n", count: 9),
    ])
    func `is refused when it is not the protocol, too deep or too much`(text: String) {
        let outcome = Self.read(text)
        #expect(outcome.failure != nil && outcome.replies.isEmpty, "\(outcome)")
        let bytes = [UInt8](text.utf8)
        if bytes.count < 100 {
            #expect(differencesBetweenSplits(of: bytes) { Self.read(bytes, $0) }.isEmpty)
        }
    }

    @Test(arguments: [
        "$9223372036854775807\r\n", "$9223372036854775805\r\n", "$2147483647\r\n", "$200000\r\n", "+",
        "*1\r\n$200000\r\n",
    ])
    func `that does not end is refused once it is too long`(beginning: String) {
        let bytes = [UInt8](beginning.utf8) + [UInt8](repeating: 0x61, count: 150_000)
        let outcome = Self.read(bytes, [0..<bytes.count])
        #expect(outcome == Outcome(failure: "a reply of more than 100000 bytes"))
        #expect(Self.read(bytes, [0..<50_000]) == Outcome(), "not yet")
    }

    @Test func `may be as large as the bound allows`() {
        let body = [UInt8](repeating: 0x61, count: 99_000)
        let bytes = [UInt8]("$\(body.count)\r\n".utf8) + body + [0x0D, 0x0A]
        #expect(Self.read(bytes, [0..<50_000, 50_000..<bytes.count]) == Outcome(replies: [.bytes(body)]))
    }

    @Test func `stops where the taker says so`() {
        let reader = RedisReplyReader(maxElements: 16, maxBytes: 1000)
        var count = 0
        #expect(throws: Never.self) {
            try [UInt8](":1\r\n:2\r\n:3\r\n".utf8).withUnsafeBytes { raw in
                try reader?.feed(raw) { _ in
                    count += 1
                    return count < 2
                }
            }
        }
        #expect(count == 2)
    }

    @Test func `never traps, whatever it is`() {
        var random = SeededRandom(seed: 3)
        let words = [
            "*", "$", "+", "-", ":", "\r\n", "1", "3", "16", "-1", "2147483647", "a", "message", "9223372036854775807",
        ]
        for _ in 0..<20_000 {
            let text = (0..<random.int(1...12)).map { _ in words[random.int(0...(words.count - 1))] }.joined()
            let bytes = random.oneIn(4) ? random.bytes(random.int(1...60)) : [UInt8](text.utf8)
            _ = Self.read(bytes, random.pieces(of: bytes.count, longest: 20))
        }
    }
}

@Suite struct `A command to a Redis server` {
    @Test func `is written as the protocol has it`() {
        var buffer = ByteBuffer()
        #expect(RedisCommand.append([[UInt8]("PUBLISH".utf8), [UInt8]("t".utf8)], payload: [0, 13, 10], to: &buffer))
        #expect(RedisCommand.append([[UInt8]("PUBLISH".utf8), []], payload: [], to: &buffer))
        #expect(RedisCommand.append([[UInt8]("PING".utf8)], to: &buffer))
        let expected =
            "*3\r\n$7\r\nPUBLISH\r\n$1\r\nt\r\n$3\r\n\0\r\n\r\n*3\r\n$7\r\nPUBLISH\r\n$0\r\n\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n"
        #expect(String(decoding: buffer.bytes, as: UTF8.self) == expected)
    }
}
