import CaseMachine
import Testing

@testable import Notifications

@Suite struct SMSGuardTests {
    private static let start = Timestamp(milliseconds: 1_763_750_000_000)
    private let hour = Duration.seconds(3600)

    private func settings(_ countries: String = "+44,+49=2", _ change: (inout SMSGuard.Settings) -> Void = { _ in })
        throws -> SMSGuard.Settings
    {
        var settings = SMSGuard.Settings(countries: try SMSCountries(countries))
        change(&settings)
        return settings
    }

    private func number(_ index: Int) -> String { "+4477\(String(10_000_000 + index * 1000))" }

    private func code(_ verdict: SMSGuard.Verdict) -> SMSGuard.Refusal.Code? {
        if case .refused(let refusal, _) = verdict { refusal.code } else { nil }
    }

    private func wait(_ verdict: SMSGuard.Verdict) -> Duration? {
        if case .refused(let refusal, _) = verdict { refusal.retryAfter } else { nil }
    }

    private func alert(_ verdict: SMSGuard.Verdict) -> SMSGuard.Alert? {
        switch verdict {
        case .goes(let alert), .refused(_, let alert): alert
        }
    }

    // MARK: - Countries

    @Test(arguments: [
        ("+44", "+447700900123", 1), ("+44", "+447000000000", nil), ("+44,+4470", "+447000000000", 1),
        ("+44", "+4915112345678", nil), ("44, 49", "+4915112345678", 1), ("+49=3", "+4915112345678", 3),
        ("+44,-447", "+447700900123", nil), ("+44,-447,+44770=5", "+447700900123", 5), ("any", "+8613800138000", 1),
        ("any,-86", "+8613800138000", nil), ("any", "+18765551234", nil), ("+1", "+12125551234", 1),
        ("+1", "+18765551234", nil), ("+1,+1876=9", "+18765551234", 9), ("+1,-1", "+12125551234", nil),
    ])
    func `the longest beginning decides where an SMS may go`(text: String, number: String, units: Int?) throws {
        #expect(try SMSCountries(text).units(number) == units)
    }

    @Test(arguments: [
        "", " , ", "GB", "+", "-", "+0", "+44=", "+44=0", "+44=1001", "+44=x", "-44=2", "+44=1=2", "+1234567890123456",
        "ANY",
        Array(repeating: "+44", count: 401).joined(separator: ","),
    ])
    func `what is no list of countries says what to write`(text: String) {
        #expect { try SMSCountries(text) } throws: { ($0 as? SMSCountries.Wrong)?.description.isEmpty == false }
    }

    @Test(arguments: [
        "", "447700900123", "+", "+4477009", "+4477009001234567", "+44770090012x", "+047700900123", "+44 7700900",
    ])
    func `what is no number is refused`(number: String) throws {
        var guarded = SMSGuard(try settings("any"))
        #expect(code(guarded.admit(number, segments: 1, at: Self.start)) == .notANumber)
    }

    // MARK: - Velocity

