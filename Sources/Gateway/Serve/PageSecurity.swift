import WebSocket

/// What a browser may do with our answers. On all of them, because an answer that is no page today may be read as one
/// tomorrow.
enum PageSecurity {
    static func harden(_ response: Response) -> Response {
        var response = response
        // A page runs and shows what came from its own origin, talks to that origin, and is shown in no frame. `'self'`
        // covers the page's WebSocket: CSP 3 §6.7.2.8.
        response.set(
            "Content-Security-Policy",
            """
            default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
            base-uri 'none'; form-action 'none'; frame-ancestors 'none'
            """
        )
        response.set("X-Content-Type-Options", "nosniff")
        response.set("Referrer-Policy", "no-referrer")
        return response
    }
}
