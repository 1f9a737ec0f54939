/// Why a peer's HTTP message is not accepted. The connection ends after the answer, because where the next message
/// would begin is no longer certain (RFC 9112 §9.6).
package struct HTTPRefusal: Error, Equatable, Sendable {
    package let status: HTTPStatus
    /// A sentence for the person who reads the answer. Never echoes the peer's bytes.
    package let reason: String

    package init(_ status: HTTPStatus, _ reason: String) {
        self.status = status
        self.reason = reason
    }

    static func malformed(_ reason: String) -> HTTPRefusal {
        HTTPRefusal(.badRequest, reason)
    }
}
