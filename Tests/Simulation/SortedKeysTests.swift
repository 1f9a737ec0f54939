import Testing

@testable import Simulation

@Suite struct SortedKeysTests {
    /// Beside a set, which is sorted each time it is asked.
    @Test(arguments: [10, 100_000])
    func `keys that come and go in any order are found in theirs`(_ range: Int) {
        var dice = Dice(seed: 1)
        var keys = SortedKeys<Int>()
        var known: Set<Int> = []
        // More come than go, then more go than come: portions part, and empty.
        for round in 1...20_000 {
            let key = dice.number(0...range)
            if dice.number(0...9) < (round < 10_000 ? 7 : 2) {
                keys.insert(key)
                known.insert(key)
            } else {
                let gone = dice.number(0...1) == 0 ? key : known.first ?? key
                keys.remove(gone)
                known.remove(gone)
            }
            guard round.isMultiple(of: 997) else { continue }
            let sorted = known.sorted()
            #expect(keys.prefix(.max, after: nil) == sorted)
            #expect(keys.isEmpty == sorted.isEmpty)
            let (last, end, limit) = (dice.number(0...range), dice.number(0...range), dice.number(0...range))
            #expect(
                keys.prefix(limit, after: last) { $0 <= end }
                    == Array(sorted.filter { $0 > last && $0 <= end }.prefix(limit)))
        }
        for key in known { keys.remove(key) }
        #expect(keys.isEmpty)
        #expect(keys.prefix(1, after: nil) == [])
    }

    @Test(arguments: [0, -1, .min])
    func `nobody who wants none gets one`(_ limit: Int) {
        var keys = SortedKeys<Int>()
        keys.insert(1)
        #expect(keys.prefix(limit, after: nil) == [])
    }
}
