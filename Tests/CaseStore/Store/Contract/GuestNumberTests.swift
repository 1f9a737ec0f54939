import CaseMachine
import CaseStore
import Testing

@Suite struct GuestNumberTests {
    /// Numbers of the team's log, with the guest's number at or before each: 3 and 5 are private.
    @Test(arguments: StoreKind.allCases)
    func `how far the team has seen is told in the guest's own numbers`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        let note = Fact.noteWritten(Message(text: "call the laboratory"))
        let units = [
            opening, chronicle.say("hello"), chronicle.add([note], by: .member(Chronicle.anna)),
            chronicle.say("anybody there?"), chronicle.add([note], by: .member(Chronicle.anna)),
        ]
        #expect(try house.commit(units) == units.map { _ in .stored })
        let expected: [(Int64, Int64)] = [
            (.min, 0), (0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (5, 3), (6, 3), (.max, 3),
        ]
        for (team, guest) in expected {
            #expect(try house.store.guestNumber(of: CaseID(1), atOrBefore: team) == guest)
        }
        #expect(try house.store.guestNumber(of: CaseID(2), atOrBefore: 5) == 0)
    }
}
