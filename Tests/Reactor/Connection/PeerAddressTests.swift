import CLinux
import Testing

@testable import Reactor

extension PeerAddress {
    fileprivate init(text: String) throws {
        var address = clinux_address()
        try #require(clinux_parse_address(text, 80, &address) == 0, "'\(text)' is no address")
        self.init(address)
    }
}

@Suite("The address of a peer")
struct PeerAddressTests {
    @Test(
        "reads as people write it",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("255.255.255.255", "255.255.255.255", true),
            ("::1", "::1", false), ("2001:db8:0:0:0:0:0:7", "2001:db8::7", false), ("::", "::", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true),
        ])
    func text(_ given: String, expected: String, isIPv4: Bool) throws {
        let address = try PeerAddress(text: given)
        #expect(address.description == expected)
        #expect(address.isIPv4 == isIPv4)
    }

    @Test(
        "limits count an IPv4 address by itself, and an IPv6 address with its /64",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ])
    func limitKeys(_ one: String, _ other: String, same: Bool) throws {
        #expect(try (PeerAddress(text: one).limitKey == PeerAddress(text: other).limitKey) == same)
    }
}

@Suite("The table of addresses")
struct AddressTableTests {
    @Test("admits so many connections of one address, and others go on")
    func connections() throws {
        let table = AddressTable(maxConnections: 2, maxHandshakes: 0)
        let (one, other) = try (PeerAddress(text: "192.0.2.1"), PeerAddress(text: "192.0.2.2"))
        #expect(table.admit(one) == .admitted)
        #expect(table.admit(one) == .admitted)
        #expect(table.admit(one) == .tooManyConnections)
        #expect(table.admit(other) == .admitted)
        table.connectionEnded(one, inHandshake: true)
        #expect(table.admit(one) == .admitted)
    }

    @Test("admits so many unfinished handshakes of one address")
    func handshakes() throws {
        let table = AddressTable(maxConnections: 0, maxHandshakes: 1)
        let one = try PeerAddress(text: "192.0.2.1")
        #expect(table.admit(one) == .admitted)
        #expect(table.admit(one) == .tooManyHandshakes)
        table.handshakeEnded(one)
        #expect(table.admit(one) == .admitted)
        table.connectionEnded(one, inHandshake: true)
        #expect(table.admit(one) == .admitted)
        table.connectionEnded(one, inHandshake: false)
        #expect(table.admit(one) == .tooManyHandshakes, "the one that ended had finished its handshake")
    }

    @Test("counts an IPv6 /64 as one")
    func network() throws {
        let table = AddressTable(maxConnections: 2, maxHandshakes: 0)
        #expect(table.admit(try PeerAddress(text: "2001:db8::1")) == .admitted)
        #expect(table.admit(try PeerAddress(text: "2001:db8::2")) == .admitted)
        #expect(table.admit(try PeerAddress(text: "2001:db8::3")) == .tooManyConnections)
        #expect(table.admit(try PeerAddress(text: "2001:db8:0:1::3")) == .admitted)
    }

    @Test("without limits it counts nothing and admits everybody")
    func unlimited() throws {
        let table = AddressTable(maxConnections: 0, maxHandshakes: 0)
        let one = try PeerAddress(text: "192.0.2.1")
        for _ in 0..<1000 { #expect(table.admit(one) == .admitted) }
        table.handshakeEnded(one)
        table.connectionEnded(one, inHandshake: false)
        #expect(table.isUnlimited && table.addressCount == 0)
    }

    @Test("forgets an address when its last connection ends")
    func returnsToNothing() throws {
        let table = AddressTable(maxConnections: 100, maxHandshakes: 100)
        let addresses = try (0..<50).map { try PeerAddress(text: "192.0.2.\($0)") }
        for address in addresses {
            #expect(table.admit(address) == .admitted)
            #expect(table.admit(address) == .admitted)
        }
        #expect(table.addressCount == 50)
        for address in addresses {
            table.handshakeEnded(address)
            table.connectionEnded(address, inHandshake: false)
        }
        #expect(table.addressCount == 50)
        for address in addresses { table.connectionEnded(address, inHandshake: true) }
        #expect(table.addressCount == 0)
        table.connectionEnded(try PeerAddress(text: "198.51.100.1"), inHandshake: true)
        #expect(table.addressCount == 0, "an unknown address is no harm")
    }
}
