/// Why a broker does not start.
package struct BrokerError: Error, CustomStringConvertible {
    package enum Code: Sendable {
        /// The address of a Redis server is not one.
        case url
        /// A certificate cannot be used.
        case tls
        /// A system call failed.
        case system
    }

    package let code: Code
    /// What is wrong, in words for the person who runs the server; no password.
    package let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { message }
}
