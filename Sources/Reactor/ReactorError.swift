import Glibc

/// What goes wrong outside of a connection: at start, at a reload of certificates.
package struct ReactorError: Error, CustomStringConvertible {
    package enum Code: Sendable {
        /// A system call failed.
        case system
        /// A numeric address and a port were expected.
        case address
        /// The address is in use, or may not be bound.
        case listen
        /// A certificate or key cannot be used.
        case tls
    }

    package let code: Code
    /// What was attempted, and with what, in words for the person who runs the server.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package init(_ code: Code, _ call: String, _ number: Int32) {
        self.init(code, "\(call): \(String(cString: strerror(number)))")
    }

    package var description: String { message }
}
