import Testing

@testable import Gateway

@Suite struct OwnOriginTests {
    private let own: OwnOrigin

    init() throws {
        own = OwnOrigin(try PublicURL("https://chat.example.org"))
    }

    @Test(arguments: [
        ("Host: chat.example.org", "https://chat.example.org", true),
        ("Host: 10.0.0.5:8080", "https://chat.example.org", true),
        ("Host: 10.0.0.5:8080", "http://10.0.0.5:8080", true),
        ("Host: chat.example.org", "http://chat.example.org", true),
        ("Host: chat.example.org:443", "https://CHAT.example.org", true),
        ("Host: 10.0.0.5:8080", "http://10.0.0.5", false),
        ("Host: chat.example.org", "https://chat.example.org.evil.example", false),
        ("Host: chat.example.org", "https://evil.example", false),
        ("Host: chat.example.org", "https://example.org", false),
        ("Host: chat.example.org", "null", false),
        ("Host: chat.example.org", "", false),
        ("Host: chat.example.org", "chat.example.org", false),
        ("Host: chat.example.org", "https://chat.example.org/", false),
    ])
    func `only pages of this house count`(host: String, origin: String, isOwn: Bool) throws {
        #expect(own.allows(try request("POST", "/", host: host, "Origin: \(origin)\r\n")) == isOwn)
    }

    @Test(arguments: [
        ("", true), ("Sec-Fetch-Site: same-origin\r\n", true), ("Sec-Fetch-Site: none\r\n", true),
        ("Sec-Fetch-Site: same-site\r\n", false), ("Sec-Fetch-Site: cross-site\r\n", false),
        ("Origin: https://chat.example.org\r\nOrigin: https://chat.example.org\r\n", false),
    ])
    func `who names no origin is no browser, or says where it comes from`(fields: String, isOwn: Bool) throws {
        #expect(own.allows(try request("POST", "/", host: "Host: a", fields)) == isOwn)
    }
}
