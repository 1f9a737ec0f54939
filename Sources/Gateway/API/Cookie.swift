import WebSocket

/// A cookie that holds a session's token, or a browser's mark. Scripts cannot read it, and it travels encrypted or not at
/// all: browsers count their own machine as safe.
struct SessionCookie: Sendable {
    enum Reach: Sendable {
        /// Also in a frame of another site, but a separate one for each site around it (CHIPS): a clinic's page cannot
        /// learn of a visit to another one's.
        case embedded
        /// On our own pages only.
        case ownSite

        fileprivate var attributes: String {
            switch self {
            case .embedded: "SameSite=None; Partitioned"
            case .ownSite: "SameSite=Strict"
            }
        }
    }

    let name: String
    private let reach: Reach
    private let maxAgeSeconds: Int64

    /// Behind https the name says that no other host has set it (RFC 6265bis §4.1.3.2); over http browsers refuse that.
    init(_ name: String, _ reach: Reach, lasts: Duration, at publicURL: PublicURL) {
        self.name = (publicURL.isSecure ? "__Host-" : "") + name
        self.reach = reach
        maxAgeSeconds = lasts.components.seconds
    }

    /// `value` is one of our own: letters, digits, `-` and `_`.
    func set(_ value: String, on response: inout Response) throws {
        try response.add("Set-Cookie", checking: "\(name)=\(value); Max-Age=\(maxAgeSeconds); \(rules)")
    }

    func clear(on response: inout Response) throws {
        try response.add("Set-Cookie", checking: "\(name)=; Max-Age=0; \(rules)")
    }

    private var rules: String { "Path=/; Secure; HttpOnly; \(reach.attributes)" }

    /// RFC 6265 §5.4; of several with one name the first is the one with the longest path, and ours all have the same.
    func value(in head: RequestHead) -> String? {
        for field in head.fields.values(of: "cookie") {
            for pair in field.split(separator: ";") {
                let pair = pair.drop(while: { $0 == " " })
                guard let equals = pair.firstIndex(of: "="), pair[..<equals] == name else { continue }
                return String(pair[pair.index(after: equals)...])
            }
        }
        return nil
    }
}
