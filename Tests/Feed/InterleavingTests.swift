import Feed
import Testing

/// Every world that can be reached from one, breadth first, each once; so a violation comes with the shortest way there.
struct Exploration {
    private var worlds: [World] = []
    private var seen: Set<World> = []
    private var origins: [(parent: Int, happening: Happening)?] = []
    private(set) var transitions = 0
    /// Worlds in which nothing is due any more.
    private(set) var rests = 0
    private(set) var phases: Set<FeedPhase> = []

    var states: Int { worlds.count }

    init(from world: World) throws {
        visit(world, origin: nil)
        var current = 0
        while current < worlds.count {
            try expand(current)
            current += 1
        }
    }

    private mutating func expand(_ index: Int) throws {
        let world = worlds[index]
        let due = world.due
        if due.isEmpty {
            rests += 1
            try attempt(at: index, then: nil) { try world.checkAtRest() }
        }
        for happening in due + world.possible {
            var next = world
            try attempt(at: index, then: happening) { try next.happen(happening) }
            transitions += 1
            visit(next, origin: (index, happening))
        }
    }

    private mutating func visit(_ world: World, origin: (parent: Int, happening: Happening)?) {
        guard seen.insert(world).inserted else { return }
        worlds.append(world)
        origins.append(origin)
        phases.insert(world.phase)
    }

    private func attempt(at index: Int, then happening: Happening?, _ step: () throws -> Void) throws {
        do {
            try step()
        } catch let violation as Violation {
            var way = happening.map { ["\($0)"] } ?? []
            var current = index
            while let origin = origins[current] {
                way.append("\(origin.happening)")
                current = origin.parent
            }
            throw Violation("\(violation) after \(way.reversed().joined(separator: ", "))")
        }
    }
}

struct Scenario: CustomTestStringConvertible, Sendable {
    let testDescription: String
    var events: Int64 = 3
    var committed: Int64 = 0
    var after: Int64 = 0
    var limits = FeedLimits(pageEvents: 2, keptEvents: 2)
    var mischief = Mischief()
    /// Lower bounds of what is seen, so that the search cannot silently see nothing.
    let states: Int
    let transitions: Int
}

@Suite struct InterleavingTests {
    // covers: B1
    @Test(arguments: [
        Scenario(
            testDescription: "four events, one of them there before, one loss and one repeat",
            events: 4, committed: 1, mischief: Mischief(lostPublications: 1, repeatedPublications: 1),
            states: 70_000, transitions: 400_000),
        Scenario(
            testDescription: "four events that overtake each other, one kept, one lost",
            events: 4, limits: FeedLimits(pageEvents: 2, keptEvents: 1),
            mischief: Mischief(lostPublications: 1), states: 55_000, transitions: 320_000),
        Scenario(
            testDescription: "reads that fail, replies and waits that come twice, for a client that has one event",
            events: 4, committed: 2, after: 1, mischief: Mischief(failedReads: 1, repeatedReplies: 1, repeatedWaits: 1),
            states: 48_000, transitions: 240_000),
        Scenario(
            testDescription: "the broker goes away and a sweep is told late",
            committed: 1, mischief: Mischief(lostPublications: 1, brokerAbsences: 1, lateSweeps: 1), states: 60_000,
            transitions: 350_000),
        Scenario(
            testDescription: "the broker goes away twice",
            mischief: Mischief(brokerAbsences: 2), states: 50_000, transitions: 270_000),
        Scenario(
            testDescription: "the socket cannot take more for a while",
            mischief: Mischief(lostPublications: 1, pauses: 1), states: 35_000, transitions: 195_000),
        Scenario(
            testDescription: "the client subscribes again, with replies to its first subscription under way",
            committed: 1, mischief: Mischief(repeatedReplies: 1, subscriptions: 1), states: 90_000, transitions: 520_000
        ),
    ])
    func `every interleaving ends in the same dense order`(_ scenario: Scenario) throws {
        let seen = try Exploration(
            from: World(
                events: scenario.events, committed: scenario.committed, after: scenario.after,
                limits: scenario.limits, mischief: scenario.mischief))
        #expect(seen.states >= scenario.states)
        #expect(seen.transitions >= scenario.transitions)
        #expect(seen.rests > 0)
        #expect(seen.phases == [.subscribing, .reading, .live, .repairing])
    }
}
