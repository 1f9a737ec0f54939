import Testing

@testable import Gateway
@testable import Reactor

@Suite struct PublicURLTests {
    @Test(arguments: [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "ws://127.0.0.1:8080"),
        ("https://Chat.Example.org/", "https://chat.example.org", "wss://chat.example.org"),
        ("HTTPS://chat.example.org:443", "https://chat.example.org", "wss://chat.example.org"),
        ("http://chat.example.org:80", "http://chat.example.org", "ws://chat.example.org"),
        ("https://chat.example.org:8443", "https://chat.example.org:8443", "wss://chat.example.org:8443"),
        ("http://[::1]:9000", "http://[::1]:9000", "ws://[::1]:9000"),
        ("http://[::1]", "http://[::1]", "ws://[::1]"),
    ])
    func `an address is brought into the form of an origin`(text: String, origin: String, socket: String) throws {
        let url = try PublicURL(text)
        #expect(url.origin == origin && url.socketOrigin == socket)
        #expect(url.page("/chat/x") == origin + "/chat/x")
    }

    @Test(arguments: [
        "", "chat.example.org", "//chat.example.org", "ftp://chat.example.org", "http://", "https:///", "http://a:0",
        "http://a:65536", "http://a:", "http://a:+1", "http://a:8 0", "http://a/b", "http://a?b", "http://a#b",
        "http://u@a", "http://a b", "http://a;script-src *", "http://a\r\nX: y", "http://é.example", "http://[::1",
        "http://::1", "http://a'b", "http://a\"b", "http://a<b", "http://*.example.org",
    ])
    func `what is none is refused in words`(text: String) {
        let error = #expect(throws: StartError.self) { try PublicURL(text) }
        #expect(error?.description.contains("--public-url") == true)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", false, "http://127.0.0.1:8080"), ("0.0.0.0:8080", false, "http://127.0.0.1:8080"),
        ("[::]:8080", false, "http://127.0.0.1:8080"), ("[::1]:443", true, "https://[::1]"),
        ("192.0.2.7:80", false, "http://192.0.2.7"),
    ])
    func `without one it is where the house listens`(address: String, isTLS: Bool, origin: String) throws {
        let listening = try ListenAddress(address, isTLS: isTLS)
        #expect(PublicURL(listeningOn: [listening]).origin == origin)
    }

    @Test(arguments: [
        ("http://127.0.0.1:1", true, "http://localhost:1"), ("https://localhost", true, "https://127.0.0.1"),
        ("http://chat.example.org", false, nil), ("https://chat.example.org", true, nil),
        ("http://192.0.2.7", false, nil), ("http://[::1]", true, nil),
    ])
    func `browsers keep cookies over TLS and from their own machine`(
        text: String, keeps: Bool, otherSite: String?
    ) throws {
        let url = try PublicURL(text)
        #expect(url.keepsCookies == keeps && url.otherSite?.origin == otherSite)
    }
}
