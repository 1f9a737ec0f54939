import CaseMachine
import CaseStore
import Testing

@Suite struct ErasingTests {
    private func erased(_ id: Int64) -> (Chronicle, [CommitUnit]) {
        var (chronicle, opening) = Chronicle.opened(id)
        chronicle.due = Chronicle.start + .seconds(1)
        let item = OutboxItem(kind: .closing, number: 2, due: Chronicle.start)
        let units = [
            opening, chronicle.add([.closed(.byGuest)], outbox: [item]),
            chronicle.add([.erased(.retention, absorbed: [])], by: .system),
        ]
        return (chronicle, units)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `an erased case is gone for every reader from the commit on`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, units) = erased(1)
        try house.commit(units + [Chronicle.opened(2).1])
        var early = chronicle
        #expect(try house.isRefused(early.say("after the end, before it is carried out")))
        for step in ["committed", "finished", "again"] {
            #expect(try house.load(CaseID(1)) == .failure(.erased), "\(step)")
            #expect(try house.store.event(1, of: CaseID(1), for: .team) == .failure(.erased))
            #expect(try house.store.events(of: CaseID(1), for: .guest, after: 0, limit: 9) == .failure(.erased))
            #expect(try house.store.due(at: Timestamp(milliseconds: .max), after: nil, limit: 9).isEmpty)
            #expect(try house.store.list(.closed(Chronicle.team), after: nil, limit: 9).isEmpty)
            #expect(try house.store.list(.ofGuest(Chronicle.maria, open: false), after: nil, limit: 9).isEmpty)
            #expect(try house.store.finishErasing(limit: 10) == 0)
        }
        #expect(try house.store.outbox(after: 0, limit: 9).isEmpty)
        #expect(try house.isRefused(chronicle.say("after the end")))
        #expect(try house.isRefused(units[0]))
        #expect(try house.load(CaseID(1)) == .failure(.erased))
        #expect(try house.load(CaseID(2)).get().version == 1)
        #expect(try house.page(CaseID(2)).events.count == 1)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `erasing goes on in portions`(_ kind: StoreKind) throws {
        let house = try kind.open()
        for id in Int64(1)...5 { try house.commit(erased(id).1) }
        #expect(try house.store.finishErasing(limit: 2) == 3)
        #expect(try house.store.finishErasing(limit: 0) == 3)
        #expect(try house.store.finishErasing(limit: 2) == 1)
        #expect(try house.store.finishErasing(limit: 2) == 0)
        #expect(try house.store.finishErasing(limit: 2) == 0)
    }
}
