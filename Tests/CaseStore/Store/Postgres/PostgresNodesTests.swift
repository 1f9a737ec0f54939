import CaseMachine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// Several nodes on one database.
@Suite struct PostgresNodesTests {
    // covers: B1
    @Test func `of two nodes that decide on the same version one stores and the other loses, 1,000 times`() throws {
        let house = try PostgresHouse()
        let stores = [house.store, try house.node()]
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open()])
        var wins = [0, 0]
        for round in 0..<1000 {
            let sides = [chronicle, chronicle].enumerated().map { index, before in
                var side = before
                let unit = side.say("\(index): \(round)", commands: [.test(UInt128(round * 2 + index + 1))])
                return (side, unit)
            }
            let errands = zip(stores, sides).map { store, side in Errand { try store.commit(units: [side.1]) } }
            let outcomes = try errands.map { try $0.value() }
            let winners = outcomes.indices.filter { outcomes[$0] == [.stored] }
            let losers = outcomes.indices.filter { outcomes[$0] == [.conflict] }
            try #require(winners.count == 1 && losers.count == 1, "round \(round): \(outcomes)")
            wins[winners[0]] += 1
            chronicle = sides[winners[0]].0
            // The loser sees whose it is now.
            try #require(try stores[losers[0]].load([CaseID(1)])[0].get().state == chronicle.state)
        }
        #expect(try house.page(CaseID(1), limit: 2000).events.count == 1001)
    }

    // covers: B1
    @Test func `of two nodes that make the same case one makes it, and of one command one is decided`() throws {
        let house = try PostgresHouse()
        let stores = [house.store, try house.node()]
        for id in Int64(1)...100 {
            let errands = stores.enumerated().map { index, store in
                Errand {
                    var (same, own) = (Chronicle(id), Chronicle(id * 1000 + Int64(index)))
                    let key = KeyedCommand.test(UInt128(id), case: id * 1000 + Int64(index))
                    return try store.commit(units: [same.open(), own.open(key: key)])
                }
            }
            let outcomes = try errands.map { try $0.value() }
            #expect(Set(outcomes.map { $0[0] }) == [.stored, .conflict], "\(outcomes)")
            let decided = outcomes.map { $0[1] }
            let winner = try #require(decided.firstIndex(of: .stored), "\(outcomes)")
            let receipt = Receipt(id: CaseID(id * 1000 + Int64(winner)), heads: Heads(team: 1, guest: 1))
            #expect(decided[1 - winner] == .known(index: 0, receipt), "\(outcomes)")
        }
    }

    // covers: B1
    @Test func `batches with the same cases in any order never wait for each other in a circle`() throws {
        let server = try PostgresServer()
        let house = try PostgresHouse(on: server)
        let cases = Int64(1)...40
        try house.commit(cases.map { Chronicle.opened($0).1 })
        let stores = [house.store, try house.node(), try house.node()]
        let stored = try stores.enumerated().map { number, store in
            Errand {
                var random = SeededRandom(seed: UInt64(number))
                var stored: [Int64: Int] = [:]
                for round in 0..<60 {
                    let ids = Array(cases.shuffled(using: &random).prefix(20))
                    let loaded = try store.load(ids.map { CaseID($0) }).map { try $0.get() }
                    var units = loaded.map { Self.message("\(number)/\(round)", to: $0) }
                    // Both nodes make some of the same cases, too.
                    units.append(Chronicle.opened(1000 + Int64(round * 10 + random.int(0...3))).1)
                    units.append(Chronicle.opened(1000 + Int64(round * 10 + random.int(0...3))).1)
                    units.shuffle(using: &random)
                    for (unit, outcome) in zip(units, try store.commit(units: units)) where outcome == .stored {
                        stored[unit.changes[0].id.value, default: 0] += 1
                    }
                }
                return stored
            }
        }.map { try $0.value() }
        #expect(!server.log.contains("deadlock detected"))
        for id in cases {
            let count = stored.reduce(0) { $0 + ($1[id] ?? 0) }
            #expect(try house.page(CaseID(id), limit: 1000).events.count == count + 1)
        }
    }

    private static func message(_ text: String, to loaded: LoadedCase) -> CommitUnit {
        let event = CaseEvent(
            at: Chronicle.start, author: .guest(Chronicle.maria), fact: .messageSent(Message(text: text)))
        let numbers = loaded.state.nextNumbers(for: .everyone)
        return CommitUnit(changes: [
            CaseChange(
                id: loaded.id, expectedVersion: loaded.version,
                events: [NumberedEvent(numbers: numbers, event: event)],
                state: CaseState.evolve(loaded.state, event) ?? loaded.state, earliestDeadline: nil)
        ])
    }

    // covers: B2
    @Test func `a case that is due is one node's, until it moves on or the node's lease ends`() throws {
        let house = try PostgresHouse { $0.leaseWithin = .seconds(600) }
        let other = try house.node()
        var chronicles = (Int64(1)...4).map { Chronicle($0) }
        for index in chronicles.indices { chronicles[index].due = Chronicle.start }
        try house.commit(chronicles.indices.map { chronicles[$0].open() })
        func due(_ store: PostgresStore, _ limit: Int = 9) throws -> [Int64] {
            try store.due(at: Chronicle.start + .seconds(1), after: nil, limit: limit).map(\.id.value)
        }
        #expect(try due(house.store, 2) == [1, 2])
        #expect(try due(other) == [3, 4])
        // Whoever has them keeps them.
        #expect(try due(house.store) == [1, 2])
        #expect(try due(other) == [3, 4])
        // A firing that decides nothing still rewrites the row: whoever asks first may have it.
        chronicles[0].due = Chronicle.start + .milliseconds(500)
        try house.commit([chronicles[0].add([.seen(.team, upTo: 1)])])
        #expect(try due(other) == [3, 4, 1])
        #expect(try due(house.store) == [2])
    }

    // covers: B2
    @Test func `the cases of a node that has died are another's when its lease has ended`() throws {
        let house = try PostgresHouse { $0.leaseWithin = .milliseconds(300) }
        var chronicle = Chronicle(1)
        chronicle.due = Chronicle.start
        try house.commit([chronicle.open()])
        let other = try house.node()
        func due(_ store: PostgresStore) throws -> [Int64] {
            try store.due(at: Chronicle.start + .seconds(1), after: nil, limit: 9).map(\.id.value)
        }
        let taken = ContinuousClock.now
        #expect(try due(house.store) == [1])
        let deadline = ContinuousClock.now + .seconds(10)
        while try due(other).isEmpty, ContinuousClock.now < deadline { usleep(10_000) }
        let waited = ContinuousClock.now - taken
        #expect(waited >= .milliseconds(290) && waited < .seconds(10))
        // The first was only asleep: it learns that the case is not its any more.
        #expect(try due(house.store) == [])
    }

    // covers: B2
    @Test func `many pollers share what is due, and none of it twice`() throws {
        let house = try PostgresHouse { $0.leaseWithin = .seconds(600) }
        var units: [CommitUnit] = []
        for id in Int64(1)...300 {
            var chronicle = Chronicle(id)
            chronicle.due = Chronicle.start
            units.append(chronicle.open())
        }
        try house.commit(units)
        let taken = try (0..<3).map { _ in
            let node = try house.node()
            return Errand {
                var taken: [DueCase] = []
                while taken.count < 300 {
                    let more = try node.due(at: Chronicle.start, after: taken.last, limit: 7)
                    guard !more.isEmpty else { return taken }
                    taken += more
                }
                return taken
            }
        }.flatMap { try $0.value() }
        #expect(taken.count == Set(taken).count)
        // What one was taking while another looked, that one finds.
        let rest = try house.store.due(at: Chronicle.start, after: nil, limit: 300)
        #expect(Set(taken).union(rest).count == 300 && Set(taken).isDisjoint(with: rest))
    }

    @Test func `items of the outbox become visible in the order of their numbers`() throws {
        let house = try PostgresHouse()
        let stores = [house.store, try house.node(), try house.node()]
        let writers = stores.enumerated().map { number, store in
            Errand {
                for round in Int64(0)..<60 {
                    var chronicle = Chronicle(round * 10 + Int64(number))
                    let item = OutboxItem(kind: .closing, number: 1, due: Chronicle.start)
                    try store.commit(units: [
                        chronicle.open(), chronicle.add([.seen(.team, upTo: 1)], outbox: [item]),
                    ])
                }
            }
        }
        // A reader that never looks back.
        let store = house.store
        let reader = Errand {
            var seen: [PendingItem] = []
            let deadline = ContinuousClock.now + .seconds(60)
            while seen.count < 180, ContinuousClock.now < deadline {
                seen += try store.outbox(after: seen.last?.id ?? 0, limit: 5)
            }
            return seen.count
        }
        for writer in writers { try writer.value() }
        #expect(try reader.value() == 180)
    }
}
