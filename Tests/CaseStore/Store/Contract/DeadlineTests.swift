import CaseMachine
import CaseStore
import Testing

@Suite struct DeadlineTests {
    private static let start = Chronicle.start

    // covers: B2
    @Test(arguments: StoreKind.allCases)
    func `due cases come the earliest first, those of one moment by id`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let moments: [Int64: Duration?] = [1: .seconds(3), 2: .seconds(1), 3: nil, 4: .seconds(1), 5: .seconds(9)]
        for (id, moment) in moments {
            var chronicle = Chronicle(id)
            chronicle.due = moment.map { Self.start + $0 }
            try house.commit([chronicle.open()])
        }
        func due(_ now: Duration, after last: DueCase? = nil, _ limit: Int = 10) throws -> [Int64] {
            try house.store.due(at: Self.start + now, after: last, limit: limit).map(\.id.value)
        }
        #expect(try due(.milliseconds(999)) == [])
        #expect(try due(.seconds(1)) == [2, 4])
        #expect(try due(.seconds(5)) == [2, 4, 1])
        #expect(try due(.seconds(5), 2) == [2, 4])
        #expect(try due(.seconds(5), 0) == [])
        #expect(try due(.days(9)) == [2, 4, 1, 5])
        let second = DueCase(id: CaseID(2), at: Self.start + .seconds(1))
        #expect(try due(.days(9), after: second, 2) == [4, 1])
        #expect(try due(.days(9), after: DueCase(id: CaseID(9), at: second.at)) == [1, 5])
        #expect(
            try house.store.due(at: Timestamp(milliseconds: .max), after: nil, limit: 1).first?.at == Self.start
                + .seconds(1))
    }

    // covers: B2
    @Test(arguments: StoreKind.allCases)
    func `a commit moves its case's deadline, and takes it away`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var chronicle = Chronicle(1)
        chronicle.due = Self.start + .seconds(1)
        try house.commit([chronicle.open()])
        chronicle.due = Self.start + .seconds(5)
        try house.commit([chronicle.say("hello")])
        #expect(try house.store.due(at: Self.start + .seconds(4), after: nil, limit: 9).isEmpty)
        #expect(
            try house.store.due(at: Self.start + .seconds(5), after: nil, limit: 9)
                == [DueCase(id: CaseID(1), at: Self.start + .seconds(5))])
        chronicle.due = nil
        try house.commit([chronicle.say("goodbye")])
        #expect(try house.store.due(at: Timestamp(milliseconds: .max), after: nil, limit: 9).isEmpty)
    }

    /// Anna holds cases 1 and 2, Ben case 3; the state of 2 says that Anna is absent.
    private func assigned(_ kind: StoreKind) throws -> any StoreHouse {
        let house = try kind.open()
        for (id, member) in [(1, Chronicle.anna), (2, Chronicle.anna), (3, Chronicle.ben)] {
            var chronicle = Chronicle(Int64(id))
            try house.commit([chronicle.open(), chronicle.add([.claimed], by: .member(member))])
            if id == 2 { try house.commit([chronicle.add([.assigneeWentAbsent], by: .system)]) }
        }
        try house.commit([Chronicle.opened(4).1])
        return house
    }

    private func stray(
        _ house: any StoreHouse, since seconds: Int64, after id: CaseID? = nil, limit: Int = 10
    ) throws -> [StrayAssignment] {
        try house.store.strayAssignments(heardSince: Self.start + .seconds(seconds), after: id, limit: limit)
    }

    private func stray(_ id: Int64, isPresent: Bool) -> StrayAssignment {
        StrayAssignment(id: CaseID(id), isPresent: isPresent)
    }

    // covers: B3
    @Test(arguments: StoreKind.allCases)
    func `without any node every assignee is absent`(_ kind: StoreKind) throws {
        let house = try assigned(kind)
        #expect(try stray(house, since: 0) == [stray(1, isPresent: false), stray(3, isPresent: false)])
        #expect(try stray(house, since: 0, limit: 1) == [stray(1, isPresent: false)])
        #expect(try stray(house, since: 0, limit: 0).isEmpty)
    }

    // covers: B3
    @Test(arguments: StoreKind.allCases)
    func `an assignee is present while any living node holds them`(_ kind: StoreKind) throws {
        let house = try assigned(kind)
        try house.store.heartbeat(NodeID(1), members: [Chronicle.anna], at: Self.start)
        try house.store.heartbeat(NodeID(2), members: [Chronicle.anna, Chronicle.ben], at: Self.start + .seconds(5))
        #expect(try stray(house, since: 0) == [stray(2, isPresent: true)])
        // The first node has fallen silent.
        #expect(try stray(house, since: 5) == [stray(2, isPresent: true)])
        // And the second.
        #expect(try stray(house, since: 6) == [stray(1, isPresent: false), stray(3, isPresent: false)])
        // The second has let Ben go, and says goodbye.
        try house.store.heartbeat(NodeID(2), members: [Chronicle.anna], at: Self.start + .seconds(7))
        #expect(try stray(house, since: 6) == [stray(2, isPresent: true), stray(3, isPresent: false)])
        try house.store.heartbeat(NodeID(2), members: nil, at: Self.start + .seconds(8))
        #expect(try stray(house, since: 6) == [stray(1, isPresent: false), stray(3, isPresent: false)])
        try house.store.heartbeat(NodeID(3), members: [], at: Self.start + .seconds(8))
        #expect(try stray(house, since: 6) == [stray(1, isPresent: false), stray(3, isPresent: false)])
    }
}
