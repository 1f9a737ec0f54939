import CaseMachine
import CaseStore
import Testing

@Suite struct KeyTests {
    // covers: B1
    @Test(arguments: StoreKind.allCases)
    func `a command that is repeated gets its first answer and stores nothing`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var chronicle = Chronicle(1)
        let command = KeyedCommand.test(5)
        #expect(try house.commit([chronicle.open(key: command)]) == [.stored])
        let repetition = KeyedCommand.test(5, heads: Heads(team: 2, guest: 2))
        let outcomes = try house.commit([chronicle.say("again", commands: [.test(6), repetition])])
        #expect(outcomes == [.known(index: 1, command.receipt)])
        #expect(try house.load(CaseID(1)).get().version == 1)
        #expect(try house.page(CaseID(1)).head == 1)
    }

    // covers: B1
    @Test(arguments: StoreKind.allCases)
    func `keys are looked at before the version`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening])
        let unit = chronicle.say("The answer to its COMMIT never came", commands: [.test(5)])
        #expect(try house.commit([unit]) == [.stored])
        #expect(try house.commit([unit]) == [.known(index: 0, unit.commands[0].receipt)])
    }

    @Test(arguments: StoreKind.allCases)
    func `a key that was used for another command is an error of the client's`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var chronicle = Chronicle(1)
        try house.commit([chronicle.open(key: .test(5))])
        let other = chronicle.say("other", commands: [.test(6), .test(5, fingerprint: 2)])
        #expect(try house.commit([other]) == [.keyReused(index: 1)])
        #expect(try house.load(CaseID(1)).get().version == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `the same key twice in one batch is decided once`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (first, second) = (Chronicle(1), Chronicle(2))
        let units = [first.open(key: .test(5)), second.open(key: .test(5, heads: Heads(team: 9, guest: 9)))]
        #expect(try house.commit(units) == [.stored, .known(index: 0, units[0].commands[0].receipt)])
        #expect(try house.load(CaseID(2)) == .failure(.noSuchCase))
    }

    @Test(arguments: StoreKind.allCases)
    func `the key of a unit that met a conflict is free for the next in the batch`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let (_, opening) = Chronicle.opened(1)
        try house.commit([opening])
        var (taken, other) = (Chronicle(1), Chronicle(2))
        let units = [taken.open(key: .test(5)), other.open(key: .test(5))]
        #expect(try house.commit(units) == [.conflict, .stored])
    }

    @Test(arguments: StoreKind.allCases)
    func `the same key twice in one unit is refused`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var chronicle = Chronicle(1)
        var unit = chronicle.open()
        unit.commands = [.test(4), .test(5), .test(5)]
        #expect(try house.commit([unit]) == [.keyReused(index: 2)])
        #expect(try house.load(CaseID(1)) == .failure(.noSuchCase))
    }

    @Test(arguments: StoreKind.allCases)
    func `organisations and authors do not share keys`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let owners: [(OrganisationID, Author)] = [
            (OrganisationID(1), .guest(GuestID(1))), (OrganisationID(2), .guest(GuestID(1))),
            (OrganisationID(1), .guest(GuestID(2))), (OrganisationID(1), .client(ClientUserID(1))),
            (OrganisationID(1), .member(MemberID(1))), (OrganisationID(1), .system),
        ]
        var units: [CommitUnit] = []
        for (index, owner) in owners.enumerated() {
            var chronicle = Chronicle(Int64(index) + 1)
            let key = KeyedCommand.test(.max, author: owner.1, organisation: owner.0, case: Int64(index) + 1)
            units.append(chronicle.open(organisation: owner.0, key: key))
        }
        #expect(try house.commit(units) == units.map { _ in .stored })
        #expect(try house.commit(units) == units.map { .known(index: 0, $0.commands[0].receipt) })
    }

    @Test(arguments: StoreKind.allCases)
    func `commands are forgotten by age, the oldest first`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var units: [CommitUnit] = []
        for id in Int64(1)...4 {
            var chronicle = Chronicle(id)
            units.append(chronicle.open(key: .test(UInt128(id))))
            house.clock.now = Chronicle.start + .days(id)
            try house.commit([units[Int(id) - 1]])
        }
        let moment = Chronicle.start + .days(4)
        #expect(try house.store.forgetKeys(olderThan: moment, limit: 2) == 2)
        #expect(try house.store.forgetKeys(olderThan: moment, limit: 2) == 1)
        #expect(try house.store.forgetKeys(olderThan: moment, limit: 2) == 0)
        #expect(try house.commit([units[2]]) == [.conflict])
        #expect(try house.commit([units[3]]) == [.known(index: 0, units[3].commands[0].receipt)])
    }
}
