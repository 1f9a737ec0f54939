import Testing

@testable import HTTPClient

@Suite struct HTTPAddressTests {
    @Test(arguments: [
        ("https://api.example.com/a?b=c#d", true, "api.example.com", 443, "https://api.example.com/a?b=c"),
        ("http://API.example.com:8080", false, "api.example.com", 8080, "http://api.example.com:8080/"),
        ("HTTPS://x.example:443/", true, "x.example", 443, "https://x.example:443/"),
        ("http://[::1]:9/x", false, "::1", 9, "http://[::1]:9/x"),
        ("http://127.1/", false, "127.0.0.1", 80, "http://127.0.0.1/"),
        ("http://0x7f.0.0.1/", false, "127.0.0.1", 80, "http://127.0.0.1/"),
        ("http://2130706433/", false, "127.0.0.1", 80, "http://127.0.0.1/"),
        ("http://017700000001/", false, "127.0.0.1", 80, "http://127.0.0.1/"),
    ])
    func `an address is read as libcurl will`(
        text: String, isTLS: Bool, host: String, port: UInt16, written: String
    ) throws {
        let address = try HTTPAddress(text)
        #expect(address.isTLS == isTLS && address.host == host && address.port == port)
        #expect(address.text.lowercased() == written)
    }

    @Test(arguments: [
        "", "x", "example.com", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://x/",
        "smtp://x/",
        "http://", "https:///path", "http:/example.com/", "http:example.com", "http:////x/", "http://:80/",
        "http://x:0/", "http://x:65536/", "http://x:-1/", "http://x:a/",
        "http://user@example.com/", "http://user:password@example.com/", "http://a@b@c/", "http://exa mple.com/",
        "http://example.com/\r\nX: y", "http://example.com/\0", "http://exämple.com/", "http://example.com\\@evil/",
        "http://[::1", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[zz]/", "javascript:alert(1)",
        "http://a%00b/", "http://a%0d%0ab/", "http://a%20b/", "http://x/" + String(repeating: "a", count: 8192),
    ])
    func `what is none, or hides something, is refused`(text: String) {
        #expect { try HTTPAddress(text) } throws: { ($0 as? HTTPFailure)?.code == .badRequest }
    }
}
