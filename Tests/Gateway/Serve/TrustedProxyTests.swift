import Reactor
import Testing
import WebSocket

@testable import Gateway

@Suite struct TrustedProxyTests {
    private static let clients: [(networks: [String], peer: String, forwarded: [String], client: String)] = [
        ([], "10.0.0.1", ["203.0.113.7"], "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", [], "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        // A stranger's own words count for nothing.
        (["10.0.0.0/8"], "198.51.100.1", ["203.0.113.7"], "198.51.100.1"),
        // What a client has written stands before what the proxy has added.
        (["10.0.0.0/8"], "10.0.0.1", ["1.2.3.4, 203.0.113.7"], "203.0.113.7"),
        (["10.0.0.0/8"], "10.0.0.1", ["1.2.3.4", "203.0.113.7"], "203.0.113.7"),
        (["10.0.0.0/8"], "10.0.0.1", ["10.9.9.9, 203.0.113.7 ,\t10.1.1.1"], "203.0.113.7"),
        (["10.0.0.0/8"], "10.0.0.1", ["10.9.9.9, 10.1.1.1"], "10.9.9.9"),
        (["10.0.0.0/8", "192.0.2.1"], "192.0.2.1", ["2001:db8::7, 10.0.0.1"], "2001:db8::7"),
        (["2001:db8::/32"], "2001:db8::1", ["::ffff:203.0.113.7"], "203.0.113.7"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", ["203.0.113.7"], "203.0.113.7"),
        // What is no address: the last proxy that is known.
        (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.7, unknown"], "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.7, _hidden, 10.2.2.2"], "10.2.2.2"),
        (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.7:4711"], "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.7,"], "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", ["203.0.113.07"], "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", ["fe80::1%eth0"], "10.0.0.1"),
    ]

    @Test(arguments: clients)
    func `the client is the last one whom no trusted proxy has written down`(
        networks: [String], peer: String, forwarded: [String], client: String
    ) throws {
        let fields = forwarded.map { "X-Forwarded-For: \($0)\r\n" }.joined()
        let proxies = try TrustedProxies(networks)
        let found = proxies.client(of: try request("GET", "/", fields), from: try #require(PeerAddress(peer)))
        #expect(found == PeerAddress(client))
    }

    @Test(arguments: [
        "", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0/8", "::/129", "::1/64",
        "proxy.example", "0.0.0.0/0", "0.0.0.0/00", "10.0.0.0/08", "::/0", "10.0.0.0/8 ", "10.0.0.0/-1",
        "10.0.0.0/0008",
    ])
    func `what is no network is refused`(network: String) {
        #expect(throws: StartError.self) { try TrustedProxies([network]) }
    }

    @Test(arguments: [
        ("10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::a00:0"]),
        ("192.0.2.4/30", ["192.0.2.4", "192.0.2.7"], ["192.0.2.3", "192.0.2.8"]),
        ("127.0.0.1", ["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2"]),
        ("2001:db8::/65", ["2001:db8::7fff:ffff:ffff:ffff"], ["2001:db8::8000:0:0:0", "10.0.0.1"]),
        ("2001:db8::/64", ["2001:db8::ffff:ffff:ffff:ffff"], ["2001:db8:0:1::"]),
        ("::1", ["::1"], ["::2", "::"]),
    ])
    func `a network holds its addresses, and no other`(network: String, inside: [String], outside: [String]) throws {
        let range = try #require(AddressRange(network))
        #expect(try inside.allSatisfy { range.contains(try #require(PeerAddress($0))) })
        #expect(try !outside.contains { range.contains(try #require(PeerAddress($0))) })
    }

    @Test func `a handler is told the client behind the proxy`() async throws {
        let routes = Routes { Route(.get, "/who") { .ok($0.peer?.description ?? "nobody") } }
        for (networks, client) in [(["127.0.0.0/8"], "203.0.113.7"), ([], "127.0.0.1")] {
            try await withFrontDesk(routes, behind: networks) { connect in
                let answer = try connect().ask("GET", "/who", "X-Forwarded-For: 198.51.100.1, 203.0.113.7\r\n")
                #expect(answer.body == client)
            }
        }
    }

    @Test func `a proxy's connections are not limited by its address`() throws {
        let proxy = try #require(AddressRange("10.0.0.1"))
        let table = AddressTable(maxConnections: 1, maxHandshakes: 1, exempt: [proxy])
        let (trusted, other) = (try #require(PeerAddress("10.0.0.1")), try #require(PeerAddress("10.0.0.2")))
        for _ in 0..<5 { #expect(table.admit(trusted) == .admitted) }
        #expect(table.admit(other) == .admitted && table.admit(other) == .tooManyConnections)
        table.handshakeEnded(trusted)
        table.connectionEnded(trusted, inHandshake: false)
        #expect(table.addressCount == 1)
    }
}
