/// A field's value that would end its line, and so begin fields or a body of its own (response splitting).
package struct InvalidFieldValue: Error, Equatable, Sendable {
    package let name: String
}

/// An answer to a request: status, fields and a body that is there as a whole.
///
/// Names are written in our source, and values are checked when they are set, so that a `Response` that exists can be
/// written without failing. Content-Length, Connection and Date are the writer's own.
package struct Response: Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String
    }

    package var status: HTTPStatus
    package private(set) var fields: [Field] = []
    package var body: [UInt8]

    package init(_ status: HTTPStatus, body: [UInt8] = []) {
        self.status = status
        self.body = body
    }

    /// A short text for people; its last line should end.
    package init(_ status: HTTPStatus, text: String) {
        self.init(status, body: Array(text.utf8))
        set("Content-Type", "text/plain; charset=utf-8")
    }

    package init(_ refusal: HTTPRefusal) {
        self.init(refusal.status, text: refusal.reason + "\n")
    }

    package static func ok(_ text: String) -> Response { Response(.ok, text: text) }

    /// The first value under this name, in the case in which it was set.
    package func first(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    /// Adds a field, or replaces the one with this name, by a value from our own source.
    package mutating func set(_ name: StaticString, _ value: StaticString) {
        precondition(Self.isValid(value.description), "the value of \(name) holds a control character")
        replace(name, value.description)
    }

    /// Adds a field, or replaces the one with this name. Throws when the value holds a control character or begins or
    /// ends with a blank (RFC 9110 §5.5); it is not repaired, because half a value is a wrong value.
    package mutating func set(_ name: StaticString, checking value: String) throws(InvalidFieldValue) {
        guard Self.isValid(value) else { throw InvalidFieldValue(name: name.description) }
        replace(name, value)
    }

    /// Adds a field beside those with its name: for Set-Cookie, which has a line for each cookie (RFC 6265 §3).
    package mutating func add(_ name: StaticString, checking value: String) throws(InvalidFieldValue) {
        guard Self.isValid(value) else { throw InvalidFieldValue(name: name.description) }
        append(name, value)
    }

    private mutating func replace(_ name: StaticString, _ value: String) {
        fields.removeAll { $0.name == name.description }
        append(name, value)
    }

    private mutating func append(_ name: StaticString, _ value: String) {
        let name = name.description
        precondition(!Self.writersOwn.contains(name.lowercased()), "\(name) is written by the writer")
        fields.append(Field(name: name, value: value))
    }

    private static let writersOwn: Set<String> = ["content-length", "connection", "date", "transfer-encoding"]

    private static func isValid(_ value: String) -> Bool {
        guard let first = value.utf8.first, let last = value.utf8.last else { return true }
        return !ASCII.isBlank(first) && !ASCII.isBlank(last) && value.utf8.allSatisfy(ASCII.isFieldValue)
    }
}
