import LoadCheck
import Testing

@Suite struct ComingTests {
    @Test func `clients with turns in a row begin at nodes in a row, and each comes to all of them`() {
        #expect((0..<5).map { NodeRing(0..<3, turn: $0).current } == [0, 1, 2, 0, 1])
        for turn in 0..<5 {
            var ring = NodeRing(1..<4, turn: turn)
            let first = ring.current
            var seen: [Int] = []
            for _ in 0..<3 {
                seen.append(ring.current)
                ring.moveOn()
            }
            #expect(seen.sorted() == [1, 2, 3])
            #expect(ring.current == first)
        }
    }

    @Test func `who has one node stays there`() {
        var ring = NodeRing(2..<3, turn: 7)
        ring.moveOn()
        #expect(ring.current == 2)
    }

    /// The largest number of a generator is the largest pause.
    private struct Highest: RandomNumberGenerator {
        func next() -> UInt64 { .max }
    }

    /// Nearly the smallest: of 0, over and over, the standard library draws anew for ever.
    private struct Lowest: RandomNumberGenerator {
        func next() -> UInt64 { 1 }
    }

    @Test func `pauses have a bound that doubles up to the longest, and begins anew`() {
        var backoff = Backoff(longest: 4_000_000)
        var numbers = Highest()
        let pauses = (0..<6).map { _ in backoff.next(using: &numbers) }
        #expect(pauses == [500_000, 1_000_000, 2_000_000, 4_000_000, 4_000_000, 4_000_000])
        backoff.reset()
        #expect(backoff.next(using: &numbers) == 500_000)
    }

    @Test func `a pause may be none at all`() {
        var backoff = Backoff(longest: .max)
        var numbers = Lowest()
        for _ in 0..<100 { #expect(backoff.next(using: &numbers) == 0) }
    }
}
