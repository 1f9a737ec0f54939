import CaseMachine
import CaseStore
import Testing

@Suite struct ReadingTests {
    /// Everybody's events 1, 2, 4, 6 with a note and a call for supervision between them.
    private func talk(_ house: any StoreHouse) throws -> Chronicle {
        var (chronicle, opening) = Chronicle.opened(1)
        let units = [
            opening, chronicle.say("hello"),
            chronicle.add([.noteWritten(Message(text: "call the laboratory"))], by: .member(Chronicle.anna)),
            chronicle.say("anybody there?"),
            chronicle.add([.firstResponseAlerted(level: 1)], by: .system),
            chronicle.say("it is urgent"),
        ]
        #expect(try house.commit(units) == units.map { _ in .stored })
        return chronicle
    }

    @Test(arguments: StoreKind.allCases)
    func `each side reads a dense log with its own head`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let chronicle = try talk(house)
        let team = try house.page(CaseID(1), .team)
        #expect(team.events.map(\.numbers.forTeam) == [1, 2, 3, 4, 5, 6])
        #expect(team.head == 6 && team.state == chronicle.state)
        let guest = try house.page(CaseID(1), .guest)
        #expect(guest.events.map(\.numbers.forGuest) == [1, 2, 3, 4])
        #expect(guest.head == 4 && guest.state == chronicle.state)
        #expect(!guest.events.contains { $0.event.fact.audience == .team })
    }

    @Test(arguments: StoreKind.allCases)
    func `a case is found by what the outside calls it`(_ kind: StoreKind) throws {
        let house = try kind.open()
        _ = try talk(house)
        let known = try house.store.load([CaseID(1)]).first?.get()
        let name = try #require(known?.publicID)
        #expect(try house.store.load(named: name).get() == known)
        let nobody = PublicID(name.value &+ 1)
        #expect(try house.store.load(named: nobody) == .failure(.noSuchCase))
        let several = try house.store.load(named: [nobody, name, name])
        #expect(
            try several.first == .failure(.noSuchCase) && several.dropFirst().map { try $0.get() } == [known, known])
        #expect(try house.store.load(named: []).isEmpty)
    }

    @Test(arguments: StoreKind.allCases, [1, 2, 3, 100])
    func `pages of any size come to the same log`(_ kind: StoreKind, _ size: Int) throws {
        let house = try kind.open()
        _ = try talk(house)
        for side in Side.allCases {
            let whole = try house.page(CaseID(1), side)
            var read: [StoredEvent] = []
            while Int64(read.count) < whole.head {
                let page = try house.page(CaseID(1), side, after: Int64(read.count), limit: size)
                #expect(page.head == whole.head)
                #expect(!page.events.isEmpty && page.events.count <= size)
                read += page.events
            }
            #expect(read == whole.events)
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `a reader who is ahead or asks for nothing gets the head`(_ kind: StoreKind) throws {
        let house = try kind.open()
        _ = try talk(house)
        for (after, limit) in [(6, 10), (Int64.max, 10), (0, 0), (0, -1)] {
            let page = try house.page(CaseID(1), after: after, limit: limit)
            #expect(page.events.isEmpty && page.head == 6)
        }
        #expect(try house.page(CaseID(1), after: .min, limit: 2).events.map(\.numbers.forTeam) == [1, 2])
    }

    @Test(arguments: StoreKind.allCases)
    func `an event is found by the reader's own number`(_ kind: StoreKind) throws {
        let house = try kind.open()
        _ = try talk(house)
        for side in Side.allCases {
            for (event, number) in zip(try house.page(CaseID(1), side).events, Int64(1)...) {
                #expect(try house.store.event(number, of: CaseID(1), for: side).get() == event)
            }
        }
        for number in [Int64.min, -1, 0, 5, Int64.max] {
            #expect(try house.store.event(number, of: CaseID(1), for: .guest).get() == nil)
        }
        #expect(try house.store.event(1, of: CaseID(2), for: .team) == .failure(.noSuchCase))
    }

    @Test(arguments: StoreKind.allCases)
    func `cases are loaded in the order that was asked for`(_ kind: StoreKind) throws {
        let house = try kind.open()
        try house.commit([3, 1, 2].map { Chronicle.opened($0).1 })
        let ids = [2, 9, 3, 2].map { CaseID($0) }
        let loaded = try house.store.load(ids)
        #expect(loaded.map { try? $0.get().id } == [ids[0], nil, ids[2], ids[3]])
        #expect(loaded[1] == .failure(.noSuchCase))
        #expect(try house.store.load([]).isEmpty)
    }

    // covers: B9
    @Test(arguments: StoreKind.allCases)
    func `a deleted message comes back as a tombstone, in whatever words it was said`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        let target = Numbers(forTeam: 2, forGuest: 2)
        let file = SharedFile(file: FileID(1), title: "report", byteCount: 10, mediaType: "image/png")
        let said = Message(text: "a secret", files: [file])
        try house.commit([
            opening, chronicle.add([.messageSent(said)]), chronicle.say("stays"),
            chronicle.add([.messageEdited(target, text: "a secret, too")]),
            chronicle.add([.messageEdited(Numbers(forTeam: 3, forGuest: 3), text: "stays as well")]),
        ])
        #expect(try house.page(CaseID(1)).events.allSatisfy { !$0.isDeleted })
        try house.commit([chronicle.add([.messageDeleted(target)])])
        for side in Side.allCases {
            let events = try house.page(CaseID(1), side).events
            #expect(events.map(\.isDeleted) == [false, true, false, true, false, false])
            #expect(events[1].event.fact == .messageSent(Message(text: "")))
            #expect(events[3].event.fact == .messageEdited(target, text: ""))
            #expect(events[2].event.fact == .messageSent(Message(text: "stays")))
            #expect(try house.store.event(2, of: CaseID(1), for: side).get() == events[1])
        }
    }

    @Test(arguments: StoreKind.allCases)
    func `what is sent and deleted in one unit is deleted`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        let target = Numbers(forTeam: 2, forGuest: 2)
        try house.commit([
            opening, chronicle.add([.messageSent(Message(text: "oh")), .messageDeleted(target)]),
        ])
        #expect(try house.page(CaseID(1), .guest).events.map(\.isDeleted) == [false, true, false])
    }

    @Test(arguments: StoreKind.allCases)
    func `a case that cannot be read hurts only itself`(_ kind: StoreKind) throws {
        let house = try kind.open()
        try house.commit((1...3).map { Chronicle.opened(Int64($0)).1 })
        try house.replaceState(of: CaseID(2), by: [1, 2, 3])
        let loaded = try house.store.load([1, 2, 3].map { CaseID($0) })
        #expect(loaded.map { (try? $0.get()) != nil } == [true, false, true])
        guard case .failure(.unreadable) = loaded[1] else { throw UnexpectedTrouble() }
        let listed = try house.store.list(.open(Chronicle.team), after: nil, limit: 10)
        #expect(listed.map(\.id.value) == [1, 2, 3])
        #expect(listed.map { (try? $0.state.get()) != nil } == [true, false, true])
        #expect(try house.store.versions(in: .open(Chronicle.team), after: nil, limit: 10).count == 3)
    }

    @Test(arguments: StoreKind.allCases)
    func `an event that cannot be read hurts its case's pages only`(_ kind: StoreKind) throws {
        let house = try kind.open()
        _ = try talk(house)
        try house.commit([Chronicle.opened(2).1])
        try house.replaceEvent(4, of: CaseID(1), by: [1])
        guard case .failure(.unreadable) = try house.store.events(of: CaseID(1), for: .team, after: 0, limit: 9)
        else { throw UnexpectedTrouble() }
        #expect(try house.page(CaseID(1), limit: 3).events.count == 3)
        #expect(try house.page(CaseID(2)).events.count == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `what a later release wrote is told as such`(_ kind: StoreKind) throws {
        let house = try kind.open()
        try house.commit([Chronicle.opened(1).1])
        try house.replaceEvent(1, of: CaseID(1), by: [CaseEvent.shape + 1, 0])
        #expect(
            try house.store.event(1, of: CaseID(1), for: .team) == .failure(.newerShape(CaseEvent.shape + 1)))
        try house.replaceState(of: CaseID(1), by: [CaseState.shape + 1, 0])
        #expect(try house.load(CaseID(1)) == .failure(.newerShape(CaseState.shape + 1)))
    }
}

struct UnexpectedTrouble: Error {}
