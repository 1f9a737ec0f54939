/// What they answered, whatever it says: a status of 500 is an answer.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let fields: [HTTPField]
    /// Empty when it went into a sink.
    package let body: [UInt8]

    package var isSuccess: Bool { (200..<300).contains(status) }

    /// The first field of that name, in whatever case.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return fields.first { $0.name.lowercased() == name }?.value
    }
}

/// Why there is no answer.
package struct HTTPFailure: Error, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// The request cannot be sent as it is, now or later: its address, or a field.
        case badRequest
        /// No connection, nobody whose certificate can be trusted, or they never got the whole request: nothing was done.
        case notReached
        /// The request went out, and no answer came back, or not all of one: they may have done it.
        case uncertain
        /// They answered more than is wanted of them; they may have done it.
        case answerTooLong
        /// Whoever gives the body, or takes the answer's, has stopped: `cause` says why. They may have done it if the answer
        /// had begun.
        case stopped
    }

    package let code: Code
    package let description: String
    /// Of an answer that had begun.
    package var status: Int?
    package var cause: (any Error)?

    init(_ code: Code, _ description: String, status: Int? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.description = description
        self.status = status
        self.cause = cause
    }
}
