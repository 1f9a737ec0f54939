import CaseMachine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// Several nodes work off one outbox, and some stand still for longer than their leases.
@Suite struct PostgresOutboxTests {
    private static let items: Int64 = 120

    /// What providers got: how often each item was sent.
    private final class Sent: Sendable {
        private let counts = Mutex<[Int64: Int]>([:])
        func add(_ id: Int64) { counts.withLock { $0[id, default: 0] += 1 } }
        var all: [Int64: Int] { counts.withLock { $0 } }
    }

    private func fill(_ house: PostgresHouse) throws {
        for id in 1...Self.items {
            var chronicle = Chronicle(id)
            let item = OutboxItem(kind: .closing, number: 1, due: Chronicle.start)
            try house.commit([chronicle.open(), chronicle.add([.seen(.team, upTo: 1)], outbox: [item])])
        }
    }

    /// A node that stands still, for longer than its lease, at a place drawn by lot: between taking and beginning, between
    /// beginning and sending, and between sending and writing down.
    private func workOff(
        _ store: PostgresStore, seed: UInt64, pausing percent: Int, _ sent: Sent
    ) throws -> Int {
        var random = SeededRandom(seed: seed)
        var pauses = 0
        func mayPause() {
            guard random.int(0...99) < percent else { return }
            pauses += 1
            Thread.sleep(forTimeInterval: 0.12)
        }
        let deadline = Date(timeIntervalSinceNow: 40)
        while Date() < deadline {
            guard try !store.outbox(after: 0, limit: 1).isEmpty else { return pauses }
            for item in try store.leaseOutbox(limit: 3, for: .milliseconds(60), at: Chronicle.start) {
                mayPause()
                guard try store.beginAttempt(item, for: .milliseconds(60)) else { continue }
                mayPause()
                sent.add(item.pending.id)
                mayPause()
                _ = try store.finish(item, .sent(.sms, reference: nil), at: Chronicle.start)
            }
        }
        throw UnexpectedTrouble()
    }

    // covers: B2, B9
    @Test func `what nodes that stand still have sent twice is marked, and all else goes out once`() throws {
        let house = try PostgresHouse()
        try fill(house)
        let sent = Sent()
        let nodes = [house.store, try house.node(), try house.node()]
        let errands = nodes.enumerated().map { number, store in
            Errand { [self] in try workOff(store, seed: UInt64(number), pausing: 15, sent) }
        }
        let pauses = try errands.map { try $0.value() }.reduce(0, +)
        #expect(pauses > 10)
        var twice = 0
        for id in 1...Self.items {
            let record = try #require(try house.store.letters(of: CaseID(id), limit: 9).first)
            #expect(record.state == .sent)
            let count = sent.all[record.id] ?? 0
            #expect(count >= 1, "item \(record.id) was never sent")
            if count > 1 {
                twice += 1
                #expect(record.mayHaveGoneTwice, "item \(record.id) was sent \(count) times, and nobody knows")
            }
        }
        #expect(twice > 0, "nobody was ever overtaken: the test proves nothing")
    }

    // covers: B9
    @Test func `without anybody who stands still each goes out once, whoever takes it`() throws {
        let house = try PostgresHouse()
        try fill(house)
        let sent = Sent()
        let nodes = [house.store, try house.node(), try house.node()]
        let errands = nodes.map { store in
            Errand {
                let deadline = Date(timeIntervalSinceNow: 40)
                while try !store.outbox(after: 0, limit: 1).isEmpty, Date() < deadline {
                    for item in try store.leaseOutbox(limit: 5, for: .seconds(30), at: Chronicle.start) {
                        guard try store.beginAttempt(item, for: .seconds(30)) else { continue }
                        sent.add(item.pending.id)
                        _ = try store.finish(item, .sent(.sms, reference: nil), at: Chronicle.start)
                    }
                }
            }
        }
        for errand in errands { try errand.value() }
        #expect(sent.all.count == Int(Self.items) && sent.all.values.allSatisfy { $0 == 1 })
    }
}
