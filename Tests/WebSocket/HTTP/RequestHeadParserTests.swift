import Testing
import TestSupport

@testable import WebSocket

/// Feeds the pieces as a connection does: all bytes since the head's start, each time.
func parseHead(
    _ bytes: [UInt8], pieces: [Range<Int>]? = nil, limits: HTTPLimits = HTTPLimits()
) -> RequestHeadParser.Step {
    var parser = RequestHeadParser()
    for piece in pieces ?? [0..<bytes.count] {
        let step = bytes[..<piece.upperBound].withUnsafeBytes { parser.parse($0, limits: limits) }
        if step != .needMore { return step }
    }
    return .needMore
}

func requestHead(_ text: String) -> RequestHead? {
    guard case .head(let head, _) = parseHead(Array(text.utf8)) else { return nil }
    return head
}

struct HeadRow: CustomTestStringConvertible, Sendable {
    let rule: String
    let text: String
    /// nil means accepted.
    let status: UInt16?

    init(_ rule: String, _ text: String, _ status: UInt16? = nil) {
        self.rule = rule
        self.text = text
        self.status = status
    }

    var testDescription: String { rule }
    var bytes: [UInt8] { Array(text.utf8) }
}

private let host = "Host: a.example\r\n"

private let requestLines = [
    HeadRow("9112 §3 a plain request", "GET / HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §2.2 one leading CRLF is skipped", "\r\nGET / HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §2.2 two leading CRLFs are not", "\r\n\r\nGET / HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §2.2 a leading bare LF", "\nGET / HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §2.2 a leading bare CR", "\rGET / HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §2.2 a leading blank", " GET / HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §2.2 lines that end in LF", "GET / HTTP/1.1\nHost: a\n\n", 400),
    HeadRow("9112 §3 two spaces after the method", "GET  / HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §3 two spaces before the version", "GET /  HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §3 a tab after the method", "GET\t/ HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §3 a blank behind the version", "GET / HTTP/1.1 \r\n\(host)\r\n", 400),
    HeadRow("9112 §3 the version is missing", "GET /\r\n\(host)\r\n", 400),
    HeadRow("9110 §9.1 a method that is no token", "G(T / HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §3 a method of 16 bytes", "ABCDEFGHIJKLMNOP / HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §3 a method of 17 bytes", "ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\n\(host)\r\n", 501),
    HeadRow("9112 §2.3 HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n"),
    HeadRow("9110 §6.2 HTTP/1.2 is read as 1.1", "GET / HTTP/1.2\r\n\(host)\r\n"),
    HeadRow("9112 §2.3 HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    HeadRow("9112 §2.3 HTTP/0.9's version", "GET / HTTP/0.9\r\n\(host)\r\n", 505),
    HeadRow("9112 §2.3 the name is case-sensitive", "GET / http/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §2.3 two digits", "GET / HTTP/1.10\r\n\(host)\r\n", 400),
    HeadRow("9112 §2.3 no digit", "GET / HTTP/1.x\r\n\(host)\r\n", 400),
    HeadRow("a TLS ClientHello", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}", 400),
]

private let targets = [
    HeadRow("9112 §3.2.1 origin-form with a query", "GET /a/b?c=d HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §3.2.1 no slash in front", "GET a HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §3.2.2 absolute-form", "GET http://b.example:80/x HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §3.2.2 absolute-form, no path", "GET HTTPS://b.example HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §3.2.2 another scheme", "GET ftp://b.example/ HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9110 §4.2.4 user information", "GET http://u@b.example/ HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9110 §4.2.1 an empty host", "GET http:/// HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9112 §3.2.3 authority-form", "CONNECT b.example:443 HTTP/1.1\r\n\(host)\r\n", 501),
    HeadRow("9112 §3.2.4 asterisk-form", "OPTIONS * HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("9112 §3.2.4 asterisk-form, not OPTIONS", "GET * HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("9110 §4.2.5 a fragment", "GET /a#b HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("3986 §2 bytes outside ASCII", "GET /é HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("3986 §2.1 an escape", "GET /%41 HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("3986 §2.1 half an escape", "GET /%4 HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("3986 §2.1 no hexadecimal", "GET /%4g HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("an escaped NUL", "GET /a%00 HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("an escaped line feed", "GET /a%0a HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("an escaped slash", "GET /a%2fb HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("not UTF-8", "GET /%c3%28 HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("3986 §5.2.4 dots within the root", "GET /a/../b HTTP/1.1\r\n\(host)\r\n"),
    HeadRow("3986 §5.2.4 dots out of the root", "GET /a/../../b HTTP/1.1\r\n\(host)\r\n", 400),
    HeadRow("3986 §5.2.4 escaped dots out of the root", "GET /%2e%2E/b HTTP/1.1\r\n\(host)\r\n", 400),
]

private let fieldLines = [
    HeadRow("9112 §5.1 a blank before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    HeadRow("9112 §5.1 an empty name", "GET / HTTP/1.1\r\n\(host): x\r\n\r\n", 400),
    HeadRow("9112 §5.1 no colon", "GET / HTTP/1.1\r\n\(host)X\r\n\r\n", 400),
    HeadRow("9110 §5.1 a name that is no token", "GET / HTTP/1.1\r\n\(host)X[1]: x\r\n\r\n", 400),
    HeadRow("9112 §5.1 blanks around the value", "GET / HTTP/1.1\r\nHost:\t a \t\r\nX:\r\nY: \r\n\r\n"),
    HeadRow("9112 §5.2 obs-fold", "GET / HTTP/1.1\r\n\(host)X: a\r\n b\r\n\r\n", 400),
    HeadRow("9112 §5.2 a blank line before the first field", "GET / HTTP/1.1\r\n \(host)\r\n", 400),
    HeadRow("9110 §5.5 obs-text", "GET / HTTP/1.1\r\n\(host)X: häh\r\n\r\n"),
    HeadRow("9110 §5.5 NUL", "GET / HTTP/1.1\r\n\(host)X: a\u{0}b\r\n\r\n", 400),
    HeadRow("9110 §5.5 a control character", "GET / HTTP/1.1\r\n\(host)X: 12345678\u{1}b\r\n\r\n", 400),
    HeadRow("9110 §5.5 DEL", "GET / HTTP/1.1\r\n\(host)X: a\u{7F}b\r\n\r\n", 400),
    HeadRow("9112 §2.2 a bare CR in a value", "GET / HTTP/1.1\r\n\(host)X: a\rb\r\n\r\n", 400),
    HeadRow("9112 §2.2 a bare LF in a value", "GET / HTTP/1.1\r\n\(host)X: a\nY: b\r\n\r\n", 400),
    HeadRow("9112 §2.2 a bare CR at the end", "GET / HTTP/1.1\r\n\(host)\rX", 400),
    HeadRow("9112 §3.2 Host is missing", "GET / HTTP/1.1\r\nX: y\r\n\r\n", 400),
    HeadRow("9112 §3.2 Host is repeated", "GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400),
    HeadRow("9112 §3.2 Host is repeated in 1.0", "GET / HTTP/1.0\r\n\(host)\(host)\r\n", 400),
    HeadRow("9110 §4.2.1 Host is empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    HeadRow("9110 §7.2 Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    HeadRow("9110 §7.2 Host with a blank", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    HeadRow("9110 §7.2 Host with two values", "GET / HTTP/1.1\r\nHost: a, b:80\r\n\r\n", 400),
    HeadRow("3986 §3.2.2 an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n"),
    HeadRow("3986 §3.2.2 an unclosed address", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400),
    HeadRow("3986 §3.2.3 a port that is too large", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n", 400),
    HeadRow("3986 §3.2.3 a port that is endless", "GET / HTTP/1.1\r\nHost: a:99999999999999999999999\r\n\r\n", 400),
    HeadRow("9110 §10.1.1 100-continue", "PUT / HTTP/1.1\r\n\(host)Expect: 100-Continue\r\n\r\n"),
    HeadRow("9110 §10.1.1 another expectation", "PUT / HTTP/1.1\r\n\(host)Expect: tea\r\n\r\n", 417),
]

/// What a front end and a back end could read differently (CL.TE, TE.CL, TE.TE and their relatives).
private let framings: [HeadRow] = {
    func row(_ rule: String, _ fields: String, _ status: UInt16? = nil, version: String = "1.1") -> HeadRow {
        HeadRow(rule, "POST / HTTP/\(version)\r\n\(host)\(fields)\r\n\r\n", status)
    }
    return [
        row("9112 §6.3 a length", "Content-Length: 5"),
        row("9112 §6.3 chunks", "Transfer-Encoding: Chunked"),
        row("9112 §6.3 CL.TE", "Content-Length: 6\r\nTransfer-Encoding: chunked", 400),
        row("9112 §6.3 TE.CL", "Transfer-Encoding: chunked\r\nContent-Length: 3", 400),
        row("9112 §6.1 TE in HTTP/1.0", "Transfer-Encoding: chunked", 400, version: "1.0"),
        row("9112 §6.1 TE.TE, two fields", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 400),
        row("9112 §6.3 TE.TE, identity last", "Transfer-Encoding: chunked\r\nTransfer-encoding: identity", 400),
        row("9112 §6.1 TE.TE, gzip first", "Transfer-Encoding: gzip, chunked", 501),
        row("9112 §6.3 TE.TE, chunked is not last", "Transfer-Encoding: chunked, gzip", 400),
        row("9112 §6.3 TE.TE, a longer name", "Transfer-Encoding: xchunked", 400),
        row("9112 §6.3 TE.TE, with a parameter", "Transfer-Encoding: chunked;q=1", 400),
        row("9112 §6.3 TE.TE, in quotes", "Transfer-Encoding: \"chunked\"", 400),
        row("9112 §6.3 TE.TE, a vertical tab", "Transfer-Encoding: \u{B}chunked", 400),
        row("9112 §5.1 TE.TE, a blank before the colon", "Transfer-Encoding : chunked", 400),
        row("9112 §5.2 TE.TE, folded", "Transfer-Encoding:\r\n chunked", 400),
        row("9112 §6.3 TE.TE, empty", "Transfer-Encoding:", 400),
        row("9112 §6.3 TE.TE, empty next to a length", "Transfer-Encoding:\r\nContent-Length: 5", 400),
        row("9110 §5.6.1 an empty element", "Transfer-Encoding: , chunked"),
        row("9110 §8.6 a sign", "Content-Length: +5", 400),
        row("9110 §8.6 a negative length", "Content-Length: -5", 400),
        row("9110 §8.6 hexadecimal", "Content-Length: 0x5", 400),
        row("9110 §8.6 a blank inside", "Content-Length: 5 5", 400),
        row("9110 §8.6 a fraction", "Content-Length: 5.0", 400),
        row("9110 §8.6 nothing", "Content-Length:", 400),
        row("9110 §8.6 a list of equals", "Content-Length: 5, 5", 400),
        row("9110 §8.6 a list", "Content-Length: 5,6", 400),
        row("9110 §8.6 repeated and different", "Content-Length: 5\r\nContent-Length: 6", 400),
        row("9110 §8.6 repeated", "Content-Length: 5\r\ncontent-length: 5", 400),
        row("9110 §8.6 digits of another script", "Content-Length: ٥", 400),
        row("9110 §8.6 the largest integer", "Content-Length: 9223372036854775807", 413),
        row("9110 §8.6 overflow", "Content-Length: 18446744073709551621", 413),
        row("9110 §8.6 huge", "Content-Length: \(String(repeating: "9", count: 400))", 413),
        row("9110 §8.6 leading zeros", "Content-Length: 0005"),
    ]
}()

@Suite("A request's head")
struct RequestHeadParserTests {
    @Test("is accepted or refused by the RFCs, however it is cut", arguments: requestLines + targets + fieldLines)
    func syntax(row: HeadRow) {
        check(row)
    }

    @Test("leaves no doubt about where its body ends", arguments: framings)
    func framing(row: HeadRow) {
        check(row)
    }

    private func check(_ row: HeadRow) {
        switch parseHead(row.bytes) {
        case .head(_, let length):
            #expect(row.status == nil)
            #expect(length == row.bytes.count)
        case .refused(let refusal):
            #expect(refusal.status.rawValue == row.status, "\(refusal.reason)")
        case .needMore:
            Issue.record("is incomplete")
        }
        let differences = differencesBetweenSplits(of: row.bytes) { parseHead(row.bytes, pieces: $0) }
        #expect(differences.isEmpty)
    }

    @Test("is refused at its first wrong byte")
    func early() {
        #expect(refusal([0x16]) == 400)
        #expect(refusal(Array("GET / HTTP/2".utf8)) == 505)
        #expect(refusal(Array("GET / HTTP/1.1\r\nA b".utf8)) == 400)
        #expect(refusal([0xFF]) == 400)
    }

    @Test("needs more as long as nothing is wrong")
    func incomplete() {
        let bytes = Array("GET /a HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        for count in 0..<bytes.count { #expect(parseHead(Array(bytes[..<count])) == .needMore) }
    }

    @Test("may take so many bytes and no more")
    func headLimit() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        func head(_ count: Int) -> [UInt8] {
            Array((start + String(repeating: "x", count: count - start.utf8.count - 4) + "\r\n\r\n").utf8)
        }
        #expect(refusal(head(8192)) == nil)
        #expect(refusal(head(8193)) == 431)
        #expect(parseHead(head(8193), pieces: (0..<8193).map { $0..<$0 + 1 }) == parseHead(head(8193)))
        #expect(refusal(Array(head(100_000)[..<8191])) == nil)
        #expect(refusal(Array(head(100_000)[..<8192])) == 431)
    }

    @Test("may have so many fields and no more")
    func fieldLimit() {
        func head(_ count: Int) -> [UInt8] {
            Array(("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: count - 1) + "\r\n").utf8)
        }
        #expect(refusal(head(64)) == nil)
        #expect(refusal(head(65)) == 431)
    }

    @Test("may have a target of so many bytes and no more")
    func targetLimit() {
        func head(_ count: Int) -> [UInt8] {
            Array("GET /\(String(repeating: "x", count: count - 1)) HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        }
        #expect(refusal(head(4096)) == nil)
        #expect(refusal(head(4097)) == 414)
        #expect(refusal(Array(head(5000)[..<4101])) == 414)
    }

    @Test("keeps within the largest limits that its positions can hold")
    func extremeLimits() {
        var limits = HTTPLimits()
        limits.maxHeadBytes = .max
        limits.maxTargetBytes = .max
        limits.maxFields = .max
        let target = Array("GET /\(String(repeating: "x", count: 70_000))".utf8)
        #expect(refusal(target, limits) == 431)
        let fields = Array(("GET / HTTP/1.1\r\n" + String(repeating: "X:\r\n", count: 300)).utf8)
        #expect(refusal(fields, limits) == 431)
        limits.maxHeadBytes = -1
        #expect(refusal(fields, limits) == 431)
    }

    @Test("is followed by the next one")
    func pipelined() {
        let bytes = Array("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var parser = RequestHeadParser()
        guard case .head(let first, let length) = bytes.withUnsafeBytes({ parser.parse($0) }),
            case .head(let second, _) = bytes[length...].withUnsafeBytes({ parser.parse($0) })
        else {
            Issue.record("two heads were expected")
            return
        }
        #expect(first.path == "/1")
        #expect(second.path == "/2")
    }

    @Test("is parsed in 16 bytes of state")
    func size() {
        #expect(MemoryLayout<RequestHeadParser>.size <= 16)
    }

    private func refusal(_ bytes: [UInt8], _ limits: HTTPLimits = HTTPLimits()) -> UInt16? {
        guard case .refused(let refusal) = parseHead(bytes, limits: limits) else { return nil }
        return refusal.status.rawValue
    }
}
