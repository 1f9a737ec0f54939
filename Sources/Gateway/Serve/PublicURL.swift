package import Reactor

/// Where browsers reach the house: the origin (RFC 6454 §4) that every link, QR code and cookie rule is made of.
package struct PublicURL: Sendable, Hashable, CustomStringConvertible {
    /// Behind TLS, ours or that of a proxy before us.
    package let isSecure: Bool
    package let host: String
    /// Nil where it is the scheme's own.
    private let port: UInt16?

    /// `text` is `http://host`, `https://host:port` or the like. Throws `StartError` for all else: a path, for example,
    /// would have to be in front of every address of ours.
    package init(_ text: String) throws(StartError) {
        let wrong = StartError(
            "--public-url '\(text)' is not an address such as https://chat.example.org or http://127.0.0.1:8080: "
                + "a scheme, a host and, where it is an unusual one, a port; no path.")
        let lowered = text.lowercased()
        let isSecure = lowered.hasPrefix("https://")
        guard isSecure || lowered.hasPrefix("http://") else { throw wrong }
        var rest = lowered.dropFirst(isSecure ? 8 : 7)
        if rest.hasSuffix("/") { rest = rest.dropLast() }
        var port: UInt16?
        // An IPv6 address has colons of its own, in brackets.
        if let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") {
            let digits = rest[rest.index(after: colon)...]
            guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(digits), number > 0 else {
                throw wrong
            }
            port = number
            rest = rest[..<colon]
        }
        guard Self.isHost(rest) else { throw wrong }
        self.init(isSecure: isSecure, host: String(rest), port: port)
    }

    /// Where a house without `--public-url` is reached: at its first address, and on this machine if it listens on all.
    package init(listeningOn addresses: [ListenAddress]) {
        let first = addresses.first
        let host =
            switch first?.host {
            case nil, "0.0.0.0", "::": "127.0.0.1"
            case .some(let host) where host.contains(":"): "[\(host)]"
            case .some(let host): host
            }
        self.init(isSecure: first?.isTLS == true, host: host, port: first?.port)
    }

    private init(isSecure: Bool, host: String, port: UInt16?) {
        self.isSecure = isSecure
        self.host = host
        // An origin leaves out the port that its scheme has by itself (RFC 6454 §6.2).
        self.port = port == (isSecure ? 443 : 80) ? nil : port
    }

    /// Nothing that would mean something in a header, in a policy or in HTML.
    private static func isHost(_ text: Substring) -> Bool {
        let isAddress = text.hasPrefix("[") && text.hasSuffix("]")
        let name = isAddress ? text.dropFirst().dropLast() : text
        return !name.isEmpty && name.utf8.count <= 253
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                case UInt8(ascii: ":"): isAddress
                default: false
                }
            }
    }

    private var authority: String { host + (port.map { ":\($0)" } ?? "") }

    package var origin: String { (isSecure ? "https://" : "http://") + authority }
    /// For a page's `connect-src`: older browsers do not count a WebSocket as `'self'`.
    package var socketOrigin: String { (isSecure ? "wss://" : "ws://") + authority }
    package var description: String { origin }

    /// `path` begins with a slash and holds nothing that must be escaped.
    package func page(_ path: String) -> String { origin + path }

    /// Browsers keep a `Secure` cookie from here: over TLS, or from their own machine.
    package var keepsCookies: Bool { isSecure || isLoopback }

    package var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.hasPrefix("127.") }

    /// The same house under another name of this machine, which for a browser is another site; nil if it has none.
    package var otherSite: PublicURL? {
        switch host {
        case "127.0.0.1": PublicURL(isSecure: isSecure, host: "localhost", port: port)
        case "localhost": PublicURL(isSecure: isSecure, host: "127.0.0.1", port: port)
        default: nil
        }
    }
}
