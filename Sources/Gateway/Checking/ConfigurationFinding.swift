/// What `foyer check-config` says of one part of a configuration.
package struct ConfigurationFinding: Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        case fine
        /// It works, and is probably not what was meant.
        case doubtful
        /// The house does not start, or nobody can use it.
        case wrong
    }

    package let severity: Severity
    /// The option that it is about, without its dashes.
    package let option: String
    package let message: String

    package init(_ severity: Severity, _ option: String, _ message: String) {
        self.severity = severity
        self.option = option
        self.message = message
    }

    static func fine(_ option: String, _ message: String) -> Self { Self(.fine, option, message) }
    static func doubtful(_ option: String, _ message: String) -> Self { Self(.doubtful, option, message) }
    static func wrong(_ option: String, _ message: String) -> Self { Self(.wrong, option, message) }
}
