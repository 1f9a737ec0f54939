import CaseMachine
import Foundation

extension DirectoryError {
    static func badSettings(_ setting: String, _ advice: String) -> Self {
        let sentence = advice.hasPrefix("must") ? "This \(advice)." : advice
        return Self(.badSettings, sentence, field: setting)
    }
}

/// What is asked of settings before they are kept.
enum Check {
    static func line(_ text: String, _ setting: String) throws(DirectoryError) {
        guard !text.isEmpty, text.utf8.count <= Limits.lineBytes, !text.unicodeScalars.contains(where: isControl) else {
            throw .badSettings(setting, "must be one line of text of at most \(Limits.lineBytes) bytes")
        }
    }

    static func text(_ text: String, _ setting: String) throws(DirectoryError) {
        guard !text.isEmpty, text.utf8.count <= Limits.textBytes else {
            throw .badSettings(setting, "must be a text of at most \(Limits.textBytes) bytes")
        }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.generalCategory == .control }
}

extension OrganisationSettings {
    /// So many websites can show the widget; each stands in a header of each page.
    static let mostOrigins = 100

    func demandUsable() throws(DirectoryError) {
        try Check.line(name, "name")
        try Check.text(emergency, "emergency")
        try Check.text(privacy, "privacy")
        if let emergencyNumber { try Check.line(emergencyNumber, "emergencyNumber") }
        if let privacyLink, !Self.isWebAddress(privacyLink) {
            throw .badSettings("privacyLink", "must begin with https:// or http://")
        }
        guard embeddingOrigins.count <= Self.mostOrigins, embeddingOrigins.allSatisfy(Self.isOrigin) else {
            throw .badSettings(
                "embeddingOrigins", "must be at most \(Self.mostOrigins) origins, as in https://clinic.example")
        }
        let digits = countryPrefix.dropFirst()
        guard countryPrefix.first == "+", (1...4).contains(digits.count), digits.allSatisfy(\.isWholeNumber),
            digits.first != "0", digits.utf8.count == digits.count
        else { throw .badSettings("countryPrefix", "must be a country code, as in +44") }
        guard SignInRules.idleMinutes.contains(signIn.memberIdleMinutes) else {
            throw .badSettings("signIn.memberIdleMinutes", "must be between 5 minutes and 12 hours")
        }
        guard SignInRules.longestHours.contains(signIn.memberLongestHours) else {
            throw .badSettings("signIn.memberLongestHours", "must be between 1 and 24 hours")
        }
        guard roles.count <= MemberRole.most else { throw .badSettings("roles", "must be at most \(MemberRole.most)") }
        for (index, role) in roles.enumerated() { try Check.line(role.name, "roles[\(index)].name") }
        guard Set(MemberRole.usual.map(\.id) + roles.map(\.id)).count == MemberRole.usual.count + roles.count else {
            throw .badSettings("roles", "must each be another")
        }
    }

    private static func isWebAddress(_ text: String) -> Bool {
        ["https://", "http://"].contains { text.hasPrefix($0) && text.utf8.count > $0.utf8.count }
            && text.utf8.count <= Limits.lineBytes && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }

    /// RFC 6454 §6.2: scheme, host and port. It goes into a header, so nothing else may be in it.
    private static func isOrigin(_ text: String) -> Bool {
        guard isWebAddress(text), let scheme = text.range(of: "://") else { return false }
        return text[scheme.upperBound...].utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || ".-:[]".utf8.contains($0)
        }
    }
}

extension TeamSettings {
    func demandUsable() throws(DirectoryError) {
        try Check.line(name, "name")
        guard TimeZone(identifier: timeZone) != nil else {
            throw .badSettings("timeZone", "must be a time zone, as in Europe/London")
        }
        if let contactNumber { try Check.line(contactNumber, "contactNumber") }
        if let email {
            do { _ = try EmailAddress(email) } catch { throw .badSettings("email", error.description) }
        }
        if let expectedWaitMinutes, !(0...OpeningHours.minutesPerWeek).contains(expectedWaitMinutes) {
            throw .badSettings("expectedWaitMinutes", "must be between 0 minutes and a week")
        }
    }
}

extension Policy {
    func demandUsable() throws(DirectoryError) {
        if let problem = problems.first { throw .badSettings(problem.setting, problem.advice) }
    }

    /// The same, naming the field of docs/http.md.
    func demandUsableInForms() throws(DirectoryError) {
        guard let problem = problems.first else { return }
        let durations = StoredPolicy.durationNames.compactMap { name, path in
            Self.ranges.first { $0.setting == path }.map { ($0.name, "policy.durations.\(name)") }
        }
        let others = [
            "opening hours": "hours.week", "holidays": "hours.holidays", "automatic message": "welcomes",
            "identifiers": "fields", "retention of threads": "policy.durations.\(StoredPolicy.threadRetention)",
        ]
        let fields = others.merging(durations) { first, _ in first }
        throw .badSettings(fields[problem.setting] ?? problem.setting, problem.advice)
    }
}

extension TeamDraft {
    /// A list that people choose from.
    static let mostCategories = 100

    func demandUsable() throws(DirectoryError) {
        try settings.demandUsable()
        try policy.demandUsable()
        guard categories.count <= Self.mostCategories, Set(categories).count == categories.count else {
            throw .badSettings("categories", "must be at most \(Self.mostCategories), each another")
        }
        for category in categories { try Check.line(category, "categories") }
        guard fields.count <= Limits.fields else {
            throw .badSettings("fields", "must be at most \(Limits.fields)")
        }
        for field in fields { try Check.line(field.label, "fields") }
        for welcome in welcomes {
            try Check.text(welcome.text, "welcomes")
            guard welcome.category.map(categories.indices.contains) ?? true else {
                throw .badSettings("welcomes", "must name a category that is there")
            }
        }
    }
}
