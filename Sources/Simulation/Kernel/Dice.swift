/// All chance of a run: the same seed throws the same numbers (SplitMix64), on every machine.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed &>> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed &>> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed &>> 31
    }

    /// Own arithmetic: what the standard library makes of a generator may change with a release, and every trace with it.
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        let span = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(next().multipliedFullWidth(by: span).high)
    }

    /// True `times` in a thousand.
    mutating func perMille(_ times: Int) -> Bool { number(1...1000) <= times }

    mutating func pick<Element>(_ choices: [Element]) -> Element? {
        choices.isEmpty ? nil : choices[number(0...choices.count - 1)]
    }

    /// Each as likely as its weight says.
    mutating func pick<Element>(_ choices: [(weight: Int, choice: Element)]) -> Element? {
        let total = choices.reduce(0) { $0 + $1.weight }
        guard total > 0 else { return nil }
        var left = number(1...total)
        for (weight, choice) in choices {
            left -= weight
            if left <= 0 { return choice }
        }
        return nil
    }

    mutating func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }
    mutating func microseconds(_ range: ClosedRange<Int>) -> Duration { .microseconds(number(range)) }
    mutating func seconds(_ range: ClosedRange<Int>) -> Duration { .seconds(number(range)) }
}
