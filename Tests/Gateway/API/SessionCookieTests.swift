import Testing
import WebSocket

@testable import Gateway

@Suite struct SessionCookieTests {
    private func cookie(_ origin: String, _ reach: SessionCookie.Reach) throws -> SessionCookie {
        SessionCookie("foyer_x", reach, lasts: .seconds(60), at: try PublicURL(origin))
    }

    @Test(arguments: [
        ("http://127.0.0.1", SessionCookie.Reach.embedded, "foyer_x=t; Max-Age=60; ", "; SameSite=None; Partitioned"),
        ("https://a.example", .embedded, "__Host-foyer_x=t; Max-Age=60; ", "; SameSite=None; Partitioned"),
        ("https://a.example", .ownSite, "__Host-foyer_x=t; Max-Age=60; ", "; SameSite=Strict"),
    ])
    func `a cookie says where it travels`(
        origin: String, reach: SessionCookie.Reach, start: String, end: String
    ) throws {
        let cookie = try cookie(origin, reach)
        var response = Response(.ok)
        try cookie.set("t", on: &response)
        #expect(response.first("Set-Cookie") == start + "Path=/; Secure; HttpOnly" + end)
        var cleared = Response(.ok)
        try cookie.clear(on: &cleared)
        #expect(cleared.first("Set-Cookie")?.hasPrefix(cookie.name + "=; Max-Age=0; Path=/; Secure") == true)
    }

    @Test(arguments: [
        ("foyer_x=abc", "abc"), ("a=b; foyer_x=abc; c=d", "abc"), ("a=b;foyer_x=abc", "abc"), ("foyer_x=", ""),
        ("foyer_x=a=b", "a=b"), ("foyer_x=one; foyer_x=two", "one"), ("", nil), (";;;=;", nil), ("foyer_x", nil),
        ("Foyer_x=abc", nil), ("xfoyer_x=abc", nil), ("__Host-foyer_x=abc", nil),
    ])
    func `a cookie is found among others`(field: String, value: String?) throws {
        let head = try request("GET", "/", "Cookie: \(field)\r\n")
        #expect(try cookie("http://127.0.0.1", .embedded).value(in: head) == value)
    }

    @Test func `cookies in two fields are all looked at`() throws {
        let head = try request("GET", "/", "Cookie: a=b\r\nCookie: foyer_x=abc\r\n")
        #expect(try cookie("http://127.0.0.1", .embedded).value(in: head) == "abc")
    }
}
