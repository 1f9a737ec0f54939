extension HTTPDate {
    /// Reads any of the three forms that RFC 9110 §5.6.7 knows. `now` settles the century of the form whose years have
    /// two digits: a year more than 50 ahead is past.
    package init?(parsing text: String, now: HTTPDate) {
        var reader = DateReader(text)
        let parsed =
            switch reader.dayName() {
            case .short where reader.take(", "): reader.fixdate()
            case .long where reader.take(", "): reader.obsolete(now: now)
            case .short where reader.take(" "): reader.asctime()
            case .short, .long, nil: nil as Int?
            }
        guard let parsed, reader.isAtEnd else { return nil }
        self.init(secondsSinceEpoch: parsed)
    }
}

/// A cursor over a date's text. The name of the day says nothing new and is not compared with the date.
private struct DateReader {
    enum DayName { case short, long }

    private var rest: Substring.UTF8View

    private static let days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    mutating func dayName() -> DayName? {
        for day in Self.days {
            if take(day) { return .long }
            if take(String(day.prefix(3))) { return .short }
        }
        return nil
    }

    /// `06 Nov 1994 08:49:37 GMT`
    mutating func fixdate() -> Int? {
        guard let day = number(digits: 2), take(" "), let month = month(), take(" "),
            let year = number(digits: 4), take(" "), let time = timeOfDay(), take(" GMT")
        else { return nil }
        return seconds(CivilDay(year: year, month: month, day: day), time)
    }

    /// `06-Nov-94 08:49:37 GMT`, of RFC 850
    mutating func obsolete(now: HTTPDate) -> Int? {
        guard let day = number(digits: 2), take("-"), let month = month(), take("-"),
            let shortYear = number(digits: 2), take(" "), let time = timeOfDay(), take(" GMT")
        else { return nil }
        let nowYear = CivilDay(daysSinceEpoch: now.secondsSinceEpoch / 86_400).year
        var year = nowYear - nowYear % 100 + shortYear
        if year > nowYear + 50 { year -= 100 }
        return seconds(CivilDay(year: year, month: month, day: day), time)
    }

    /// `Nov  6 08:49:37 1994`, of C's asctime()
    mutating func asctime() -> Int? {
        guard let month = month(), take(" "), let day = take(" ") ? number(digits: 1) : number(digits: 2), take(" "),
            let time = timeOfDay(), take(" "), let year = number(digits: 4)
        else { return nil }
        return seconds(CivilDay(year: year, month: month, day: day), time)
    }

    private func seconds(_ day: CivilDay, _ time: Int) -> Int? {
        day.exists ? day.daysSinceEpoch * 86_400 + time : nil
    }

    private mutating func month() -> Int? {
        for (index, name) in Self.months.enumerated() where take(name) { return index + 1 }
        return nil
    }

    /// A leap second, `23:59:60`, is the next day's first.
    private mutating func timeOfDay() -> Int? {
        guard let hour = number(digits: 2), hour < 24, take(":"), let minute = number(digits: 2), minute < 60,
            take(":"), let second = number(digits: 2), second <= 60
        else { return nil }
        return hour * 3600 + minute * 60 + second
    }

    private mutating func number(digits: Int) -> Int? {
        let text = rest.prefix(digits)
        guard text.count == digits, text.allSatisfy(ASCII.isDigit) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
}
