/// What is wrong with a policy, for the person who set it.
package struct PolicyProblem: Hashable, Sendable, CustomStringConvertible {
    package let setting: String
    package let advice: String

    package var description: String { "\(setting): \(advice)" }
}

extension Policy {
    /// Empty if the policy can be used. The machine is only ever given such a one.
    package var problems: [PolicyProblem] {
        Self.ranges.compactMap { range in
            let value = self[keyPath: range.setting]
            guard value < range.least || value > range.most else { return nil }
            return PolicyProblem(
                setting: range.name, advice: "must be between \(words(range.least)) and \(words(range.most))")
        } + problemsBetweenSettings + hours.problems + problemsOfWelcomes
    }

    package struct AllowedRange: Sendable {
        package let setting: any KeyPath<Policy, Duration> & Sendable
        package let name: String
        package let least: Duration
        package let most: Duration
    }

    package static let ranges: [AllowedRange] = [
        AllowedRange(setting: \.autoClose, name: "auto-close", least: .hours(2), most: .days(365)),
        AllowedRange(setting: \.closingWarning, name: "warning before closing", least: .minutes(10), most: .days(30)),
        AllowedRange(setting: \.intakeTimeout, name: "time for identifiers", least: .minutes(5), most: .days(30)),
        AllowedRange(setting: \.firstResponseAlert, name: "first-response alert", least: .seconds(30), most: .days(7)),
        AllowedRange(setting: \.supervisorAlert, name: "alert of supervisors", least: .minutes(1), most: .days(7)),
        AllowedRange(setting: \.repeatedAlert, name: "repeated alert", least: .minutes(10), most: .days(7)),
        AllowedRange(
            setting: \.missedResponse, name: "notice of a missed response", least: .seconds(10),
            most: latestMissedResponse),
        AllowedRange(setting: \.ring, name: "ringing", least: .seconds(10), most: .minutes(3)),
        AllowedRange(setting: \.callGrace, name: "grace of a call", least: .seconds(5), most: .minutes(5)),
        AllowedRange(setting: \.longestCall, name: "longest call", least: .minutes(10), most: .hours(24)),
        AllowedRange(setting: \.reopeningWindow, name: "reopening window", least: .zero, most: .days(365)),
        AllowedRange(setting: \.assigneeGrace, name: "grace of an absent member", least: .seconds(10), most: .days(1)),
        AllowedRange(setting: \.longestSnooze, name: "longest snooze", least: .minutes(5), most: .days(365)),
        AllowedRange(setting: \.retention, name: "retention", least: .days(1), most: .days(36_500)),
    ]

    package static let threadRetentions = Duration.days(1) ... .days(36_500)

    private var problemsBetweenSettings: [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if closingWarning >= autoClose {
            problems.append(
                PolicyProblem(setting: "warning before closing", advice: "must be shorter than the auto-close"))
        }
        if supervisorAlert <= firstResponseAlert {
            problems.append(
                PolicyProblem(setting: "alert of supervisors", advice: "must be later than the first-response alert"))
        }
        if supervisorAlert >= autoClose {
            problems.append(
                PolicyProblem(setting: "alert of supervisors", advice: "must be earlier than the auto-close"))
        }
        if let threadRetention, !Self.threadRetentions.contains(threadRetention) {
            problems.append(
                PolicyProblem(setting: "retention of threads", advice: "must be between 1 day and 36500 days, or off"))
        }
        if let problem = identifiers?.lazy.compactMap(\.rule.problem).first {
            problems.append(PolicyProblem(setting: "identifiers", advice: problem))
        }
        if let identifiers, identifiers.count > Limits.fields {
            problems.append(PolicyProblem(setting: "identifiers", advice: "must be at most \(Limits.fields)"))
        }
        if reopeningWindow > retention {
            problems.append(PolicyProblem(setting: "reopening window", advice: "must not be longer than the retention"))
        }
        return problems
    }

    private var problemsOfWelcomes: [PolicyProblem] {
        guard welcomes.contains(where: { $0.text.isEmpty || $0.text.utf8.count > Limits.textBytes }) else { return [] }
        return [
            PolicyProblem(setting: "automatic message", advice: "must have 1 to \(Limits.textBytes) bytes of text")
        ]
    }

    private func words(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        if seconds == 0 { return "nothing" }
        for (unit, length) in [("day", Int64(86_400)), ("hour", 3600), ("minute", 60)] where seconds % length == 0 {
            return "\(seconds / length) \(unit)\(seconds == length ? "" : "s")"
        }
        return "\(seconds) seconds"
    }
}

extension OpeningHours {
    /// Ten years of a country's holidays, or every other day of one.
    package static let mostHolidays = 200
    /// Four a day.
    package static let mostSpans = 28

    fileprivate var problems: [PolicyProblem] {
        var problems: [PolicyProblem] = []
        if spans.count > Self.mostSpans
            || spans.contains(where: { $0.from < 0 || $0.until > Self.minutesPerWeek || $0.from >= $0.until })
        {
            problems.append(
                PolicyProblem(
                    setting: "opening hours",
                    advice: "each span must end after it begins, within the week; at most \(Self.mostSpans)"))
        }
        let areDays = holidays.allSatisfy { holiday in
            CalendarDay.numbers.contains(holiday.day.number) && holiday.name.utf8.count <= Limits.lineBytes
                && holiday.spans.count <= Self.mostSpans / 7
                && holiday.spans.allSatisfy { $0.from >= 0 && $0.until <= Self.minutesPerDay && $0.from < $0.until }
        }
        if holidays.count > Self.mostHolidays || !areDays || Set(holidays.map(\.day)).count < holidays.count {
            problems.append(
                PolicyProblem(
                    setting: "holidays",
                    advice: "at most \(Self.mostHolidays), each day once, with hours between midnight and midnight"))
        }
        return problems
    }
}
