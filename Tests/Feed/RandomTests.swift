import Feed
import TestSupport
import Testing

@Suite struct RandomTests {
    // covers: B1
    @Test(arguments: UInt64(1)...12)
    func `a long life with everything that can go wrong keeps the order`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let often = 400
        var world = World(
            events: 3_000, committed: 250, after: 7,
            limits: random.oneIn(2) ? FeedLimits() : FeedLimits(pageEvents: 3, keptEvents: 2),
            mischief: Mischief(
                lostPublications: often, repeatedPublications: often, failedReads: often, repeatedReplies: often,
                repeatedWaits: often, brokerAbsences: 20, lateSweeps: often, pauses: 100, subscriptions: 50))
        var steps = 0
        var deliveredLive = 0
        while world.delivered < 3_000 {
            steps += 1
            try #require(steps < 200_000, "seed \(seed)")
            // Publications arrive about as fast as there are commits: the feed is live most of the time.
            var choices = world.due
            if choices.count > 1, !random.oneIn(3) { choices.removeAll { $0 == .commit } }
            if choices.isEmpty || random.oneIn(8) { choices = world.possible }
            let happening = try #require(choices.randomElement(using: &random))
            let before = world
            do {
                try world.happen(happening)
            } catch {
                Issue.record("seed \(seed), step \(steps), \(happening): \(error)")
                return
            }
            if before.phase == .live, world.delivered > before.delivered { deliveredLive += 1 }
        }
        #expect(deliveredLive > 1_000)
    }

    @Test(arguments: UInt64(1)...20)
    func `no value of any number traps`(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var feed = Feed<Int>(limits: FeedLimits(pageEvents: .min, keptEvents: random.int(-1...4)))
        var tokens: [FeedToken] = []
        var last: Int64 = 0
        let extremes: [Int64] = [.min, .min + 1, -1, 0, 1, 2, .max - 2, .max - 1, .max]
        for step in 0..<5_000 {
            let near = [last, last &+ 1, last &+ 2, last &- 1]
            let number = (extremes + near).randomElement(using: &random) ?? 0
            let head = LogHead(generation: random.oneIn(30) ? .min : 1, number: number)
            let token = tokens.randomElement(using: &random)
            var answer = FeedAnswer<Int>.nothing
            switch random.int(0...11) {
            case 0 where random.oneIn(20): feed.begin(after: number, generation: random.oneIn(2) ? 1 : nil)
            case 1, 2, 3: answer = feed.arrived(number, step)
            case 4: answer = feed.confirmed()
            case 5 where random.oneIn(10): answer = feed.subscriptionLost()
            case 6: answer = feed.headObserved(head)
            case 7, 8, 9:
                let events = [number, number &+ 1, number &+ 2].map { Numbered($0, step) }
                if let token { answer = feed.page(token, events, head: head) }
            case 10: if let token { answer = random.oneIn(2) ? feed.waitOver(token) : feed.readFailed(token) }
            case 11 where random.oneIn(10): feed.pause()
            case _: answer = feed.resume()
            }
            switch answer.step {
            case .read(_, _, let token), .wait(_, let token): tokens = tokens.suffix(2) + [token]
            case .startAfresh: feed.begin(after: number)
            case .nothing: break
            }
            #expect(feed.position >= 0)
            last = feed.position
        }
    }
}
