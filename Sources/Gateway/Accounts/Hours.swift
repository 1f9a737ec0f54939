import CaseMachine
import CaseStore

/// When a team is there, for people to read.
struct Hours: Encodable {
    struct Day: Encodable, Equatable {
        /// 1 is Monday.
        let day: Int
        let from: String
        /// `24:00` where it goes on the next day.
        let until: String
    }

    struct Holiday: Encodable, Equatable {
        let date: String
        let name: String
        let spans: [Span]
    }

    struct Span: Encodable, Equatable {
        let from: String
        let until: String
    }

    /// A guest who reads the hours plans for the next weeks.
    static let holidaysAhead = 60

    let isOpen: Bool
    let timeZone: String
    @Null var opensAt: Int64?
    @Null var closesAt: Int64?
    let week: [Day]
    let holidays: [Holiday]

    init(of team: Team, at now: Timestamp) {
        let minutesEast = team.minutesEastOfUTC(at: now)
        let hours = team.policy.hours
        let local = LocalMinute(now, minutesEastOfUTC: minutesEast)
        isOpen = hours.isOpen(at: local)
        timeZone = team.settings.timeZone
        week = hours.week
        holidays = hours.holidays.filter { local.day <= $0.day && $0.day < local.day.adding(Self.holidaysAhead) }
            .map(Holiday.init)
        let change = hours.nextChange(after: local).map { change in
            let startOfMinute = now.milliseconds / 60_000 * 60_000
            let moment = Timestamp(milliseconds: startOfMinute + Int64(change.value - local.value) * 60_000)
            // Where the clocks are changed in between, the team opens by the new ones.
            let shift = team.minutesEastOfUTC(at: moment) - minutesEast
            return moment.milliseconds - Int64(shift) * 60_000
        }
        opensAt = isOpen ? nil : change
        closesAt = isOpen ? change : nil
    }
}

extension Hours.Holiday {
    init(_ holiday: OpeningHours.Holiday) {
        date = holiday.day.text
        name = holiday.name
        spans = holiday.spans.map { Hours.Span(from: Clock.text($0.from), until: Clock.text($0.until)) }
    }
}

/// A time of day as people and forms write it.
enum Clock {
    static func text(_ minutes: Int) -> String {
        let (hours, rest) = (minutes / 60, minutes % 60)
        return (hours < 10 ? "0" : "") + "\(hours):" + (rest < 10 ? "0" : "") + "\(rest)"
    }

    /// `08:00` to `24:00`; nil for what is none.
    static func minutes(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == 0x3A else { return nil }
        let digits = [0, 1, 3, 4].map { Int(bytes[$0]) - 0x30 }
        guard digits.allSatisfy({ (0...9).contains($0) }), digits[2] < 6 else { return nil }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        return minutes <= OpeningHours.minutesPerDay ? minutes : nil
    }
}

extension OpeningHours {
    /// Day by day, in order; a span that goes past midnight is two.
    var week: [Hours.Day] {
        spans.sorted { ($0.from, $0.until) < ($1.from, $1.until) }.flatMap { span in
            var days: [Hours.Day] = []
            var from = span.from
            while from < min(span.until, Self.minutesPerWeek) {
                let day = from / Self.minutesPerDay
                let until = min(span.until, (day + 1) * Self.minutesPerDay)
                days.append(
                    Hours.Day(
                        day: day + 1, from: Clock.text(from - day * Self.minutesPerDay),
                        until: Clock.text(until - day * Self.minutesPerDay)))
                from = until
            }
            return days
        }
    }
}
