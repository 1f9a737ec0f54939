import Testing

@testable import Reactor

@Suite("An address to listen on")
struct ListenAddressTests {
    @Test(
        "is numeric, with a port",
        arguments: [
            ("127.0.0.1:9001", "127.0.0.1", 9001), ("0.0.0.0:0", "0.0.0.0", 0), ("[::1]:65535", "::1", 65535),
            ("[::]:80", "::", 80), ("[2001:db8::1]:443", "2001:db8::1", 443),
        ])
    func good(_ text: String, host: String, port: UInt16) throws {
        let address = try ListenAddress(text, isTLS: true)
        #expect(address.host == host && address.port == port && address.isTLS)
        #expect(address.description == text, "reads as it was written")
    }

    @Test(
        "anything else is refused with words that repeat it and say what is expected",
        arguments: [
            "", ":", "9001", ":9001", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+80",
            "127.0.0.1: 80", "127.0.0.1:http", "localhost:9001", "256.0.0.1:80", "127.1:80", "::1:9001", "[::1:9001",
            "::1]:9001", "[::1]", "[]:80", "[127.0.0.1]x:80", "[gg::1]:80",
        ])
    func bad(_ text: String) throws {
        let error = try #require(throws: ReactorError.self) { _ = try ListenAddress(text, isTLS: false) }
        #expect(error.code == .address)
        #expect(error.message.contains("'\(text)'") && error.message.contains("127.0.0.1:9001"))
    }

    @Test("that is taken is refused by name, although loops of one server share theirs")
    func taken() throws {
        try withServer(Script(), { $0.loops = 2 }) { server in
            var configuration = LoopGroupConfiguration()
            configuration.listen = [
                try ListenAddress("127.0.0.1:0", isTLS: false), server.group.addresses[0],
            ]
            let wanted = configuration
            let error = try #require(throws: ReactorError.self) {
                _ = try LoopGroup(wanted) { _, _ in TestApp(Script(), Journal()) }
            }
            #expect(error.code == .listen && error.description.contains("127.0.0.1:\(server.port)"))
        }
    }
}
