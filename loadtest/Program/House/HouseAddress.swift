import CLinux
import Reactor

/// Where the house is that gets the load: at a numeric address, since the client role of the Reactor has no names, and a
/// load is sent to a machine of one's own.
struct HouseAddress: Sendable {
    let host: String
    let port: UInt16
    let isTLS: Bool
    /// A PEM file of certificates to which the node's must lead; nil: what the system trusts.
    var authorities: String?

    init?(_ url: String) {
        let isTLS = url.hasPrefix("https://")
        guard isTLS || url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst(isTLS ? "https://".count : "http://".count)
        let authority = rest.last == "/" ? rest.dropLast() : rest
        guard let colon = authority.lastIndex(of: ":"), let port = UInt16(authority[authority.index(after: colon)...])
        else { return nil }
        let name = authority[..<colon]
        let host = name == "localhost" ? "127.0.0.1" : name.filter { $0 != "[" && $0 != "]" }
        var address = clinux_address()
        guard clinux_parse_address(host, port, &address) == 0 else { return nil }
        self.host = host
        self.port = port
        self.isTLS = isTLS
    }

    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    var url: String { "\(isTLS ? "https" : "http")://\(authority)" }
    var isLoopback: Bool { host.hasPrefix("127.") }
}

/// Where a node's sockets are, and how they are secured.
struct SocketAddress: Sendable {
    let address: ListenAddress
    let security: TLSPeer?

    init(_ house: HouseAddress) throws {
        address = try ListenAddress(house.authority, isTLS: house.isTLS)
        security = house.isTLS ? (try TLSContext(trusting: house.authorities, resuming: true), house.host) : nil
    }
}
