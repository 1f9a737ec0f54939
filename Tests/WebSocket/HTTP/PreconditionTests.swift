import Testing

@testable import WebSocket

private let older = "Sun, 06 Nov 1994 08:49:36 GMT"
private let same = "Sun, 06 Nov 1994 08:49:37 GMT"
private let newer = "Sun, 06 Nov 1994 08:49:38 GMT"

@Suite("A conditional request")
struct PreconditionTests {
    @Test(
        "is judged by RFC 9110 §13, for a resource tagged \"a\" and changed at :37",
        arguments: [
            ("GET", "", Precondition.holds),
            ("GET", "If-None-Match: \"a\"", .notModified), ("HEAD", "If-None-Match: \"a\"", .notModified),
            ("PUT", "If-None-Match: \"a\"", .failed), ("GET", "If-None-Match: \"b\"", .holds),
            ("GET", "If-None-Match: W/\"a\"", .notModified), ("GET", "If-None-Match: \"b\", \"a\"", .notModified),
            ("GET", "If-None-Match: \"b,\" , ,\"a\"", .notModified), ("GET", "If-None-Match: *", .notModified),
            ("PUT", "If-None-Match: *", .failed), ("GET", "If-None-Match: \"b\"\r\nIf-None-Match: \"a\"", .notModified),
            ("GET", "If-None-Match: a", .holds), ("GET", "If-None-Match: \"a", .holds),
            ("GET", "If-None-Match:", .holds),
            ("GET", "If-None-Match: \"b\"\r\nIf-Modified-Since: \(same)", .holds),
            ("GET", "If-Modified-Since: \(same)", .notModified), ("GET", "If-Modified-Since: \(newer)", .notModified),
            ("GET", "If-Modified-Since: \(older)", .holds), ("POST", "If-Modified-Since: \(same)", .holds),
            ("GET", "If-Modified-Since: yesterday", .holds),
            ("PUT", "If-Match: \"a\"", .holds), ("PUT", "If-Match: *", .holds), ("PUT", "If-Match: \"b\"", .failed),
            ("PUT", "If-Match: W/\"a\"", .failed), ("PUT", "If-Match: a", .failed),
            ("PUT", "If-Match: \"a\"\r\nIf-Unmodified-Since: \(older)", .holds),
            ("PUT", "If-Unmodified-Since: \(older)", .failed), ("PUT", "If-Unmodified-Since: \(same)", .holds),
        ])
    func rules(method: String, fields: String, expected: Precondition) throws {
        let lines = fields.isEmpty ? "" : fields + "\r\n"
        let head = try #require(requestHead("\(method) / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n"))
        let date = HTTPDate(secondsSinceEpoch: 784_111_777)
        let judged = Precondition.evaluate(head, entityTag: EntityTag("a"), lastModified: date, now: date)
        #expect(judged == expected)
    }

    @Test("matches nothing where there is no tag and no date")
    func unknown() throws {
        let head = try #require(
            requestHead("GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"a\"\r\nIf-Modified-Since: \(same)\r\n\r\n"))
        let date = HTTPDate(secondsSinceEpoch: 0)
        #expect(Precondition.evaluate(head, entityTag: nil, lastModified: nil, now: date) == .holds)
    }

    @Test("An entity tag holds no quotes, blanks or control characters", arguments: ["a\"", "a b", "a\n", "a\u{7F}"])
    func malformedTag(text: String) {
        #expect(EntityTag(text) == nil)
        #expect(EntityTag("a", isWeak: true)?.text == "W/\"a\"")
    }
}
