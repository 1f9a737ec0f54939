import TestSupport
import Testing

@testable import Gateway

@Suite struct PacerTests {
    @Test func `without a limit everybody comes in`() {
        let pacer = Pacer(perSecond: 0)
        for _ in 0..<100_000 { #expect(pacer.admit(now: .seconds(5)) == nil) }
    }

    @Test func `who comes after a quiet time comes in at once, up to a burst, and the others in a line`() {
        let pacer = Pacer(perSecond: 100, burst: .milliseconds(250))
        let now = Duration.seconds(1000)
        let answers = (0..<30).map { _ in pacer.admit(now: now) }
        #expect(answers.prefix(25).allSatisfy { $0 == nil })
        #expect(answers.dropFirst(25).compactMap { $0 } == (0..<5).map { .milliseconds(260 + 10 * $0) })
    }

    /// Whoever is sent away comes back when they were told to, and finds a place: nobody is sent away twice, and no second
    /// sees more than its share.
    @Test func `a storm is let in at the pace, and nobody has to come twice`() {
        let pacer = Pacer(perSecond: 1000)
        var comings = [Duration](repeating: .zero, count: 5000)
        var admitted: [Duration] = []
        var rounds = 0
        while !comings.isEmpty, rounds < 10 {
            rounds += 1
            var next: [Duration] = []
            for now in comings.sorted() {
                if let wait = pacer.admit(now: now) { next.append(now + wait) } else { admitted.append(now) }
            }
            comings = next
        }
        #expect(rounds == 2 && admitted.count == 5000)
        #expect(admitted.max().map { $0 <= .milliseconds(5000) } == true)
        for second in 0..<5 {
            let range = Duration.seconds(second)..<Duration.seconds(second + 1)
            #expect(admitted.count { range.contains($0) } <= 1251, "second \(second)")
        }
    }

    @Test(arguments: [1, 20, 1000])
    func `no stretch of a second lets in more than its share, whoever comes when`(perSecond: Int) {
        var random = SeededRandom(seed: UInt64(perSecond))
        let pacer = Pacer(perSecond: perSecond)
        var now = Duration.zero
        var admitted: [Duration] = []
        for _ in 0..<20_000 {
            now += .microseconds(Int64(random.next() % 2000))
            if pacer.admit(now: now) == nil { admitted.append(now) }
        }
        #expect(!admitted.isEmpty)
        let most = perSecond + perSecond / 4 + 1
        var first = 0
        for index in admitted.indices {
            while admitted[index] - admitted[first] > .seconds(1) { first += 1 }
            #expect(index - first + 1 <= most)
        }
    }

    @Test func `nobody is told to wait for longer than the longest, however many come`() {
        let pacer = Pacer(perSecond: 10, longest: .seconds(30))
        var waits: [Duration] = []
        for _ in 0..<5000 { if let wait = pacer.admit(now: .seconds(1)) { waits.append(wait) } }
        #expect(waits.allSatisfy { $0 > .zero && $0 <= .seconds(30) })
        // Those for whom there is no place are spread, too.
        let last = waits.suffix(4000)
        #expect(last.allSatisfy { $0 >= .seconds(15) })
        #expect(Set(last).count > 3900)
    }
}
