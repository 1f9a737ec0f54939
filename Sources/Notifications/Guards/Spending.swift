import CaseMachine

/// What SMS have cost within the last hour and the last day, and the breaker that opens when it is too much. Counted in
/// buckets of a minute and of an hour, each as a whole: rather a little early than late.
struct Spending: Sendable {
    enum Outcome: Sendable, Hashable {
        case spent(alert: SMSGuard.Alert?)
        case open(retryAfter: Duration, alert: SMSGuard.Alert?)
    }

    private struct Window: Sendable {
        let bucket: Int64
        let count: Int64
        let limit: Int
        /// Units by the number of their bucket: at most `count` + 1 of them.
        var units: [Int64: Int] = [:]

        mutating func sum(at now: Timestamp) -> Int {
            let current = now.milliseconds / bucket
            // What a clock that was set back has left in the future is of now.
            for (number, amount) in units where number > current {
                units[number] = nil
                units[current, default: 0] = units[current, default: 0].addingWithoutTrap(amount)
            }
            units = units.filter { $0.key > current - count - 1 }
            return units.values.reduce(0) { $0.addingWithoutTrap($1) }
        }

        mutating func add(_ amount: Int, at now: Timestamp) {
            let current = now.milliseconds / bucket
            units[current, default: 0] = units[current, default: 0].addingWithoutTrap(amount)
        }
    }

    private let pause: Duration
    private var hour: Window
    private var day: Window
    private(set) var openUntil: Timestamp?
    private var hasWarned = false

    init(_ settings: SMSGuard.Settings) {
        pause = settings.pause
        hour = Window(bucket: 60_000, count: 60, limit: settings.unitsAnHour)
        day = Window(bucket: 3_600_000, count: 24, limit: settings.unitsADay)
    }

    mutating func sums(at now: Timestamp) -> (hour: Int, day: Int) { (hour.sum(at: now), day.sum(at: now)) }

    mutating func spend(_ units: Int, at now: Timestamp) -> Outcome {
        if let until = openUntil {
            // Not for longer than a pause, wherever the clock was set.
            let wait = min(until.since(now), pause)
            if wait > .zero { return .open(retryAfter: wait, alert: nil) }
            openUntil = nil
            hasWarned = false
        }
        let sums = sums(at: now)
        let after = (hour: sums.hour.addingWithoutTrap(units), day: sums.day.addingWithoutTrap(units))
        guard after.hour <= hour.limit, after.day <= day.limit else {
            openUntil = now + pause
            return .open(retryAfter: pause, alert: .opened)
        }
        hour.add(units, at: now)
        day.add(units, at: now)
        let isNear = after.hour > hour.limit / 5 * 4 || after.day > day.limit / 5 * 4
        defer { hasWarned = isNear }
        return .spent(alert: isNear && !hasWarned ? .nearLimit : nil)
    }
}

extension Int {
    fileprivate func addingWithoutTrap(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
