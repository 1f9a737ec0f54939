import CLinux
import Glibc

/// A listening socket of one loop. With SO_REUSEPORT every loop has its own and the kernel spreads the connections.
struct Listener {
    let descriptor: Int32
    /// The certificate for connections from now on; `nil` on a plain listener.
    var tls: TLSContext?
    /// Not watched until then: the table of descriptors is full, or too many handshakes are under way.
    var restsUntil: Tick?

    init(descriptor: Int32, tls: TLSContext?) {
        self.descriptor = descriptor
        self.tls = tls
    }

    func close() { _ = Glibc.close(descriptor) }
}

/// Where to listen.
package struct ListenAddress: Sendable {
    let address: clinux_address
    package let host: String
    package let port: UInt16
    package let isTLS: Bool

    /// `text` is `ADDRESS:PORT`, an IPv6 address in brackets; port 0 lets the kernel pick one.
    package init(_ text: String, isTLS: Bool) throws(ReactorError) {
        let (host, port) = try Self.split(text)
        var address = clinux_address()
        guard clinux_parse_address(host, port, &address) == 0 else {
            throw ReactorError(
                .address, "'\(text)' is not ADDRESS:PORT; give a numeric address, such as 127.0.0.1:9001 or [::1]:9001")
        }
        self.address = address
        self.host = host
        self.port = port
        self.isTLS = isTLS
    }

    /// A numeric address without its port, an IPv6 one without brackets; `nil` for a name.
    init?(numericHost host: String, port: UInt16) {
        var address = clinux_address()
        guard clinux_parse_address(host, port, &address) == 0 else { return nil }
        self.address = address
        self.host = host
        self.port = port
        isTLS = false
    }

    private static func split(_ text: String) throws(ReactorError) -> (host: String, port: UInt16) {
        let wrong = ReactorError(
            .address, "'\(text)' is not ADDRESS:PORT, such as 127.0.0.1:9001, or [::1]:9001 for IPv6")
        guard let colon = text.lastIndex(of: ":") else { throw wrong }
        let digits = text[text.index(after: colon)...]
        // Digits only: `UInt16` would take a sign, too.
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else { throw wrong }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw wrong
        }
        return (String(host), port)
    }

    /// Whether only this machine reaches it (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// The same host with another port.
    init(_ other: ListenAddress, port: UInt16) {
        var address = other.address
        address.port = port
        self.address = address
        self.host = other.host
        self.port = port
        self.isTLS = other.isTLS
    }

    package var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Seconds the kernel keeps a connection back while it has sent nothing. After that it is handed over all the same
    /// and our own handshake timeout applies.
    private static let deferSeconds: Int32 = 1
    private static let backlog: Int32 = 4096

    /// With SO_REUSEPORT a second server would share the port of a first one without noticing; so ask without it.
    package func checkFree() throws(ReactorError) {
        var address = address
        let descriptor = clinux_listen(&address, 1, 0, false)
        guard descriptor >= 0 else { throw ReactorError(.listen, "cannot listen on \(description)", errno) }
        Glibc.close(descriptor)
    }

    func listen() throws(ReactorError) -> Int32 {
        var address = address
        let descriptor = clinux_listen(&address, Self.backlog, Self.deferSeconds, true)
        guard descriptor >= 0 else { throw ReactorError(.listen, "cannot listen on \(description)", errno) }
        return descriptor
    }
}
