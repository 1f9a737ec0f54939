/// Whether a WebSocket is opened by the page that we serve ourselves (RFC 6455 §10.2: a browser lets any page try).
///
/// Host and port decide, not the scheme: behind a proxy that ends TLS, the page's is `https` while ours is `http`.
enum SameOrigin {
    private static let schemes = [(prefix: "http://", port: ":80"), (prefix: "https://", port: ":443")]

    /// `origin` is the Origin field, nil for what is not a browser; `authority` is what the request asked for.
    static func allows(origin: String?, authority: String?) -> Bool {
        guard let origin = origin?.lowercased() else { return true }
        guard let authority = authority?.lowercased() else { return false }
        return schemes.contains { scheme in
            // An Origin leaves out the port that its scheme has by itself (RFC 6454 §6.2); a Host may name it.
            let host = authority.hasSuffix(scheme.port) ? authority.dropLast(scheme.port.count) : authority[...]
            return origin.hasPrefix(scheme.prefix) && origin.dropFirst(scheme.prefix.count) == host
        }
    }
}
