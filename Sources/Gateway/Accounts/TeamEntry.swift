import CaseMachine
import CaseStore

/// What a guest's page must know of a team before anybody has signed in. Nothing of it tells who works there (S2.4).
struct TeamEntry: Encodable {
    struct About: Encodable {
        let id: String
        let name: String
        @Null var contactNumber: String?
        @Null var email: String?
    }

    struct House: Encodable {
        let id: String
        let name: String
        let emergency: String
        @Null var emergencyNumber: String?
        let privacy: String
        @Null var privacyLink: String?
    }

    struct Category: Encodable {
        let id: String
        let name: String
    }

    struct Field: Encodable {
        let id: String
        let label: String
        let isMandatory: Bool
        @Null var prefill: String?
    }

    let team: About
    let organisation: House
    let contact: String
    let countryPrefix: String
    let categories: [Category]
    let fields: [Field]
    let hours: Hours
    @Null var expectedWaitMinutes: Int?

    init(_ team: Team, of organisation: Organisation, at now: Timestamp) {
        let settings = organisation.settings
        self.team = About(
            id: team.publicID.text, name: team.name, contactNumber: team.settings.contactNumber,
            email: team.settings.email)
        self.organisation = House(
            id: organisation.publicID.text, name: organisation.name, emergency: settings.emergency,
            emergencyNumber: settings.emergencyNumber, privacy: settings.privacy, privacyLink: settings.privacyLink)
        contact = team.settings.contactMode.rawValue
        countryPrefix = settings.countryPrefix
        categories = team.categories.map { Category(id: $0.publicID.text, name: $0.name) }
        fields = team.fields.map {
            Field(
                id: $0.publicID.text, label: $0.label, isMandatory: $0.isMandatory, prefill: $0.prefill?.rawValue)
        }
        hours = Hours(of: team, at: now)
        expectedWaitMinutes = team.settings.expectedWaitMinutes
    }
}

/// When a team is there, for people to read.
struct Hours: Encodable {
    struct Day: Encodable, Equatable {
        /// 1 is Monday.
        let day: Int
        let from: String
        /// `24:00` where it goes on the next day.
        let until: String
    }

    let isOpen: Bool
    let timeZone: String
    @Null var opensAt: Int64?
    @Null var closesAt: Int64?
    let week: [Day]

    init(of team: Team, at now: Timestamp) {
        let minutesEast = team.minutesEastOfUTC(at: now)
        let hours = team.policy.hours
        let minute = TeamRules(policy: team.policy, minutesEastOfUTC: minutesEast).minuteOfWeek(at: now)
        isOpen = hours.isOpen(atMinuteOfWeek: minute)
        timeZone = team.settings.timeZone
        week = hours.days
        let change = hours.minutesUntilChange(fromMinuteOfWeek: minute).map { minutes in
            let startOfMinute = now.milliseconds / 60_000 * 60_000
            let change = Timestamp(milliseconds: startOfMinute + Int64(minutes) * 60_000)
            // Where the clocks are changed in between, the team opens by the new ones.
            let shift = team.minutesEastOfUTC(at: change) - minutesEast
            return change.milliseconds - Int64(shift) * 60_000
        }
        opensAt = isOpen ? nil : change
        closesAt = isOpen ? change : nil
    }
}

extension OpeningHours {
    private static let minutesPerDay = 24 * 60

    /// How long the team stays open, or closed; nil where that never changes.
    func minutesUntilChange(fromMinuteOfWeek start: Int) -> Int? {
        let isOpen = isOpen(atMinuteOfWeek: start)
        let edges = spans.flatMap { [$0.from, $0.until] }.map { edge in
            let distance = (edge - start) % Self.minutesPerWeek
            return distance > 0 ? distance : distance + Self.minutesPerWeek
        }
        // One span may begin where another one ends.
        return edges.sorted().first { edge in
            self.isOpen(atMinuteOfWeek: (start + edge) % Self.minutesPerWeek) != isOpen
        }
    }

    /// Day by day, in order; a span that goes past midnight is two.
    fileprivate var days: [Hours.Day] {
        spans.sorted { ($0.from, $0.until) < ($1.from, $1.until) }.flatMap { span in
            var days: [Hours.Day] = []
            var from = span.from
            while from < min(span.until, Self.minutesPerWeek) {
                let day = from / Self.minutesPerDay
                let until = min(span.until, (day + 1) * Self.minutesPerDay)
                days.append(
                    Hours.Day(
                        day: day + 1, from: Self.clock(from - day * Self.minutesPerDay),
                        until: Self.clock(until - day * Self.minutesPerDay)))
                from = until
            }
            return days
        }
    }

    private static func clock(_ minutes: Int) -> String {
        let (hours, rest) = (minutes / 60, minutes % 60)
        return (hours < 10 ? "0" : "") + "\(hours):" + (rest < 10 ? "0" : "") + "\(rest)"
    }
}
