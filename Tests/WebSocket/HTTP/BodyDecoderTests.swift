import TestSupport
import Testing

@testable import WebSocket

private struct Outcome: Equatable {
    var data: [UInt8] = []
    /// How many bytes the body took, nil while it is incomplete.
    var length: Int?
    var status: UInt16?
}

/// Feeds the pieces as a connection does, each after the one before is used up.
private func decode(
    _ bytes: [UInt8], _ framing: BodyFraming, limit: Int = 1000, pieces: [Range<Int>]? = nil
) -> Outcome {
    var decoder = BodyDecoder(framing, limitBytes: limit)
    var outcome = Outcome()
    for piece in pieces ?? [0..<bytes.count] {
        var start = piece.lowerBound
        while true {
            switch bytes[start..<piece.upperBound].withUnsafeBytes({ decoder.decode($0) }) {
            case .needMore:
                break
            case .data(let range):
                outcome.data += bytes[start + range.lowerBound..<start + range.upperBound]
                start += range.upperBound
                continue
            case .finished(let used):
                outcome.length = start + used
                return outcome
            case .refused(let refusal):
                outcome.status = refusal.status.rawValue
                return outcome
            }
            break
        }
    }
    return outcome
}

private struct Row: CustomTestStringConvertible {
    let rule: String
    let text: String
    let framing: BodyFraming
    let data: String?
    /// What is left for the next message.
    let rest: Int
    let status: UInt16?

    init(_ rule: String, _ text: String, _ data: String, framing: BodyFraming = .chunked, rest: Int = 0) {
        (self.rule, self.text, self.framing, self.data, self.rest, status) = (rule, text, framing, data, rest, nil)
    }

    init(_ rule: String, _ text: String, _ status: UInt16, framing: BodyFraming = .chunked) {
        (self.rule, self.text, self.framing, self.data, rest, self.status) = (rule, text, framing, nil, 0, status)
    }

    var testDescription: String { rule }
}

private let lengths = [
    Row("9112 §6.2 no body", "GET", "", framing: .none, rest: 3),
    Row("9112 §6.2 a length", "hello", "hello", framing: .length(5)),
    Row("9112 §6.2 the next message follows", "helloGET", "hello", framing: .length(5), rest: 3),
    Row("9110 §15.5.14 a length above the limit", "", 413, framing: .length(1001)),
    Row("the largest length", "", 413, framing: .length(.max)),
]

private let chunks = [
    Row("9112 §7.1 chunks", "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n", "hello!"),
    Row("9112 §7.1 the next message follows", "1\r\n!\r\n0\r\n\r\nGET", "!", rest: 3),
    Row("9112 §7.1 no data", "0\r\n\r\n", ""),
    Row("9112 §7.1 sizes in either case", "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", "01234567890123456789"),
    Row("9112 §7.1 leading zeros", "0005\r\nhello\r\n000\r\n\r\n", "hello"),
    Row("9112 §7.1.1 extensions", "5;a=b;c=\"d e\"\r\nhello\r\n0;x\r\n\r\n", "hello"),
    Row("9112 §7.1.1 blanks before an extension", "5 \t;a\r\nhello\r\n0\r\n\r\n", "hello"),
    Row("9112 §7.1.2 a trailer", "0\r\nX-Sum: 1\r\nY: 2\r\n\r\nGET", "", rest: 3),
    Row("9112 §7.1 no size", "\r\n", 400),
    Row("9112 §7.1 a sign", "+5\r\nhello\r\n", 400),
    Row("9112 §7.1 0x", "0x5\r\nhello\r\n", 400),
    Row("9112 §7.1 not hexadecimal", "g\r\n", 400),
    Row("9112 §7.1 a blank before the size", " 5\r\nhello\r\n", 400),
    Row("9112 §7.1 a blank behind the size", "5 \r\nhello\r\n", 400),
    Row("9112 §2.2 the size ends in LF", "5\nhello\r\n", 400),
    Row("9112 §2.2 the size ends in CR", "5\rhello\r\n", 400),
    Row("9112 §7.1 data is longer than its size", "5\r\nhello!\r\n", 400),
    Row("9112 §2.2 data ends in LF", "5\r\nhello\n0\r\n", 400),
    Row("9112 §2.2 data ends in CR", "5\r\nhello\r0\r\n", 400),
    Row("9112 §7.1.1 LF in an extension", "5;a\nb\r\nhello\r\n", 400),
    Row("9112 §7.1.1 NUL in an extension", "5;a\u{0}\r\nhello\r\n", 400),
    Row("9112 §7.1.1 endless extension", "5;\(String(repeating: "a", count: 1024))\r\n", 400),
    Row("9112 §7.1 endless zeros", String(repeating: "0", count: 17), 400),
    Row("9110 §15.5.14 a chunk above the limit", "3E9\r\n", 413),
    Row("9110 §15.5.14 chunks above the limit", "3E7\r\n\(String(repeating: "x", count: 999))\r\n2\r\n", 413),
    Row("the largest size", "7FFFFFFFFFFFFFFF\r\n", 413),
    Row("overflow", "FFFFFFFFFFFFFFFF\r\n", 413),
    Row("9112 §7.1.2 a folded trailer", "0\r\nX: 1\r\n 2\r\n\r\n", 400),
    Row("9112 §7.1.2 a trailer without a colon", "0\r\nX\r\n\r\n", 400),
    Row("9112 §7.1.2 too many trailers", "0\r\n\(String(repeating: "X:\r\n", count: 17))\r\n", 431),
    Row("9112 §7.1.2 too long a trailer", "0\r\nX: \(String(repeating: "x", count: 4093))", 431),
]

@Suite("A body")
struct BodyDecoderTests {
    @Test("is found among the bytes, however they are cut", arguments: lengths + chunks)
    private func rules(row: Row) {
        let bytes = Array(row.text.utf8)
        let outcome = decode(bytes, row.framing)
        #expect(outcome.status == row.status)
        if let data = row.data {
            #expect(String(decoding: outcome.data, as: UTF8.self) == data)
            #expect(outcome.length == bytes.count - row.rest)
        }
        // Whichever error ends it: how it is cut makes no difference.
        let differences = differencesBetweenSplits(of: bytes) { decode(bytes, row.framing, pieces: $0) }
        #expect(differences.isEmpty)
    }

    @Test(
        "is incomplete until its last byte",
        arguments: [
            ("hello", BodyFraming.length(5)), ("5\r\nhello\r\n0\r\nX: y\r\n\r\n", .chunked),
        ])
    func incomplete(text: String, framing: BodyFraming) {
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            let outcome = decode(Array(bytes[..<count]), framing)
            #expect(outcome.length == nil && outcome.status == nil)
        }
    }

    @Test("of many small chunks may use up the limit exactly")
    func exactLimit() {
        let bytes = Array((String(repeating: "1\r\nx\r\n", count: 1000) + "0\r\n\r\n").utf8)
        #expect(decode(bytes, .chunked, limit: 1000).length == bytes.count)
        #expect(decode(bytes, .chunked, limit: 999).status == 413)
        #expect(decode(Array("0\r\n\r\n".utf8), .chunked, limit: -1).length == 5)
    }
}
