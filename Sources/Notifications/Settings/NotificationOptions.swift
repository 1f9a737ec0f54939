/// What `foyer serve` is told about letters, as it was written: the names are the options' (docs/notices.md).
package struct NotificationOptions: Sendable {
    package var smsProvider: String?
    package var smsURL: String?
    package var smsAccount: String?
    package var smsTokenFile: String?
    package var smsSender: String?
    package var smsCountries: String?
    package var smsUnitsAnHour: Int?
    package var smsUnitsADay: Int?
    package var smtpURL: String?
    package var smtpUser: String?
    package var smtpPasswordFile: String?
    package var smtpPlain = false
    package var mailFrom: String?
    /// A file of certificates (PEM) that all of these are trusted by, instead of the system's.
    package var noticesCA: String?
    package var webhookHosts: [String] = []
    package var webhookPrivateHosts: [String] = []

    package init() {}
}

/// What is wrong with the options, all at once.
package struct NotificationProblems: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Problem: Sendable, Hashable {
        /// As in a configuration file: `sms-url`.
        package let option: String
        /// What to do.
        package let message: String
    }

    package let problems: [Problem]

    package var description: String { problems.map { "\($0.option): \($0.message)" }.joined(separator: "\n") }
}
