import CaseMachine
import CaseStore
import Foundation
import Synchronization
import Testing

@Suite struct ReadingWhileCommittingTests {
    /// Ends the readers, and counts what they have read.
    private final class Progress: Sendable {
        let isOver = Atomic<Bool>(false)
        let reads = Atomic<Int>(0)
    }

    // covers: B1
    @Test(arguments: StoreKind.allCases)
    func `a reader sees each commit whole, whatever is committed meanwhile`(_ kind: StoreKind) throws {
        try check(try kind.open())
    }

    /// Two cases that always change together.
    private func check<House: StoreHouse>(_ house: House) throws {
        let store = house.store
        var chronicles = [Chronicle(1), Chronicle(2)]
        try house.commit(chronicles.indices.map { chronicles[$0].open() })
        let progress = Progress()
        let readers = (0..<3).map { index in
            Thread {
                while !progress.isOver.load(ordering: .acquiring) {
                    Self.read(store, Side.allCases[index % 2])
                    progress.reads.add(1, ordering: .relaxed)
                }
                progress.reads.add(1_000_000, ordering: .releasing)
            }
        }
        for reader in readers { reader.start() }
        for round in 0..<200 {
            let text = Fact.messageSent(Message(text: "message \(round)"))
            let unit = CommitUnit(changes: chronicles.indices.map { chronicles[$0].change([text]) })
            #expect(try house.commit([unit]) == [.stored])
        }
        progress.isOver.store(true, ordering: .releasing)
        while progress.reads.load(ordering: .acquiring) < 3_000_000 { usleep(1000) }
        #expect(progress.reads.load(ordering: .acquiring) > 3_000_010)
    }

    private static func read(_ store: some CaseStore, _ side: Side) {
        do {
            let loaded = try store.load([CaseID(1), CaseID(2)]).map { try $0.get() }
            #expect(loaded[0].version == loaded[1].version)
            #expect(loaded.allSatisfy { $0.state.teamHead == $0.version })
            let page = try store.events(of: CaseID(1), for: side, after: 0, limit: 1000).get()
            #expect(page.events.count == Int(page.head) && page.head == page.state.head(of: side))
            #expect(page.state.teamHead >= loaded[0].version)
        } catch {
            Issue.record(error)
        }
    }
}
