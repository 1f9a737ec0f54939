/// What keeps the audit trail from being written or checked, in words for the person who runs the server.
package struct AuditError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}
