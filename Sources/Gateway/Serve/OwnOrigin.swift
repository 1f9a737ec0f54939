package import WebSocket

/// Whether a request comes from a page of ours. A browser sends its cookies with whatever any page asks of us, so that
/// what changes something is done for our own pages only.
package struct OwnOrigin: Sendable {
    private let publicURL: PublicURL

    package init(_ publicURL: PublicURL) {
        self.publicURL = publicURL
    }

    /// A browser names the page's origin with every POST and every WebSocket (Fetch §3.1, RFC 6455 §4.1). Who names
    /// none is no browser, and holds no cookies but its own.
    package func allows(_ head: RequestHead) -> Bool {
        guard head.fields.count(of: "origin") <= 1 else { return false }  // RFC 6454 §7.3
        guard let origin = head.fields.first("origin") else { return !isFromElsewhere(head) }
        return allows(origin: origin, authority: head.authority)
    }

    package func allows(origin: String?, authority: String?) -> Bool {
        origin?.lowercased() == publicURL.origin || SameOrigin.allows(origin: origin, authority: authority)
    }

    /// What a browser says that leaves the origin out (Fetch Metadata §2.3).
    private func isFromElsewhere(_ head: RequestHead) -> Bool {
        guard let site = head.fields.first("sec-fetch-site") else { return false }
        return site != "same-origin" && site != "none"
    }
}
