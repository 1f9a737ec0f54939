package import CaseMachine

/// Says of each SMS, before it goes out, whether it may. Against those who have codes sent to numbers that earn them money
/// (SMS pumping, or toll fraud): they need many SMS to one range of numbers, mostly of a country where no guest lives.
///
/// A value without a clock: whoever holds it holds a lock around it. What it remembers is bounded by its settings.
package struct SMSGuard: Sendable {
    package struct Settings: Sendable, Hashable {
        package var countries: SMSCountries
        /// To one number, codes and notices together: a guest who mistypes a code a few times stays below.
        package var perNumberAnHour = 6
        package var perNumberADay = 20
        /// To a thousand neighbouring numbers, that differ in their last three digits alone. Guests of one place may have such
        /// neighbours; a hundred codes to them in an hour are no guests'.
        package var perRangeAnHour = 30
        /// What all SMS together may cost, in units: one for a segment, unless its country costs more.
        package var unitsAnHour = 500
        package var unitsADay = 3000
        /// How long the breaker stays open before it tries again by itself. An administrator closes it at once.
        package var pause: Duration = .seconds(3600)

        package init(countries: SMSCountries) { self.countries = countries }
    }

    /// What an administrator is told, once each time.
    package enum Alert: String, Sendable, Hashable {
        /// Four fifths of what may be spent in this hour or day are spent.
        case nearLimit
        /// Nothing goes out any more.
        case opened
    }

    package enum Verdict: Sendable, Hashable {
        /// It is counted: whoever gets this sends it.
        case goes(alert: Alert?)
        case refused(Refusal, alert: Alert?)
    }

    package struct Refusal: Sendable, Hashable {
        package enum Code: String, Sendable, Hashable, CaseIterable {
            case notANumber
            case countryNotAllowed
            case numberTooOften
            case rangeTooOften
            case tooManyNumbers
            case breakerOpen
        }

        package let code: Code
        /// After which it may go; nil: never, as things are set.
        package let retryAfter: Duration?

        /// For whoever typed the number.
        package var message: String {
            switch code {
            case .notANumber: "This is no phone number. Write it with + and the country's code."
            case .countryNotAllowed: "SMS cannot be sent to this country from here. Use an e-mail address instead."
            case .numberTooOften: "This number has had many messages already. Wait a while, then try again."
            case .rangeTooOften, .tooManyNumbers, .breakerOpen:
                "No SMS can be sent just now. Try again later, or use an e-mail address."
            }
        }
    }

    /// Numbers, and ranges of them, that are remembered at a time. Whatever is above is refused, not forgotten: to forget would
    /// let those in who use many.
    static let maxRemembered = 20_000
    /// A full memory is looked through for what may be forgotten at most so often: that takes a millisecond or two.
    private static let sweepEvery: Duration = .seconds(10)

    private let settings: Settings
    private var numbers: [String: SendTimes] = [:]
    private var ranges: [String: SendTimes] = [:]
    private var spending: Spending
    private var lastSweep: Timestamp?

    package init(_ settings: Settings) {
        self.settings = settings
        spending = Spending(settings)
    }

    /// `number` in E.164 form, `segments` as `SMSText` counts them. What is refused is counted nowhere.
    package mutating func admit(_ number: String, segments: Int, at now: Timestamp) -> Verdict {
        guard Self.isNumber(number) else { return refused(.notANumber) }
        guard let units = settings.countries.units(number) else { return refused(.countryNotAllowed) }
        let range = String(number.dropLast(3))
        let hour = Duration.seconds(3600)
        if let wait = numbers[number]?.wait(settings.perNumberAnHour, in: hour, at: now)
            ?? numbers[number]?.wait(settings.perNumberADay, in: .seconds(86_400), at: now)
        {
            return refused(.numberTooOften, wait)
        }
        if let wait = ranges[range]?.wait(settings.perRangeAnHour, in: hour, at: now) {
            return refused(.rangeTooOften, wait)
        }
        guard hasRoom(number, range, at: now) else { return refused(.tooManyNumbers, Self.sweepEvery) }
        let cost = max(1, segments).multipliedReportingOverflow(by: units)
        switch spending.spend(cost.overflow ? .max : cost.partialValue, at: now) {
        case .open(let wait, let alert):
            return .refused(Refusal(code: .breakerOpen, retryAfter: wait), alert: alert)
        case .spent(let alert):
            numbers[number, default: SendTimes()].add(now, keeping: settings.perNumberADay)
            ranges[range, default: SendTimes()].add(now, keeping: settings.perRangeAnHour)
            return .goes(alert: alert)
        }
    }

    /// Closes the breaker, and counts the hour and the day from now: an administrator has looked at what happened.
    package mutating func close(at now: Timestamp) { spending = Spending(settings) }

    /// Until when nothing goes out; nil while SMS go out.
    package var opensAgain: Timestamp? { spending.openUntil }

    /// What was spent in the hour and in the day before.
    package mutating func spent(at now: Timestamp) -> (hour: Int, day: Int) { spending.sums(at: now) }

    private func refused(_ code: Refusal.Code, _ wait: Duration? = nil) -> Verdict {
        .refused(Refusal(code: code, retryAfter: wait), alert: nil)
    }

    private static func isNumber(_ number: String) -> Bool {
        let digits = number.utf8.dropFirst()
        return number.utf8.first == UInt8(ascii: "+") && (8...15).contains(digits.count)
            && digits.allSatisfy { (0x30...0x39).contains($0) } && digits.first != 0x30
    }

    private mutating func hasRoom(_ number: String, _ range: String, at now: Timestamp) -> Bool {
        func fits() -> Bool {
            (numbers[number] != nil || numbers.count < Self.maxRemembered)
                && (ranges[range] != nil || ranges.count < Self.maxRemembered)
        }
        if fits() { return true }
        if let lastSweep, now >= lastSweep, now < lastSweep + Self.sweepEvery { return false }
        lastSweep = now
        numbers = numbers.filter { $0.value.isRecent(.seconds(86_400), at: now) }
        ranges = ranges.filter { $0.value.isRecent(.seconds(3600), at: now) }
        return fits()
    }
}

/// When the last few SMS went out to somebody, the oldest first.
struct SendTimes: Sendable, Hashable {
    private var moments: [Int64] = []

    /// How long to wait until fewer than `limit` were in the `window` before; nil: not at all.
    func wait(_ limit: Int, in window: Duration, at now: Timestamp) -> Duration? {
        guard limit > 0 else { return window }
        guard moments.count >= limit else { return nil }
        // A clock that was set back makes the last ones future ones: they count as of now, and no wait is longer than a window.
        let decisive = Timestamp(milliseconds: min(moments[moments.count - limit], now.milliseconds))
        let age = now.since(decisive)
        return age < window ? window - age : nil
    }

    mutating func add(_ now: Timestamp, keeping limit: Int) {
        moments = moments.map { min($0, now.milliseconds) } + [now.milliseconds]
        if moments.count > max(1, limit) { moments.removeFirst(moments.count - max(1, limit)) }
    }

    func isRecent(_ window: Duration, at now: Timestamp) -> Bool {
        guard let last = moments.last else { return false }
        return now.since(Timestamp(milliseconds: min(last, now.milliseconds))) < window
    }
}
