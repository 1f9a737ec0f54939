import CaseMachine
import CaseStore
import WebSocket

struct TeamsBody: Encodable {
    struct Team: Encodable {
        let id: String
        let name: String
        let isChatOn: Bool
        let members: Int
        let chat: String
    }

    let teams: [Team]
}

struct NewTeamForm: Decodable {
    let name: String
    let timeZone: String
}

/// What a team's settings are made of, as they are shown and as they are sent back.
enum TeamParts {
    struct About: Codable {
        let name: String
        let contact: Team.ContactMode
        let timeZone: String
        let contactNumber: String?
        let email: String?
        let expectedWaitMinutes: Int?
        let isChatOn: Bool
    }

    struct Category: Codable {
        let id: String?
        let name: String
        let isArchived: Bool
    }

    struct Rule: Codable {
        enum Kind: String, Codable {
            case text, number, date, pattern
        }

        let kind: Kind
        let least: Int?
        let most: Int?
        let example: String?
    }

    struct Field: Codable {
        let id: String?
        let label: String
        let isMandatory: Bool
        let prefill: Team.Prefill?
        let isArchived: Bool
        let rule: Rule
    }

    struct Welcome: Codable {
        enum When: String, Codable {
            case always, open, closed
        }

        let category: String?
        let when: When
        let text: String
    }

    struct Hours: Codable {
        struct Day: Codable {
            let day: Int
            let from: String
            let until: String
        }

        struct Span: Codable {
            let from: String
            let until: String
        }

        struct Holiday: Codable {
            let date: String
            let name: String
            let spans: [Span]
        }

        let week: [Day]
        let holidays: [Holiday]
    }

    struct Policy: Codable {
        /// Seconds; nil: never.
        let durations: [String: Int?]
        let switches: [String: Bool]
    }
}

struct TeamBody: Encodable {
    let revision: Int
    let id: String
    let chat: String
    let qr: String
    let snippet: String
    let about: TeamParts.About
    @Null var recentWaitMinutes: Int?
    let categories: [TeamParts.Category]
    let fields: [TeamParts.Field]
    let welcomes: [TeamParts.Welcome]
    let hours: TeamParts.Hours
    let policy: TeamParts.Policy
    let bounds: [String: [Int]]

    init(_ team: Team, chat: String, qr: String, loader: String, recentWait: Int?) {
        let settings = team.settings
        revision = settings.revision
        id = team.publicID.text
        self.chat = chat
        self.qr = qr
        snippet = "<script async src=\"\(loader)\" data-team=\"\(team.publicID.text)\"></script>"
        about = TeamParts.About(
            name: settings.name, contact: settings.contactMode, timeZone: settings.timeZone,
            contactNumber: settings.contactNumber, email: settings.email,
            expectedWaitMinutes: settings.expectedWaitMinutes, isChatOn: settings.isChatOn)
        recentWaitMinutes = recentWait
        categories = team.categories.map {
            TeamParts.Category(id: $0.publicID.text, name: $0.name, isArchived: $0.isArchived)
        }
        fields = team.fields.map {
            TeamParts.Field(
                id: $0.publicID.text, label: $0.label, isMandatory: $0.isMandatory, prefill: $0.prefill,
                isArchived: $0.isArchived, rule: TeamParts.Rule($0.rule))
        }
        let names = Dictionary(team.categories.map { ($0.id, $0.publicID.text) }) { first, _ in first }
        welcomes = team.policy.welcomes.map { welcome in
            TeamParts.Welcome(
                category: welcome.category.flatMap { names[$0] }, when: TeamParts.Welcome.When(welcome.when),
                text: welcome.text)
        }
        hours = TeamParts.Hours(team.policy.hours)
        policy = TeamParts.Policy(
            durations: team.policy.namedDurations.mapValues { $0.map { Int($0.components.seconds) } },
            switches: team.policy.namedSwitches)
        bounds = Policy.namedBounds.mapValues {
            [Int($0.lowerBound.components.seconds), Int($0.upperBound.components.seconds)]
        }
    }
}

struct TeamForm: Decodable {
    let revision: Int
    let about: TeamParts.About?
    let categories: [TeamParts.Category]?
    let fields: [TeamParts.Field]?
    let welcomes: [TeamParts.Welcome]?
    let hours: TeamParts.Hours?
    let policy: TeamParts.Policy?

    func wish() throws(APIError) -> TeamWish {
        var wish = TeamWish()
        wish.about = about.map { about in
            TeamWish.About(
                name: about.name, contactMode: about.contact, timeZone: about.timeZone,
                contactNumber: about.contactNumber.unlessEmpty, email: about.email.unlessEmpty,
                expectedWaitMinutes: about.expectedWaitMinutes, isChatOn: about.isChatOn)
        }
        if let categories {
            wish.categories = try categories.enumerated().map { index, category throws(APIError) in
                TeamWish.Category(
                    id: try Self.name(category.id, "categories[\(index)].id"), name: category.name,
                    isArchived: category.isArchived)
            }
        }
        if let fields {
            wish.fields = try fields.enumerated().map { index, field throws(APIError) in
                TeamWish.Field(
                    id: try Self.name(field.id, "fields[\(index)].id"), label: field.label,
                    isMandatory: field.isMandatory, prefill: field.prefill, rule: field.rule.rule,
                    isArchived: field.isArchived)
            }
        }
        if let welcomes {
            wish.welcomes = try welcomes.enumerated().map { index, welcome throws(APIError) in
                TeamWish.Welcome(
                    category: try Self.name(welcome.category, "welcomes[\(index)].category"),
                    when: welcome.when.when, text: welcome.text)
            }
        }
        wish.hours = try hours?.hours()
        if let policy {
            var durations: [String: Duration?] = [:]
            for (name, seconds) in policy.durations {
                guard seconds.map(Self.seconds.contains) ?? true else {
                    throw .badSetting("policy.durations.\(name)", "This is longer than anything lasts.")
                }
                durations.updateValue(seconds.map { .seconds($0) }, forKey: name)
            }
            wish.durations = durations
            wish.switches = policy.switches
        }
        return wish
    }

