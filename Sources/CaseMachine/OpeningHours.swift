/// When a team is there, in minutes since Monday 00:00 of its own time zone. Without any span it is always open.
///
/// A holiday replaces its day, from midnight to midnight: also what a span of the evening before would have reached into
/// it, and what begins on it and would go on into the next.
package struct OpeningHours: Hashable, Sendable {
    package static let minutesPerDay = 24 * 60
    package static let minutesPerWeek = 7 * minutesPerDay

    /// Not a `Range`: "22:00 to 06:00" from a form would trap where one is made, before anybody could explain it.
    package struct Span: Hashable, Sendable {
        package let from: Int
        /// The first minute after it.
        package let until: Int

        package init(from: Int, until: Int) {
            self.from = from
            self.until = until
        }

        func contains(_ minute: Int) -> Bool { minute >= from && minute < until }
    }

    package struct Holiday: Hashable, Sendable {
        package let day: CalendarDay
        package let name: String
        /// In minutes of the day; none: closed.
        package let spans: [Span]

        package init(day: CalendarDay, name: String = "", spans: [Span] = []) {
            self.day = day
            self.name = name
            self.spans = spans
        }
    }

    package let spans: [Span]
    /// In the order of their days, one a day.
    package let holidays: [Holiday]

    package init(_ spans: [Span] = [], holidays: [Holiday] = []) {
        self.spans = spans
        self.holidays = holidays
    }

    package func isOpen(at local: LocalMinute) -> Bool {
        if let holiday = holiday(on: local.day) { return holiday.spans.contains { $0.contains(local.minuteOfDay) } }
        return spans.isEmpty || spans.contains { $0.contains(local.minuteOfWeek) }
    }

    package func holiday(on day: CalendarDay) -> Holiday? { holidays.first { $0.day == day } }

    /// In minutes of the day, in order, none touching another.
    package func spans(on day: CalendarDay) -> [Span] {
        let found: [Span]
        if let holiday = holiday(on: day) {
            found = holiday.spans
        } else if spans.isEmpty {
            found = [Span(from: 0, until: Self.minutesPerDay)]
        } else {
            let start = day.weekday * Self.minutesPerDay
            found = spans.map { span in
                Span(from: max(0, span.from - start), until: min(Self.minutesPerDay, span.until - start))
            }.filter { $0.from < $0.until }
        }
        return found.sorted { ($0.from, $0.until) < ($1.from, $1.until) }.reduce(into: []) { joined, span in
            if let last = joined.last, span.from <= last.until {
                joined[joined.count - 1] = Span(from: last.from, until: max(last.until, span.until))
            } else {
                joined.append(span)
            }
        }
    }

    /// When the team closes, or opens, after this minute; nil where that is further off than a year of holidays.
    package func nextChange(after local: LocalMinute) -> LocalMinute? {
        let isOpen = isOpen(at: local)
        // A week without holidays is like the next one.
        for ahead in 0...(holidays.isEmpty ? 8 : 400) {
            let day = local.day.adding(ahead)
            let edges = [0] + spans(on: day).flatMap { [$0.from, $0.until] }
            for edge in edges.sorted() {
                let moment = LocalMinute(day, minute: edge)
                if moment.value > local.value, self.isOpen(at: moment) != isOpen { return moment }
            }
        }
        return nil
    }

    /// How many of the minutes between the two the team was there.
    package func openMinutes(from start: LocalMinute, until end: LocalMinute) -> Int {
        guard start.value < end.value else { return 0 }
        var sum = 0
        var day = start.day
        while day <= end.day {
            let base = LocalMinute(day, minute: 0).value
            for span in spans(on: day) {
                sum += max(0, min(span.until, end.value - base) - max(span.from, start.value - base))
            }
            day = day.adding(1)
        }
        return sum
    }
}

/// A day as it stands in a calendar (proleptic Gregorian), by its number since 1970-01-01.
package struct CalendarDay: Hashable, Sendable, Comparable {
    /// Years 1970 to 2999: numbers that no reckoning with them overflows.
    package static let numbers = 0...376_199
    package let number: Int

    package init(number: Int) { self.number = number }

    /// `2026-12-31`; nil for what is no day.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 0x2D, bytes[7] == 0x2D else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            range.reduce(0 as Int?) { sum, index in
                guard let sum, (0x30...0x39).contains(bytes[index]) else { return nil }
                return sum * 10 + Int(bytes[index] - 0x30)
            }
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
            (1970...2999).contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        self.number = Self.number(year, month, day)
        // The 30th of February is another day.
        guard self.text == text else { return nil }
    }

    /// 0 is Monday. 1970-01-01 was a Thursday.
    package var weekday: Int { ((number + 3) % 7 + 7) % 7 }

    package func adding(_ days: Int) -> CalendarDay { CalendarDay(number: number + days) }

    package static func < (one: CalendarDay, other: CalendarDay) -> Bool { one.number < other.number }

    /// After Hinnant, "chrono-Compatible Low-Level Date Algorithms": years begin in March, so that a leap day is the last.
    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package var text: String {
        let shifted = max(0, number) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func padded(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
        return "\(year)-\(padded(month))-\(padded(day))"
    }
}

/// A minute of a team's own clocks, since 1970-01-01 00:00 as they show it. When they are put back it comes twice.
package struct LocalMinute: Hashable, Sendable {
    package let value: Int

    package init(_ value: Int) { self.value = value }
    package init(_ day: CalendarDay, minute: Int) { value = day.number * OpeningHours.minutesPerDay + minute }

    /// Of a week in which nobody keeps a holiday: the first whole one of 1970.
    package init(minuteOfWeek: Int) { value = 4 * OpeningHours.minutesPerDay + minuteOfWeek }

    package init(_ moment: Timestamp, minutesEastOfUTC: Int) {
        let minutes = moment.milliseconds / 60_000 - (moment.milliseconds % 60_000 < 0 ? 1 : 0)
        value = Int(minutes) + minutesEastOfUTC
    }

    package var day: CalendarDay {
        let minute = minuteOfDay
        return CalendarDay(number: (value - minute) / OpeningHours.minutesPerDay)
    }

    package var minuteOfDay: Int {
        let rest = value % OpeningHours.minutesPerDay
        return rest < 0 ? rest + OpeningHours.minutesPerDay : rest
    }

    /// Since Monday 00:00.
    package var minuteOfWeek: Int { day.weekday * OpeningHours.minutesPerDay + minuteOfDay }
}
