import Feed
import Testing

@Suite struct SweepTests {
    private func sweep(_ versions: [Int: Int64]) -> Sweep<Int> {
        var sweep = Sweep<Int>()
        for (id, version) in versions { sweep.watch(id, version: version) }
        return sweep
    }

    // covers: B1
    @Test func `a case that the store has at a later version must be looked at, and no other`() {
        let sweep = sweep([1: 4, 2: 7, 3: 0])
        #expect(sweep.question.ids == [1, 2, 3])
        #expect(sweep.differences(sweep.question, [1: 4, 2: 8, 3: 1]) == [.changed(2), .changed(3)])
        #expect(sweep.differences(sweep.question, [1: 4, 2: 7, 3: 0]).isEmpty)
    }

    @Test func `a small change is seen beside a great version`() {
        let sweep = sweep([1: 1_000_000, 2: 3])
        #expect(sweep.differences(sweep.question, [1: 1_000_000, 2: 4]) == [.changed(2)])
    }

    @Test func `what differs is named again until somebody has looked`() {
        var sweep = sweep([1: 4])
        #expect(sweep.differences(sweep.question, [1: 6]) == [.changed(1)])
        #expect(sweep.differences(sweep.question, [1: 6]) == [.changed(1)])
        sweep.looked(1, version: 6)
        #expect(sweep.differences(sweep.question, [1: 6]).isEmpty)
    }

    @Test func `what arrives while the store is asked is no difference`() {
        var sweep = sweep([1: 4])
        let question = sweep.question
        sweep.published(1, version: 5)
        #expect(sweep.differences(question, [1: 5]).isEmpty)
        #expect(sweep.differences(question, [1: 4]).isEmpty)
    }

    @Test func `a publication does not vouch for those before it`() {
        var sweep = sweep([1: 4])
        sweep.published(1, version: 6)
        #expect(sweep.differences(sweep.question, [1: 6]) == [.changed(1)])
    }

    @Test func `a store that went back is a difference`() {
        var sweep = sweep([1: 4])
        #expect(sweep.differences(sweep.question, [1: 3]) == [.changed(1)])
        sweep.looked(1, version: 3)
        #expect(sweep.differences(sweep.question, [1: 3]).isEmpty)
    }

    @Test func `a list tells what came and what went, in order`() {
        let sweep = sweep([5: 1, 6: 1, 7: 1])
        #expect(
            sweep.differences(sweep.question, [9: 1, 6: 1, 5: 2, 8: 1])
                == [.changed(5), .gone(7), .appeared(8), .appeared(9)])
    }

    @Test func `what is watched or left while the store is asked is left to the next sweep`() {
        var sweep = sweep([1: 1, 2: 1])
        let question = sweep.question
        sweep.unwatch(2)
        sweep.watch(3, version: 1)
        #expect(sweep.differences(question, [1: 1, 2: 9, 3: 1]).isEmpty)
        sweep.looked(2, version: 9)
        sweep.published(2, version: 10)
        #expect(sweep.count == 2)
    }

    @Test(arguments: [Int64.min, -1, 0, .max - 1, .max])
    func `no version traps`(_ version: Int64) {
        var sweep = sweep([1: version])
        sweep.published(1, version: .max)
        sweep.published(1, version: .min)
        sweep.published(1, version: version &+ 1)
        _ = sweep.differences(sweep.question, [1: .min])
    }

    @Test(arguments: [
        (elapsed: Duration.zero, away: false, wait: Duration.seconds(5)),
        (elapsed: .seconds(2), away: false, wait: .seconds(3)),
        (elapsed: .zero, away: true, wait: .seconds(1)),
        (elapsed: .seconds(2), away: true, wait: .zero),
        (elapsed: .seconds(60), away: false, wait: .zero),
    ])
    func `the store is asked every 5 s, and every second while the broker is away`(
        _ row: (elapsed: Duration, away: Bool, wait: Duration)
    ) {
        #expect(SweepPace.wait(elapsed: row.elapsed, brokerIsAway: row.away) == row.wait)
    }
}