    /// Far beyond all bounds, and far below what overflows.
    private static let seconds = 0...10_000_000_000

    private static func name(_ text: String?, _ field: String) throws(APIError) -> PublicID? {
        guard let text else { return nil }
        guard let name = PublicID(text: text) else { throw .badSetting(field, "There is no such one in this team.") }
        return name
    }
}

extension APIError {
    static func badSetting(_ field: String, _ message: String) -> APIError {
        APIError(.badRequest, "bad_settings", message, field: field)
    }
}

extension TeamParts.Rule {
    init(_ rule: FieldRule) {
        kind =
            switch rule.kind {
            case .text: .text
            case .number: .number
            case .date: .date
            case .pattern: .pattern
            }
        (least, most, example) = (rule.least, rule.most, rule.example)
    }

    /// With what its kind asks for alone.
    var rule: FieldRule {
        switch kind {
        case .text: FieldRule(kind: .text, least: least, most: most)
        case .number: FieldRule(kind: .number, least: least, most: most)
        case .date: FieldRule(kind: .date)
        case .pattern: FieldRule(kind: .pattern, example: example)
        }
    }
}

extension TeamParts.Welcome.When {
    fileprivate init(_ when: Welcome.When) {
        switch when {
        case .always: self = .always
        case .open: self = .open
        case .closed: self = .closed
        }
    }

    fileprivate var when: Welcome.When {
        switch self {
        case .always: .always
        case .open: .open
        case .closed: .closed
        }
    }
}

extension TeamParts.Hours {
    fileprivate init(_ hours: OpeningHours) {
        week = hours.week.map { Day(day: $0.day, from: $0.from, until: $0.until) }
        holidays = hours.holidays.map { holiday in
            Holiday(
                date: holiday.day.text, name: holiday.name,
                spans: holiday.spans.map { Span(from: Clock.text($0.from), until: Clock.text($0.until)) })
        }
    }

    fileprivate func hours() throws(APIError) -> OpeningHours {
        // Checked here, too, since each becomes up to two.
        guard week.count <= OpeningHours.mostSpans else {
            throw .badSetting("hours.week", "These are too many: at most \(OpeningHours.mostSpans).")
        }
        var spans: [OpeningHours.Span] = []
        for (index, day) in week.enumerated() {
            let path = "hours.week[\(index)]"
            guard (1...7).contains(day.day) else { throw .badSetting("\(path).day", "A day is 1, Monday, to 7.") }
            let start = (day.day - 1) * OpeningHours.minutesPerDay
            let (from, until) = (
                try Self.minutes(day.from, "\(path).from"), try Self.minutes(day.until, "\(path).until")
            )
            guard from < OpeningHours.minutesPerDay else { throw Self.badTime("\(path).from") }
            if until > from {
                spans.append(OpeningHours.Span(from: start + from, until: start + until))
            } else {
                // On past midnight; from Sunday into Monday the week begins anew.
                spans.append(OpeningHours.Span(from: start + from, until: start + OpeningHours.minutesPerDay))
                let next = (start + OpeningHours.minutesPerDay) % OpeningHours.minutesPerWeek
                if until > 0 { spans.append(OpeningHours.Span(from: next, until: next + until)) }
            }
        }
        var days: [OpeningHours.Holiday] = []
        for (index, holiday) in holidays.enumerated() {
            let path = "hours.holidays[\(index)]"
            guard let day = CalendarDay(holiday.date) else {
                throw .badSetting("\(path).date", "Write a date of the calendar, as in 2026-12-25.")
            }
            guard !days.contains(where: { $0.day == day }) else {
                throw .badSetting("\(path).date", "This day stands here twice. Keep one of them.")
            }
            let spans = try holiday.spans.enumerated().map { number, span throws(APIError) in
                let from = try Self.minutes(span.from, "\(path).spans[\(number)].from")
                let until = try Self.minutes(span.until, "\(path).spans[\(number)].until")
                guard until > from else {
                    throw .badSetting("\(path).spans[\(number)].until", "These hours must end after they begin.")
                }
                return OpeningHours.Span(from: from, until: until)
            }
            days.append(OpeningHours.Holiday(day: day, name: holiday.name, spans: spans))
        }
        return OpeningHours(spans, holidays: days.sorted { $0.day < $1.day })
    }

    private static func minutes(_ text: String, _ field: String) throws(APIError) -> Int {
        guard let minutes = Clock.minutes(text) else { throw badTime(field) }
        return minutes
    }

    private static func badTime(_ field: String) -> APIError {
        .badSetting(field, "Write a time of day, from 00:00 to 24:00.")
    }
}
