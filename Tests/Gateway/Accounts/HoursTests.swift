import CaseMachine
import Testing

@testable import CaseStore
@testable import Gateway

private func team(
    _ spans: [(Int, Int)], _ timeZone: String = "Europe/London", holidays: [String] = []
) -> Team {
    var policy = Policy()
    policy.hours = OpeningHours(
        spans.map { OpeningHours.Span(from: $0.0, until: $0.1) },
        holidays: holidays.compactMap { CalendarDay($0) }.map { OpeningHours.Holiday(day: $0) })
    return Team(
        id: TeamID(1), publicID: PublicID(1), organisation: OrganisationID(1),
        settings: TeamSettings(name: "Team", timeZone: timeZone), categories: [], fields: [], policy: policy)
}

private let day = 24 * 60
/// Monday to Friday, nine to five.
private let office = (0..<5).map { ($0 * day + 9 * 60, $0 * day + 17 * 60) }

/// Monday, 5 January 2026, 00:00 UTC.
private let monday: Int64 = 1_767_571_200_000

private func at(day: Int64 = 0, _ hour: Int64, _ minute: Int64 = 0) -> Int64 {
    monday + ((day * 24 + hour) * 60 + minute) * 60_000
}

@Suite struct HoursTests {
    @Test(arguments: [
        (at(8, 59), false, at(9)), (at(9), true, at(17)), (at(16, 59), true, at(17)), (at(17), false, at(day: 1, 9)),
        (at(day: 4, 17), false, at(day: 7, 9)), (at(day: 6, 23, 59), false, at(day: 7, 9)),
    ])
    func `the next opening or closing is told`(now: Int64, isOpen: Bool, change: Int64) {
        let hours = Hours(of: team(office), at: Timestamp(milliseconds: now + 12_345))
        #expect(hours.isOpen == isOpen)
        #expect((hours.isOpen ? hours.closesAt : hours.opensAt) == change)
        #expect((hours.isOpen ? hours.opensAt : hours.closesAt) == nil)
    }

    @Test func `a team without hours is always there`() {
        let hours = Hours(of: team([]), at: Timestamp(milliseconds: monday))
        #expect(hours.isOpen && hours.opensAt == nil && hours.closesAt == nil && hours.week.isEmpty)
    }

    @Test func `so is one whose hours leave no gap`() {
        let hours = Hours(of: team([(0, 3 * day), (3 * day, 7 * day)]), at: Timestamp(milliseconds: monday))
        #expect(hours.isOpen && hours.closesAt == nil)
    }

    @Test func `hours that touch are one stretch`() {
        let hours = Hours(of: team([(9 * 60, 12 * 60), (12 * 60, 15 * 60)]), at: Timestamp(milliseconds: at(10)))
        #expect(hours.closesAt == at(15))
    }

    @Test func `a night goes on past the week's end`() {
        let hours = Hours(
            of: team([(6 * day + 22 * 60, 7 * day), (0, 6 * 60)]), at: Timestamp(milliseconds: at(day: 6, 23)))
        #expect(hours.isOpen && hours.closesAt == at(day: 7, 6))
    }

    @Test func `a weekday is a weekday of the team's clocks`() {
        // In Auckland, 13 hours ahead, Monday begins on Sunday at 11:00.
        let hours = Hours(of: team(office, "Pacific/Auckland"), at: Timestamp(milliseconds: monday))
        #expect(hours.isOpen && hours.closesAt == at(4))
    }

    @Test func `when the clocks change in between, the new ones count`() {
        // Sunday, 29 March 2026, 01:00 UTC: London's clocks go from 01:00 to 02:00.
        let saturday = Timestamp(milliseconds: 1_774_699_200_000)
        #expect(Hours(of: team(office), at: saturday).opensAt == 1_774_857_600_000)
    }

    @Test func `a holiday is passed over, also when the clocks change on it`() {
        // Friday, 27 March 2026, 18:00 UTC. London's clocks go forward on Sunday; Monday is a holiday.
        let friday = Timestamp(milliseconds: 1_774_634_400_000)
        let hours = Hours(of: team(office, holidays: ["2026-03-30"]), at: friday)
        // Tuesday, 31 March, 09:00 British summer time.
        #expect(!hours.isOpen && hours.opensAt == 1_774_944_000_000)
        #expect(hours.holidays == [Hours.Holiday(date: "2026-03-30", name: "", spans: [])])
    }

    @Test func `a holiday begins at the team's own midnight`() {
        // Monday, 5 January 2026, 11:00 UTC: in Auckland it is Tuesday, 00:00.
        let always = team([], "Pacific/Auckland", holidays: ["2026-01-06"])
        let before = Hours(of: always, at: Timestamp(milliseconds: at(10, 59)))
        #expect(before.isOpen && before.closesAt == at(11))
        let during = Hours(of: always, at: Timestamp(milliseconds: at(11)))
        #expect(!during.isOpen && during.opensAt == at(day: 1, 11))
    }

    @Test func `guests are told of the holidays of the next sixty days`() {
        let days = ["2026-01-04", "2026-01-05", "2026-03-05", "2026-03-06"]
        let told = Hours(of: team(office, holidays: days), at: Timestamp(milliseconds: monday)).holidays
        #expect(told.map(\.date) == ["2026-01-05", "2026-03-05"])
    }

    @Test(arguments: [
        ("00:00", 0), ("08:05", 485), ("23:59", 1439), ("24:00", 1440), ("24:01", nil), ("8:00", nil), ("08:60", nil),
        ("", nil), ("٠٨:٠٠", nil), ("08-00", nil),
    ])
    func `a time of day is read as it is written`(text: String, minutes: Int?) {
        #expect(Clock.minutes(text) == minutes)
        if let minutes { #expect(Clock.text(minutes) == text) }
    }

    @Test func `the week is told day by day`() {
        let week = Hours(of: team([(22 * 60, day + 6 * 60), (0, 90)]), at: Timestamp(milliseconds: monday)).week
        #expect(
            week == [
                Hours.Day(day: 1, from: "00:00", until: "01:30"), Hours.Day(day: 1, from: "22:00", until: "24:00"),
                Hours.Day(day: 2, from: "00:00", until: "06:00"),
            ])
    }
}
