import WebSocket

/// What a browser may do with our answers. On all of them, because an answer that is no page today may be read as one
/// tomorrow; a kind of page that needs more says so itself.
struct PageSecurity: Sendable {
    private let publicURL: PublicURL

    init(_ publicURL: PublicURL) {
        self.publicURL = publicURL
    }

    /// Who may show a page in a frame, beside our own origin: origins that were checked when they were set.
    enum Embedding: Sendable, Equatable {
        case nobody
        case ourselves(and: [String])

        fileprivate var sources: String {
            switch self {
            case .nobody: "'none'"
            case .ourselves(let origins): (["'self'"] + origins).joined(separator: " ")
            }
        }
    }

    /// A page of the product: it runs and shows what came from its own origin, and talks to that origin.
    func page(_ response: Response, embedding: Embedding) throws -> Response {
        var response = response
        try response.set(
            "Content-Security-Policy",
            checking: """
                default-src 'none'; script-src 'self'; style-src 'self'; \
                connect-src 'self' \(publicURL.socketOrigin); img-src 'self' data:; media-src 'self'; \
                manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors \(embedding.sources)
                """)
        switch embedding {
        case .nobody:
            response.set("X-Frame-Options", "DENY")  // the same for browsers that do not know frame-ancestors
        case .ourselves:
            // A clinic's page that isolates itself (COEP) shows a frame only if the frame agrees to that.
            response.set("Cross-Origin-Resource-Policy", "cross-origin")
        }
        response.set("Cross-Origin-Embedder-Policy", "require-corp")
        return response
    }

    /// A page of the demo clinic: it shows exactly what a clinic has to allow for the widget, and nothing more.
    func clinic(_ response: Response) throws -> Response {
        var response = response
        try response.set(
            "Content-Security-Policy",
            checking: """
                default-src 'none'; style-src 'self'; img-src 'self' data:; script-src \(publicURL.origin); \
                frame-src \(publicURL.origin); base-uri 'none'; form-action 'none'; frame-ancestors 'none'
                """)
        return response
    }

    /// What other origins may load from here: the loader, and a QR code.
    func shared(_ response: Response) -> Response {
        var response = response
        response.set("Cross-Origin-Resource-Policy", "cross-origin")
        return response
    }

    /// The last step of every answer. What a kind of page has set stays.
    func harden(_ response: Response) -> Response {
        var response = response
        if response.first("Content-Security-Policy") == nil {
            response.set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
        }
        if response.first("Cross-Origin-Resource-Policy") == nil {
            response.set("Cross-Origin-Resource-Policy", "same-origin")
        }
        response.set("Cross-Origin-Opener-Policy", "same-origin")
        response.set("X-Content-Type-Options", "nosniff")
        response.set("Referrer-Policy", "no-referrer")
        // A one-time code from an SMS may be filled in, also in the widget's frame; nothing else is asked of a device.
        response.set(
            "Permissions-Policy",
            """
            accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), \
            microphone=(), midi=(), otp-credentials=(self), payment=(), usb=()
            """)
        // Where TLS is, it stays: RFC 6797 §7.1. Over plain HTTP the field would mean nothing (§7.2).
        if publicURL.isSecure { response.set("Strict-Transport-Security", "max-age=31536000") }
        return response
    }
}
