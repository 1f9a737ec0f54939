import CaseMachine
import CaseStore
import Testing

@Suite struct ListTests {
    private static let otherTeam = TeamID(2)
    private static let ending = Fact.closed(.byGuest)

    /// One case in each list, under the ids by which the tests name them.
    private func house(_ kind: StoreKind) throws -> any StoreHouse {
        let house = try kind.open()
        var units: [CommitUnit] = []
        func add(
            _ id: Int64, _ party: Party = .support(Chronicle.maria), team: TeamID = Chronicle.team,
            facts: [(Fact, Author)] = []
        ) {
            var chronicle = Chronicle(id)
            units.append(chronicle.open(party, team: team))
            for (fact, author) in facts { units.append(chronicle.add([fact], by: author)) }
        }
        let anna = Author.member(Chronicle.anna)
        let guest = Author.guest(Chronicle.maria)
        let hello = Fact.messageSent(Message(text: "hello"))
        add(1)
        add(2, facts: [(.claimed, anna)])
        add(3, facts: [(.claimed, anna), (Self.ending, guest)])
        add(4, facts: [(.merged(into: CaseID(2)), anna)])
        add(5, .direct(ClientID(1)))
        add(6, .room(GuestID(2)))
        add(7, team: Self.otherTeam, facts: [(.claimed, .member(Chronicle.ben))])
        add(8, .support(GuestID(2)), facts: [(.claimed, anna), (.snoozed(until: Chronicle.start + .hours(1)), anna)])
        add(9, .support(GuestID(2)), facts: [(Self.ending, guest), (.erased(.retention, absorbed: []), .system)])
        add(10, facts: [(hello, guest)])
        add(11, facts: [(hello, guest), (Self.ending, guest)])
        add(12, .direct(ClientID(1)), facts: [(hello, .client(ClientUserID(1)))])
        #expect(try house.commit(units).allSatisfy { $0 == .stored })
        return house
    }

    private static let expected: [(CaseList, [Int64])] = [
        (.unassigned(Chronicle.team), [1, 6, 10]),
        (.mine(Chronicle.anna), [2, 8]),
        (.mine(Chronicle.ben), [7]),
        (.mine(MemberID(99)), []),
        (.open(Chronicle.team), [1, 2, 5, 6, 8, 10, 12]),
        (.open(ListTests.otherTeam), [7]),
        (.unread(Chronicle.team), [10, 12]),
        (.closed(Chronicle.team), [3, 4, 11]),
        (.ofGuest(Chronicle.maria, open: true), [1, 2, 7, 10]),
        (.ofGuest(Chronicle.maria, open: false), [3, 4, 11]),
        (.ofGuest(GuestID(2), open: true), [6, 8]),
        (.ofGuest(GuestID(2), open: false), []),
        (.ofClient(ClientID(1)), [5, 12]),
        (.ofClient(ClientID(2)), []),
    ]

    @Test(arguments: StoreKind.allCases)
    func `each list holds what it says, in the order of the ids`(_ kind: StoreKind) throws {
        let house = try house(kind)
        for (list, ids) in Self.expected {
            let listed = try house.store.list(list, after: nil, limit: 100)
            #expect(listed.map(\.id.value) == ids, "\(list)")
            for item in listed {
                let loaded = try house.load(item.id).get()
                #expect(try item.state.get() == loaded.state)
                #expect(item.version == loaded.version && item.publicID == loaded.publicID)
            }
            let versions = try house.store.versions(in: list, after: nil, limit: 100)
            #expect(versions == listed.map { ListedVersion(id: $0.id, version: $0.version) })
        }
    }

    @Test(arguments: StoreKind.allCases, [1, 2, 3])
    func `pages of any size come to the same list`(_ kind: StoreKind, _ size: Int) throws {
        let house = try house(kind)
        for (list, ids) in Self.expected {
            var read: [Int64] = []
            var versions: [Int64] = []
            while true {
                let page = try house.store.list(list, after: read.last.map { CaseID($0) }, limit: size)
                read += page.map(\.id.value)
                versions += try house.store.versions(in: list, after: versions.last.map { CaseID($0) }, limit: size)
                    .map(\.id.value)
                if page.count < size { break }
            }
            #expect(read == ids && versions == ids, "\(list)")
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `many lists are asked for at once, each answered in its place`(_ kind: StoreKind) throws {
        let house = try house(kind)
        let lists = Self.expected.map(\.0) + [.ofGuest(Chronicle.maria, open: true), .ofGuest(GuestID(99), open: true)]
        let expected = try lists.map { try house.store.versions(in: $0, after: nil, limit: 100) }
        #expect(try house.store.versions(inEach: lists) == expected)
        #expect(try house.store.versions(inEach: []).isEmpty)
        let reversed = Array(lists.reversed())
        #expect(try house.store.versions(inEach: reversed) == expected.reversed())
    }

    @Test(arguments: StoreKind.allCases)
    func `a list ends, also after the last id and at no limit`(_ kind: StoreKind) throws {
        let house = try house(kind)
        let list = CaseList.open(Chronicle.team)
        #expect(try house.store.list(list, after: CaseID(.max), limit: 10).isEmpty)
        #expect(try house.store.list(list, after: CaseID(.min), limit: 1).map(\.id.value) == [1])
        #expect(try house.store.list(list, after: nil, limit: 0).isEmpty)
        #expect(try house.store.list(list, after: nil, limit: -1).isEmpty)
        #expect(try house.store.versions(in: list, after: nil, limit: 0).isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `a case changes its list with the commit`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        func lists() throws -> [Bool] {
            try [
                CaseList.unassigned(Chronicle.team), .mine(Chronicle.anna), .unread(Chronicle.team),
                .unassigned(Self.otherTeam), .closed(Self.otherTeam),
            ].map { try !house.store.list($0, after: nil, limit: 1).isEmpty }
        }
        try house.commit([opening])
        #expect(try lists() == [true, false, false, false, false])
        try house.commit([chronicle.say("hello")])
        #expect(try lists() == [true, false, true, false, false])
        try house.commit([chronicle.add([.claimed], by: .member(Chronicle.anna))])
        #expect(try lists() == [false, true, true, false, false])
        try house.commit([chronicle.add([.seen(.team, upTo: 3)], by: .member(Chronicle.anna))])
        #expect(try lists() == [false, true, false, false, false])
        try house.commit([chronicle.add([.transferred(.team(Self.otherTeam))], by: .member(Chronicle.anna))])
        #expect(try lists() == [false, false, false, true, false])
        try house.commit([chronicle.add([Self.ending])])
        #expect(try lists() == [false, false, false, false, true])
    }

    @Test(arguments: StoreKind.allCases)
    func `versions are told of the cases that there are`(_ kind: StoreKind) throws {
        let house = try house(kind)
        let versions = try house.store.versions(of: [1, 2, 8, 77].map { CaseID($0) })
        #expect(versions == [CaseID(1): 1, CaseID(2): 2, CaseID(8): 3])
        #expect(try house.store.versions(of: []).isEmpty)
    }

    @Test(arguments: StoreKind.allCases)
    func `a policy's open cases are told in pages`(_ kind: StoreKind) throws {
        let house = try house(kind)
        #expect(
            try house.store.openCases(of: Chronicle.team, after: nil, limit: 3) == [1, 2, 5].map { CaseID($0) })
        #expect(
            try house.store.openCases(of: Chronicle.team, after: CaseID(5), limit: 9)
                == [6, 8, 10, 12].map { CaseID($0) })
    }
}
