import CaseMachine
import Testing

private let day = OpeningHours.minutesPerDay

private func span(_ from: Int, _ until: Int) -> OpeningHours.Span { OpeningHours.Span(from: from, until: until) }

private func date(_ text: String) throws -> CalendarDay { try #require(CalendarDay(text)) }

private func at(_ text: String, _ hour: Int, _ minute: Int = 0) throws -> LocalMinute {
    LocalMinute(try date(text), minute: hour * 60 + minute)
}

@Suite struct CalendarDayTests {
    @Test(arguments: [
        ("1970-01-01", 0, 3), ("1970-01-05", 4, 0), ("2000-02-29", 11_016, 1), ("2026-12-25", 20_812, 4),
        ("2999-12-31", 376_199, 1),
    ])
    func `a day has a number and a weekday`(text: String, number: Int, weekday: Int) throws {
        let day = try date(text)
        #expect(day.number == number && day.weekday == weekday && day.text == text)
    }

    @Test func `each day of a thousand years is the one after the day before`() throws {
        var day = CalendarDay(number: 0)
        while day.number < CalendarDay.numbers.upperBound {
            let next = day.adding(1)
            #expect(CalendarDay(next.text) == next && next > day)
            // A few weeks at a time, and then a jump of a prime number.
            day = day.adding(day.number % 97 == 0 ? 37 : 1)
        }
    }

    @Test(arguments: [
        "", "2026-2-03", "2026-02-30", "2025-02-29", "2026-13-01", "2026-00-10", "1969-12-31", "3000-01-01",
        "2026-12-25 ", "２０２６-12-25", "+026-12-25", "2026/12/25", "20261-2-25",
    ])
    func `what is no day is none`(text: String) {
        #expect(CalendarDay(text) == nil)
    }

    @Test func `moments before 1970 have their day, too`() {
        let local = LocalMinute(Timestamp(milliseconds: -1), minutesEastOfUTC: 0)
        #expect(local.value == -1 && local.day.number == -1 && local.minuteOfDay == 1439 && local.day.weekday == 2)
    }
}

@Suite struct OpeningHoursTests {
    /// Monday to Friday, nine to five; the night from Tuesday to Wednesday; 25 December 2026 is a Friday.
    private static let week = (0..<5).map { span($0 * day + 540, $0 * day + 1020) }

    private static func hours(_ holidays: [OpeningHours.Holiday]) -> OpeningHours {
        OpeningHours(week, holidays: holidays)
    }

    // covers: S2.11
    @Test func `a holiday goes before the week, with its own hours or none`() throws {
        let hours = Self.hours([
            .init(day: try date("2026-12-24"), name: "Eve", spans: [span(600, 720)]),
            .init(day: try date("2026-12-25"), name: "Christmas"),
        ])
        #expect(try hours.isOpen(at: at("2026-12-23", 12)))
        #expect(try !hours.isOpen(at: at("2026-12-24", 9, 30)))
        #expect(try hours.isOpen(at: at("2026-12-24", 10)))
        #expect(try !hours.isOpen(at: at("2026-12-24", 12)))
        #expect(try !hours.isOpen(at: at("2026-12-25", 12)))
        // A week later it is an ordinary Friday.
        #expect(try hours.isOpen(at: at("2027-01-01", 12)))
    }

    @Test func `a team without hours is closed on its holidays alone`() throws {
        let hours = OpeningHours(holidays: [.init(day: try date("2026-12-25"))])
        #expect(try hours.isOpen(at: at("2026-12-24", 23, 59)))
        #expect(try !hours.isOpen(at: at("2026-12-25", 0)))
        #expect(try hours.nextChange(after: at("2026-12-20", 8)) == at("2026-12-25", 0))
        #expect(try hours.nextChange(after: at("2026-12-25", 8)) == at("2026-12-26", 0))
        #expect(try hours.nextChange(after: at("2026-12-26", 8)) == nil)
    }

    /// Thursday 22:00 to Friday 06:00.
    private static let night = [span(3 * day + 1320, 4 * day + 360)]

    @Test func `a night ends at midnight when the next day is a holiday`() throws {
        let hours = OpeningHours(Self.night, holidays: [.init(day: try date("2026-12-25"))])
        #expect(try hours.isOpen(at: at("2026-12-24", 23, 59)))
        #expect(try !hours.isOpen(at: at("2026-12-25", 0)))
        #expect(try hours.nextChange(after: at("2026-12-24", 23)) == at("2026-12-25", 0))
    }

    @Test func `a night that begins on a holiday begins at midnight after it`() throws {
        let hours = OpeningHours(Self.night, holidays: [.init(day: try date("2026-12-24"))])
        #expect(try !hours.isOpen(at: at("2026-12-24", 23)))
        #expect(try hours.isOpen(at: at("2026-12-25", 0)))
        #expect(try hours.nextChange(after: at("2026-12-24", 12)) == at("2026-12-25", 0))
        #expect(try hours.nextChange(after: at("2026-12-25", 1)) == at("2026-12-25", 6))
    }

    @Test func `weeks of holidays are passed over`() throws {
        let first = try date("2026-12-20")
        let hours = Self.hours((0..<30).map { .init(day: first.adding($0)) })
        // 18 January 2027 is the Monday after the last of them, a Monday, 18th excluded.
        let change = try #require(hours.nextChange(after: LocalMinute(first, minute: 0)))
        #expect(change.day.text == "2027-01-19" && change.minuteOfDay == 540)
    }

    @Test func `waiting is counted while the team is there`() throws {
        let hours = Self.hours([.init(day: try date("2026-12-25"))])
        // Thursday 16:50 to Monday 09:05, with Christmas and a weekend between.
        #expect(try hours.openMinutes(from: at("2026-12-24", 16, 50), until: at("2026-12-28", 9, 5)) == 15)
        #expect(try hours.openMinutes(from: at("2026-12-24", 12), until: at("2026-12-24", 12, 7)) == 7)
        #expect(try hours.openMinutes(from: at("2026-12-24", 12), until: at("2026-12-24", 11)) == 0)
        #expect(try OpeningHours().openMinutes(from: at("2026-12-24", 12), until: at("2026-12-25", 12)) == 1440)
    }

    @Test func `spans that overlap are counted once`() throws {
        let hours = OpeningHours([span(0, 600), span(300, 700), span(700, 800)])
        #expect(hours.spans(on: CalendarDay(number: 4)) == [span(0, 800)])
    }

    @Test func `holidays are days of the calendar, each once, within their day`() throws {
        let christmas = try date("2026-12-25")
        let bad: [[OpeningHours.Holiday]] = [
            [.init(day: christmas), .init(day: christmas)], [.init(day: christmas, spans: [span(600, 600)])],
            [.init(day: christmas, spans: [span(600, 1441)])], [.init(day: CalendarDay(number: -1))],
            [.init(day: christmas, spans: (0..<5).map { span($0 * 60, $0 * 60 + 30) })],
            (0...OpeningHours.mostHolidays).map { .init(day: christmas.adding($0)) },
        ]
        for holidays in bad {
            var policy = Policy()
            policy.hours = OpeningHours(holidays: holidays)
            #expect(policy.problems.map(\.setting) == ["holidays"])
        }
    }
}

@Suite struct FieldRuleTests {
    private static let rows: [(FieldRule, right: [String], wrong: [String])] = [
        (FieldRule(), ["x", "anything at all, 山田"], []),
        (FieldRule(kind: .text, least: 2, most: 3), ["ab", " abc ", "山田"], ["a", "abcd"]),
        (
            FieldRule(kind: .number), ["0", "-7", "123456789012345678"],
            ["", "1.5", "1e3", "٣", "1234567890123456789", "--1"]
        ),
        (FieldRule(kind: .number, least: -1, most: 130), ["-1", "130"], ["-2", "131"]),
        (
            FieldRule(kind: .date), ["2026-12-31", "1958-02-28", "1904-02-29"],
            ["1900-02-29", "31 May", "1869-01-01", "2026-13-01"]
        ),
        (
            FieldRule(kind: .pattern, example: "AB-1234"), ["xy-0001", "ÄÖ-9999", " AB-1234 "],
            ["AB-123", "AB1234", "A1-1234", "AB-12345", "AB-１234"]
        ),
        (FieldRule(kind: .pattern), [], ["x", ""]),
    ]

    // covers: S0.13
    @Test(arguments: rows.indices)
    func `a value is as its rule has it`(row: Int) {
        let (rule, right, wrong) = Self.rows[row]
        for value in right { #expect(rule.allows(value), "\(value)") }
        for value in wrong { #expect(!rule.allows(value), "\(value)") }
    }

    @Test(arguments: [
        FieldRule(least: 3, most: 2), FieldRule(least: -1), FieldRule(most: 0), FieldRule(most: 1025),
        FieldRule(kind: .number, most: .max), FieldRule(kind: .pattern), FieldRule(kind: .pattern, example: " "),
        FieldRule(kind: .pattern, example: " A"), FieldRule(kind: .pattern, example: String(repeating: "A", count: 65)),
    ])
    func `a rule that nothing can follow is refused`(rule: FieldRule) {
        #expect(rule.problem != nil)
        var policy = Policy()
        policy.identifiers = [Identifier(field: FieldID(1), isMandatory: true, rule: rule)]
        #expect(policy.problems.map(\.setting) == ["identifiers"])
    }
}
