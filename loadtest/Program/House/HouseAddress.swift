import CLinux
import Reactor

/// Where the house is that gets the load. Plain HTTP at a numeric address: the client role of the Reactor has neither
/// names nor TLS, and a load is sent to a machine of one's own.
struct HouseAddress: Sendable {
    let host: String
    let port: UInt16

    init?(_ url: String) {
        guard url.hasPrefix("http://") else { return nil }
        let rest = url.dropFirst("http://".count)
        let authority = rest.last == "/" ? rest.dropLast() : rest
        guard let colon = authority.lastIndex(of: ":"), let port = UInt16(authority[authority.index(after: colon)...])
        else { return nil }
        let name = authority[..<colon]
        let host = name == "localhost" ? "127.0.0.1" : name.filter { $0 != "[" && $0 != "]" }
        var address = clinux_address()
        guard clinux_parse_address(host, port, &address) == 0 else { return nil }
        self.host = host
        self.port = port
    }

    var authority: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    var isLoopback: Bool { host.hasPrefix("127.") }

    /// For the sockets.
    func listenAddress() throws -> ListenAddress { try ListenAddress(authority, isTLS: false) }

    func socketAddress() -> clinux_address {
        var address = clinux_address()
        _ = clinux_parse_address(host, port, &address)
        return address
    }
}