    @Test func `one number gets so many in an hour and in a day`() throws {
        var guarded = SMSGuard(try settings())
        var now = Self.start
        for _ in 0..<6 { #expect(code(guarded.admit(number(1), segments: 1, at: now)) == nil) }
        let refused = guarded.admit(number(1), segments: 1, at: now + .seconds(600))
        #expect(code(refused) == .numberTooOften && wait(refused) == .seconds(3000))
        #expect(code(guarded.admit(number(2), segments: 1, at: now)) == nil)
        // A window that glides: the hour counts from each.
        #expect(code(guarded.admit(number(1), segments: 1, at: now + hour - .milliseconds(1))) == .numberTooOften)
        for _ in 0..<14 {
            now = now + hour
            #expect(code(guarded.admit(number(1), segments: 1, at: now)) == nil)
        }
        now = now + hour
        let tomorrow = guarded.admit(number(1), segments: 1, at: now)
        #expect(code(tomorrow) == .numberTooOften && wait(tomorrow) == .seconds(86_400 - 15 * 3600))
        #expect(code(guarded.admit(number(1), segments: 1, at: Self.start + .seconds(86_400))) == nil)
    }

    @Test func `neighbouring numbers count together`() throws {
        var guarded = SMSGuard(try settings { $0.perRangeAnHour = 30 })
        for index in 0..<30 {
            #expect(code(guarded.admit("+447700900\(100 + index)", segments: 1, at: Self.start)) == nil)
        }
        let refused = guarded.admit("+447700900999", segments: 1, at: Self.start)
        #expect(code(refused) == .rangeTooOften && wait(refused) == hour)
        #expect(code(guarded.admit("+447700901100", segments: 1, at: Self.start)) == nil)
        #expect(code(guarded.admit("+447700900999", segments: 1, at: Self.start + hour)) == nil)
    }

    @Test func `what is refused is counted nowhere`() throws {
        var guarded = SMSGuard(try settings { $0.perNumberAnHour = 1 })
        _ = guarded.admit(number(1), segments: 1, at: Self.start)
        for _ in 0..<100 { _ = guarded.admit(number(1), segments: 1, at: Self.start) }
        #expect(guarded.spent(at: Self.start) == (1, 1))
        #expect(code(guarded.admit(number(1), segments: 1, at: Self.start + hour)) == nil)
    }

    @Test func `memory is bounded, and a full one lets no stranger in until it empties`() throws {
        var guarded = SMSGuard(
            try settings {
                $0.unitsAnHour = 1_000_000
                $0.unitsADay = 1_000_000
            })
        for index in 0..<SMSGuard.maxRemembered { _ = guarded.admit(number(index), segments: 1, at: Self.start) }
        let refused = guarded.admit(number(50_000), segments: 1, at: Self.start)
        #expect(code(refused) == .tooManyNumbers && wait(refused) != nil)
        #expect(code(guarded.admit(number(5), segments: 1, at: Self.start + .seconds(1))) == nil)
        #expect(code(guarded.admit(number(50_000), segments: 1, at: Self.start + .seconds(86_401))) == nil)
    }

    // MARK: - The breaker

    @Test func `the breaker warns, opens, alerts once and closes by itself`() throws {
        var guarded = SMSGuard(try settings { $0.unitsAnHour = 10 })
        for index in 0..<8 { #expect(alert(guarded.admit(number(index), segments: 1, at: Self.start)) == nil) }
        #expect(alert(guarded.admit(number(8), segments: 1, at: Self.start)) == .nearLimit)
        #expect(alert(guarded.admit(number(9), segments: 1, at: Self.start)) == nil)
        let opening = guarded.admit(number(10), segments: 1, at: Self.start)
        #expect(code(opening) == .breakerOpen && alert(opening) == .opened && wait(opening) == hour)
        #expect(guarded.opensAgain == Self.start + hour)
        let later = guarded.admit(number(11), segments: 1, at: Self.start + .seconds(60))
        #expect(code(later) == .breakerOpen && alert(later) == nil && wait(later) == .seconds(3540))
        // Buckets of a minute: the oldest one goes as a whole.
        let closed = guarded.admit(number(12), segments: 1, at: Self.start + .seconds(3660))
        #expect(code(closed) == nil && guarded.opensAgain == nil)
    }

    @Test func `segments and dear countries count as much as they cost`() throws {
        var guarded = SMSGuard(try settings { $0.unitsAnHour = 10 })
        #expect(code(guarded.admit("+4915112345678", segments: 2, at: Self.start)) == nil)
        #expect(guarded.spent(at: Self.start) == (4, 4))
        #expect(code(guarded.admit(number(1), segments: 7, at: Self.start)) == .breakerOpen)
        var other = SMSGuard(try settings { $0.unitsAnHour = 10 })
        #expect(code(other.admit("+4915112345678", segments: .max, at: Self.start)) == .breakerOpen)
        other.close(at: Self.start)
        #expect(code(other.admit(number(1), segments: -5, at: Self.start)) == nil)
    }

    @Test func `an administrator closes it at once`() throws {
        var guarded = SMSGuard(try settings { $0.unitsAnHour = 1 })
        _ = guarded.admit(number(1), segments: 1, at: Self.start)
        #expect(code(guarded.admit(number(2), segments: 1, at: Self.start)) == .breakerOpen)
        guarded.close(at: Self.start)
        #expect(code(guarded.admit(number(2), segments: 1, at: Self.start)) == nil)
    }

    @Test func `a day's limit holds when no hour's does`() throws {
        var guarded = SMSGuard(try settings { $0.unitsADay = 24 })
        var now = Self.start
        for index in 0..<24 {
            #expect(code(guarded.admit(number(index), segments: 1, at: now)) == nil)
            now = now + .seconds(1800)
        }
        #expect(code(guarded.admit(number(30), segments: 1, at: now)) == .breakerOpen)
        #expect(code(guarded.admit(number(30), segments: 1, at: Self.start + .seconds(25 * 3600))) == nil)
    }

    // MARK: - Clocks

    @Test(arguments: [Int64.min, -1, 0, .max])
    func `no clock makes it trap or keeps it closed for ever`(milliseconds: Int64) throws {
        var guarded = SMSGuard(try settings { $0.unitsAnHour = 3 })
        for index in 0..<6 { _ = guarded.admit(number(index), segments: 1, at: Self.start) }
        let odd = Timestamp(milliseconds: milliseconds)
        let verdict = guarded.admit(number(0), segments: 1, at: odd)
        #expect(wait(verdict).map { $0 <= hour } ?? true)
        _ = guarded.admit(number(7), segments: 1, at: Self.start)
        guarded.close(at: odd)
        #expect(code(guarded.admit(number(8), segments: 1, at: Self.start + .days(400))) == nil)
    }

    @Test func `a clock that is set back forgives nobody, and holds nobody for longer than a window`() throws {
        var guarded = SMSGuard(try settings())
        for _ in 0..<6 { _ = guarded.admit(number(1), segments: 1, at: Self.start) }
        let back = Self.start - .days(30)
        let refused = guarded.admit(number(1), segments: 1, at: back)
        #expect(code(refused) == .numberTooOften && wait(refused) == hour)
    }

    @Test func `each refusal has words`() {
        for code in SMSGuard.Refusal.Code.allCases {
            #expect(SMSGuard.Refusal(code: code, retryAfter: nil).message.hasSuffix("."))
        }
    }
}
