import TestSupport
import Testing

@testable import WebSocket

func parseResponse(_ bytes: [UInt8], pieces: [Range<Int>]? = nil) -> ResponseHeadParser.Step {
    var parser = ResponseHeadParser()
    for piece in pieces ?? [0..<bytes.count] {
        let step = bytes[..<piece.upperBound].withUnsafeBytes { parser.parse($0) }
        if step != .needMore { return step }
    }
    return .needMore
}

@Suite("A response's head")
struct ResponseHeadParserTests {
    @Test(
        "is accepted or refused by the RFC, however it is cut",
        arguments: [
            HeadRow("9112 §4 a status line", "HTTP/1.1 200 OK\r\nX: y\r\n\r\n"),
            HeadRow("9112 §4 no phrase", "HTTP/1.1 200 \r\n\r\n"),
            HeadRow("9112 §4 obs-text in the phrase", "HTTP/1.0 404 Nö\tgibts\r\n\r\n"),
            HeadRow("9112 §4 no space behind the code", "HTTP/1.1 200\r\n\r\n", 400),
            HeadRow("9112 §4 two digits", "HTTP/1.1 20 OK\r\n\r\n", 400),
            HeadRow("9112 §4 four digits", "HTTP/1.1 2000 OK\r\n\r\n", 400),
            HeadRow("9110 §15 a code below 100", "HTTP/1.1 099 OK\r\n\r\n", 400),
            HeadRow("9112 §4 two spaces", "HTTP/1.1  200 OK\r\n\r\n", 400),
            HeadRow("9112 §4 a control character", "HTTP/1.1 200 O\u{1}K\r\n\r\n", 400),
            HeadRow("9112 §2.2 a bare LF", "HTTP/1.1 200 OK\n\r\n", 400),
            HeadRow("9112 §2.2 a bare CR", "HTTP/1.1 200 OK\rX\r\n", 400),
            HeadRow("9112 §2.3 another version", "HTTP/2.0 200 OK\r\n\r\n", 505),
            HeadRow("9112 §2.3 another protocol", "ICY 200 OK\r\n\r\n", 400),
            HeadRow("9112 §5.2 obs-fold", "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\n", 400),
        ])
    func rules(row: HeadRow) {
        switch parseResponse(row.bytes) {
        case .head(_, let length):
            #expect(row.status == nil)
            #expect(length == row.bytes.count)
        case .refused(let refusal):
            #expect(refusal.status.rawValue == row.status, "\(refusal.reason)")
        case .needMore:
            Issue.record("is incomplete")
        }
        let differences = differencesBetweenSplits(of: row.bytes) { parseResponse(row.bytes, pieces: $0) }
        #expect(differences.isEmpty)
    }

    @Test("may take so many bytes and no more")
    func endless() {
        let bytes = Array("HTTP/1.1 200 \(String(repeating: "x", count: 8192))".utf8)
        guard case .refused(let refusal) = parseResponse(bytes) else {
            Issue.record("is not refused")
            return
        }
        #expect(refusal.status == .headTooLarge)
        #expect(parseResponse(bytes, pieces: bytes.indices.map { $0..<$0 + 1 }) == .refused(refusal))
    }

    @Test("ends where the first frame begins")
    func rest() {
        let bytes = Array("HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n\u{1}\u{2}".utf8)
        guard case .head(let head, let length) = parseResponse(bytes) else {
            Issue.record("a head was expected")
            return
        }
        #expect(length == bytes.count - 2)
        #expect(head.status == .switchingProtocols)
        #expect(head.fields.first("a") == "b")
    }
}
