/// How much a socket may do: so many at once, and so many a second (a bucket that fills itself up).
struct Allowance {
    private let perSecond: Double
    private let most: Double
    private var left: Double
    private var at: Duration

    init(perSecond: Int, atOnce: Int, now: Duration) {
        self.perSecond = Double(perSecond)
        most = Double(atOnce)
        left = most
        at = now
    }

    mutating func take(now: Duration) -> Bool {
        let passed = max(.zero, now - at)
        at = now
        left = min(most, left + perSecond * (passed / .seconds(1)))
        guard left >= 1 else { return false }
        left -= 1
        return true
    }
}
