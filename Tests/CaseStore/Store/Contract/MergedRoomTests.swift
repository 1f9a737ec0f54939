import CaseMachine
import CaseStore
import Testing

@Suite struct MergedRoomTests {
    private static let (maria, mario) = (GuestID(1), GuestID(2))

    /// Room 1 of Maria's and room 2 of Mario's; the first was merged into the second.
    private func merged(_ house: any StoreHouse) throws -> (Chronicle, Chronicle) {
        var (first, second) = (Chronicle(1), Chronicle(2))
        let anna = Author.member(Chronicle.anna)
        try house.commit([
            first.open(.room(Self.maria), by: anna), second.open(.room(Self.mario), by: anna),
        ])
        let absorption = Absorption(
            rooms: [CaseID(1)], guests: [Self.maria], invitations: 0, isWaitedFor: false, unanswered: nil,
            guestStreak: nil, teamStreak: nil)
        let unit = CommitUnit(changes: [
            first.change([.merged(into: CaseID(2))], by: anna), second.change([.absorbed(absorption)], by: anna),
        ])
        #expect(try house.commit([unit]) == [.stored])
        return (first, second)
    }

    private func cases(_ house: any StoreHouse, of guest: GuestID, open: Bool = true) throws -> [Int64] {
        let list = CaseList.ofGuest(guest, open: open)
        let listed = try house.store.list(list, after: nil, limit: 9)
        #expect(listed.allSatisfy { (try? $0.state.get()) != nil })
        #expect(try house.store.versions(in: list, after: nil, limit: 9).map(\.id) == listed.map(\.id))
        return listed.map(\.id.value)
    }

    @Test(arguments: StoreKind.allCases)
    func `guests of merged rooms have the one that stays, until the rooms part`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (first, second) = try merged(house)
        #expect(try cases(house, of: Self.maria) == [2])
        #expect(try cases(house, of: Self.maria, open: false) == [1])
        #expect(try cases(house, of: Self.mario) == [2])
        #expect(try house.store.list(.ofGuest(Self.maria, open: true), after: CaseID(2), limit: 9).isEmpty)
        let anna = Author.member(Chronicle.anna)
        let parted = CommitUnit(changes: [
            first.change([.mergeUndone(noticed: [])], by: anna),
            second.change([.absorptionUndone(CaseID(1))], by: anna),
        ])
        #expect(try house.commit([parted]) == [.stored])
        #expect(try cases(house, of: Self.maria) == [1])
        #expect(try cases(house, of: Self.mario) == [2])
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `a room's end takes along what was merged into it`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (first, second) = try merged(house)
        first.due = Chronicle.start
        let end = second.add([.closed(.byGuest), .erased(.retention, absorbed: [CaseID(1)])], by: .system)
        #expect(try house.commit([end]) == [.stored])
        for id in [CaseID(1), CaseID(2)] {
            #expect(try house.load(id) == .failure(.erased))
            #expect(try house.store.events(of: id, for: .guest, after: 0, limit: 9) == .failure(.erased))
        }
        // Who decided on it before finds it changed.
        #expect(try house.store.versions(of: [CaseID(1)]) == [CaseID(1): 3])
        #expect(try house.isRefused(first.say("too late")))
        for guest in [Self.maria, Self.mario] {
            #expect(try cases(house, of: guest).isEmpty && cases(house, of: guest, open: false).isEmpty)
        }
        #expect(try house.store.list(.mine(Chronicle.anna), after: nil, limit: 9).isEmpty)
        #expect(try house.store.due(at: Timestamp(milliseconds: .max), after: nil, limit: 9).isEmpty)
        #expect(try house.store.strayAssignments(heardSince: Chronicle.start, after: nil, limit: 9).isEmpty)
        #expect(try house.store.finishErasing(limit: 1) == 1)
        #expect(try house.store.finishErasing(limit: 1) == 0)
        #expect(try house.load(CaseID(1)) == .failure(.erased))
    }
}
