import Testing

@testable import WebSocket

private let moment = HTTPDate(secondsSinceEpoch: 784_111_777)

private func written(_ response: Response, _ exchange: Response.Exchange = Response.Exchange()) -> String {
    var buffer = ByteBuffer()
    response.write(into: &buffer, exchange, now: moment)
    return String(decoding: buffer.bytes, as: UTF8.self)
}

private func exchange(_ method: HTTPMethod, keepsAlive: Bool = true) -> Response.Exchange {
    var exchange = Response.Exchange()
    exchange.method = method
    exchange.keepsAlive = keepsAlive
    return exchange
}

@Suite("A response")
struct ResponseTests {
    @Test("is written with its date, length and body")
    func whole() {
        #expect(
            written(.ok("ok\n")) == """
                HTTP/1.1 200 OK\r
                Date: Sun, 06 Nov 1994 08:49:37 GMT\r
                Content-Type: text/plain; charset=utf-8\r
                Connection: close\r
                Content-Length: 3\r
                \r
                ok

                """)
    }

    @Test("to HEAD has the length and no body (RFC 9110 §9.3.2)")
    func head() {
        let text = written(.ok("ok\n"), exchange(.head))
        #expect(text.contains("Content-Length: 3\r\n"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test(
        "204 and 304 have neither length nor body (RFC 9110 §6.4.1)", arguments: [HTTPStatus.noContent, .notModified])
    func empty(status: HTTPStatus) {
        let text = written(Response(status, text: "no"), exchange(.get))
        #expect(!text.contains("Content-Length"))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test("says what becomes of the connection (RFC 9112 §9.3)")
    func connection() {
        #expect(!written(.ok(""), exchange(.get)).contains("Connection"))
        #expect(written(.ok(""), exchange(.get, keepsAlive: false)).contains("Connection: close\r\n"))
        var old = exchange(.get)
        old.version = .http10
        #expect(written(.ok(""), old).contains("Connection: keep-alive\r\n"))
        #expect(written(ServerUpgrade.upgradeRequired, exchange(.get)).contains("Connection: Upgrade\r\n"))
        #expect(written(ServerUpgrade.upgradeRequired).contains("Connection: Upgrade, close\r\n"))
    }

    @Test(
        "cannot be split by a field's value", arguments: ["a\r\nX: y", "a\nb", "a\rb", "a\u{0}", " a", "a\t", "\u{7F}"])
    func splitting(value: String) {
        var response = Response(.seeOther)
        #expect(throws: InvalidFieldValue(name: "Location")) { try response.set("Location", checking: value) }
        #expect(response.fields.isEmpty)
    }

    @Test("has each field once")
    func replaced() throws {
        var response = Response(.seeOther)
        try response.set("Location", checking: "/a")
        try response.set("Location", checking: "/ä")
        response.set("Allow", "GET")
        #expect(response.first("Location") == "/ä")
        #expect(response.fields.count == 2)
    }

    @Test("to a refused request gives the reason")
    func refusal() {
        let response = Response(HTTPRefusal(.targetTooLong, "Too long."))
        #expect(response.status == .targetTooLong)
        #expect(response.body == Array("Too long.\n".utf8))
    }

    @Test("has three digits and a phrase")
    func status() {
        #expect(written(Response(HTTPStatus(rawValue: 7))).hasPrefix("HTTP/1.1 100 \r\n"))
        #expect(written(Response(HTTPStatus(rawValue: 599))).hasPrefix("HTTP/1.1 599 \r\n"))
        #expect(written(Response(.upgradeRequired)).hasPrefix("HTTP/1.1 426 Upgrade Required\r\n"))
    }
}

@Suite("A date")
struct HTTPDateTests {
    @Test(
        "is written as IMF-fixdate (RFC 9110 §5.6.7)",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (-1, "Wed, 31 Dec 1969 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_399, "Sun, 28 Feb 2100 23:59:59 GMT"), (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (Int.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int.min, "Mon, 01 Jan 0001 00:00:00 GMT"),
        ])
    func text(seconds: Int, expected: String) {
        #expect(HTTPDate(secondsSinceEpoch: seconds).text == expected)
    }

    @Test(
        "is read in all three forms (RFC 9110 §5.6.7)",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Wed Nov 16 08:49:37 1994", 784_975_777),
            ("Sun, 06 Nov 1994 23:59:60 GMT", 784_166_400), ("Friday, 01-Jan-70 00:00:00 GMT", 3_155_760_000),
            ("Friday, 01-Jan-76 00:00:00 GMT", 189_302_400),
        ])
    func parsed(text: String, expected: Int) {
        let now = HTTPDate(secondsSinceEpoch: 1_750_000_000)  // 2025
        #expect(HTTPDate(parsing: text, now: now)?.secondsSinceEpoch == expected)
    }

    @Test(
        "is not read from anything else",
        arguments: [
            "", "Sun", "Sun, ", "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 GMT ",
            "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 29 Feb 2100 08:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT", "784111777", "Sun, ٠٦ Nov 1994 08:49:37 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 1994", "Sunday, 06-Nov-1994 08:49:37 GMT",
        ])
    func malformed(text: String) {
        #expect(HTTPDate(parsing: text, now: moment) == nil)
    }

    @Test("survives writing and reading on every day of 800 years")
    func roundTrip() {
        for day in stride(from: -130_000, to: 165_000, by: 13) {
            let date = HTTPDate(secondsSinceEpoch: day * 86_400 + 12_345)
            #expect(HTTPDate(parsing: date.text, now: moment) == date)
        }
    }
}
