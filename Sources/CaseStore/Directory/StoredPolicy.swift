import CaseMachine

/// A policy as it stands in a team's settings. A value that an earlier release did not know has the machine's default.
struct StoredPolicy: Codable {
    /// Milliseconds, by the names below.
    let durations: [String: Int64]
    let switches: [String: Bool]
    let revision: Int
    let hours: [StoredSpan]
    let holidays: [StoredHoliday]?
    let welcomes: [StoredWelcome]
    let identifiers: [StoredIdentifier]?

    struct StoredSpan: Codable {
        let from: Int
        let until: Int

        var span: OpeningHours.Span { OpeningHours.Span(from: from, until: until) }
    }

    struct StoredHoliday: Codable {
        let day: Int
        let name: String
        let spans: [StoredSpan]
    }

    struct StoredWelcome: Codable {
        let category: Int64?
        let when: UInt8
        let text: String
    }

    struct StoredIdentifier: Codable {
        let field: Int64
        let isMandatory: Bool
    }

    /// Written to disk: names are never changed.
    static let durationNames: [(String, any WritableKeyPath<Policy, Duration> & Sendable)] = [
        ("autoClose", \.autoClose), ("closingWarning", \.closingWarning), ("intakeTimeout", \.intakeTimeout),
        ("firstResponseAlert", \.firstResponseAlert), ("supervisorAlert", \.supervisorAlert),
        ("repeatedAlert", \.repeatedAlert), ("missedResponse", \.missedResponse), ("ring", \.ring),
        ("callGrace", \.callGrace), ("longestCall", \.longestCall), ("reopeningWindow", \.reopeningWindow),
        ("assigneeGrace", \.assigneeGrace), ("longestSnooze", \.longestSnooze), ("retention", \.retention),
    ]
    static let threadRetention = "threadRetention"
    static let switchNames: [(String, any WritableKeyPath<Policy, Bool> & Sendable)] = [
        ("noticesGuest", \.noticesGuest), ("noticesTeam", \.noticesTeam), ("allowsCalls", \.allowsCalls),
        ("allowsClientChat", \.allowsClientChat),
    ]

    init(_ policy: Policy) {
        var durations: [String: Int64] = [:]
        for (name, path) in Self.durationNames { durations[name] = policy[keyPath: path].wholeMilliseconds }
        durations[Self.threadRetention] = policy.threadRetention?.wholeMilliseconds
        self.durations = durations
        var switches: [String: Bool] = [:]
        for (name, path) in Self.switchNames { switches[name] = policy[keyPath: path] }
        self.switches = switches
        revision = policy.revision
        hours = policy.hours.spans.map { StoredSpan(from: $0.from, until: $0.until) }
        holidays = policy.hours.holidays.map { holiday in
            StoredHoliday(
                day: holiday.day.number, name: holiday.name,
                spans: holiday.spans.map { StoredSpan(from: $0.from, until: $0.until) })
        }
        welcomes = policy.welcomes.map {
            StoredWelcome(category: $0.category?.value, when: $0.when.rawValue, text: $0.text)
        }
        identifiers = policy.identifiers?.map {
            StoredIdentifier(field: $0.field.value, isMandatory: $0.isMandatory)
        }
    }

    var policy: Policy {
        var policy = Policy()
        for (name, path) in Self.durationNames {
            if let value = durations[name] { policy[keyPath: path] = .milliseconds(value) }
        }
        policy.threadRetention = durations[Self.threadRetention].map { .milliseconds($0) }
        for (name, path) in Self.switchNames {
            if let value = switches[name] { policy[keyPath: path] = value }
        }
        policy.revision = revision
        policy.hours = OpeningHours(
            hours.map(\.span),
            holidays: (holidays ?? []).map { holiday in
                OpeningHours.Holiday(
                    day: CalendarDay(number: holiday.day), name: holiday.name, spans: holiday.spans.map(\.span))
            })
        policy.welcomes = welcomes.map {
            Welcome(
                category: $0.category.map { CategoryID($0) }, when: Welcome.When(rawValue: $0.when) ?? .always,
                text: $0.text)
        }
        policy.identifiers = identifiers?.map {
            Identifier(field: FieldID($0.field), isMandatory: $0.isMandatory)
        }
        return policy
    }
}
