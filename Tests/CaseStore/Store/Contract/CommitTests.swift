import CaseMachine
import CaseStore
import Testing

@Suite struct CommitTests {
    @Test(arguments: StoreKind.allCases)
    func `a new case is there with its public name, version, state and events`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let (chronicle, unit) = Chronicle.opened(7)
        #expect(try house.commit([unit]) == [.stored])
        let loaded = try house.load(CaseID(7)).get()
        #expect(loaded.id == CaseID(7))
        #expect(loaded.publicID == unit.changes[0].publicID)
        #expect(loaded.version == 1)
        #expect(loaded.state == chronicle.state)
        #expect(try house.page(CaseID(7)).events.map(\.event) == unit.changes[0].events.map(\.event))
    }

    @Test(arguments: StoreKind.allCases)
    func `a case is changed on the version that was decided on`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening])
        for text in ["one", "two", "three"] { #expect(try house.commit([chronicle.say(text)]) == [.stored]) }
        let loaded = try house.load(CaseID(1)).get()
        #expect(loaded.version == 4)
        #expect(loaded.state == chronicle.state)
        #expect(try house.page(CaseID(1)).events.map(\.numbers.forTeam) == [1, 2, 3, 4])
    }

    @Test(arguments: StoreKind.allCases)
    func `a conflict leaves no trace, and the others of the batch are stored`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (first, opening) = Chronicle.opened(1)
        var (second, secondOpening) = Chronicle.opened(2)
        try house.commit([opening, secondOpening])
        var stale = first
        let item = OutboxItem(kind: .invitation, number: 2, due: Chronicle.start)
        let late = stale.add(
            [.messageSent(Message(text: "late"))], commands: [.test(5)], outbox: [item])
        let outcomes = try house.commit([first.say("first"), late, second.say("second")])
        #expect(outcomes == [.stored, .conflict, .stored])
        #expect(try house.load(CaseID(1)).get().state == first.state)
        #expect(try house.load(CaseID(2)).get().state == second.state)
        #expect(try house.page(CaseID(1)).events.last?.event.fact == .messageSent(Message(text: "first")))
        #expect(try house.store.outbox(after: 0, limit: 10).isEmpty)
        // The key of the loser is free: its command was not decided.
        #expect(try house.commit([first.say("late", commands: [.test(5)])]) == [.stored])
    }

    @Test(arguments: StoreKind.allCases)
    func `a case is made once`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let (_, unit) = Chronicle.opened(1)
        #expect(try house.commit([unit, unit]) == [.stored, .conflict])
        var namesake = Chronicle(2, publicID: 1001)
        #expect(try house.commit([namesake.open()]) == [.conflict])
        #expect(try house.load(CaseID(2)) == .failure(.noSuchCase))
    }

    @Test(arguments: StoreKind.allCases)
    func `a change of a case that is not there comes to nothing`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, _) = Chronicle.opened(1)
        #expect(try house.isRefused(chronicle.say("hello")))
        #expect(try house.load(CaseID(1)) == .failure(.noSuchCase))
    }

    @Test(arguments: StoreKind.allCases)
    func `two cases of a unit change together or not at all`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (first, opening) = Chronicle.opened(1)
        var (second, secondOpening) = Chronicle.opened(2)
        try house.commit([opening, secondOpening])
        let (old, oldSecond) = (first, second)
        let merge = CommitUnit(changes: [
            first.change([.merged(into: CaseID(2))]),
            second.change([
                .absorbed(
                    Absorption(
                        rooms: [CaseID(1)], guests: [GuestID(1)], invitations: 0, isWaitedFor: false, unanswered: nil,
                        guestStreak: nil, teamStreak: nil))
            ]),
        ])
        #expect(try house.commit([merge]) == [.stored])
        #expect(try house.load(CaseID(1)).get().state == first.state)
        #expect(try house.load(CaseID(2)).get().state == second.state)

        // The second has moved on meanwhile: the first stays as it is, whichever stands first in the unit.
        var stale = oldSecond
        var third = first
        let late = [third.change([.mergeUndone(noticed: [])]), stale.change([.absorptionUndone(CaseID(1))])]
        for changes in [late, late.reversed()] {
            #expect(try house.commit([CommitUnit(changes: changes)]) == [.conflict])
        }
        #expect(try house.load(CaseID(1)).get().state == first.state)
        #expect(try house.page(CaseID(1)).head == 2)
        #expect(old.version == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `a unit of a new case and an old one stands together`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let (_, opening) = Chronicle.opened(1)
        try house.commit([opening])
        var (stale, _) = Chronicle.opened(1)
        _ = stale.say("unseen")
        var new = Chronicle(9)
        let unit = CommitUnit(changes: new.open().changes + [stale.change([.linkShared])])
        #expect(try house.commit([unit]) == [.conflict])
        #expect(try house.load(CaseID(9)) == .failure(.noSuchCase))
        // The id and the name are free again.
        var again = Chronicle(9)
        #expect(try house.commit([again.open()]) == [.stored])
    }

    @Test(arguments: StoreKind.allCases)
    func `a change of the row alone is a version of its own`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening])
        let stale = chronicle
        let seen = chronicle.add([.seen(.team, upTo: 1)])
        #expect(seen.changes[0].events.isEmpty)
        #expect(try house.commit([seen]) == [.stored])
        let loaded = try house.load(CaseID(1)).get()
        #expect(loaded.version == 2)
        #expect(loaded.state.teamSide.seenUpTo == 1)
        #expect(try house.page(CaseID(1)).head == 1)
        var late = stale
        #expect(try house.commit([late.say("decided without having seen that")]) == [.conflict])
    }

    @Test(arguments: StoreKind.allCases)
    func `an empty batch is no batch`(_ kind: StoreKind) throws {
        let house = try kind.open()
        #expect(try house.commit([]) == [])
    }

    @Test(arguments: StoreKind.allCases)
    func `a unit that would damage the log cannot be prepared, and the others can`(_ kind: StoreKind) throws {
        let house = try kind.open()
        let (chronicle, opening) = Chronicle.opened(1)
        let state = try #require(chronicle.state)
        let change = opening.changes[0]
        let event = change.events[0].event
        func unit(_ expectedVersion: Int64, _ name: PublicID?, _ events: [NumberedEvent]) -> CommitUnit {
            CommitUnit(changes: [
                CaseChange(
                    id: CaseID(1), expectedVersion: expectedVersion, publicID: name, events: events, state: state,
                    earliestDeadline: nil)
            ])
        }
        func numbered(_ team: Int64, _ guest: Int64?) -> NumberedEvent {
            NumberedEvent(numbers: Numbers(forTeam: team, forGuest: guest), event: event)
        }
        let faulty: [CommitUnit] = [
            CommitUnit(changes: []),
            CommitUnit(changes: [change, change]),
            unit(0, nil, change.events),
            unit(3, change.publicID, change.events),
            unit(0, change.publicID, [numbered(2, 1)]),
            unit(0, change.publicID, [numbered(1, nil)]),
            unit(0, change.publicID, [numbered(1, 1), numbered(2, 2)]),
            unit(0, change.publicID, []),
            unit(-1, nil, change.events),
        ]
        let troubles = try house.troubles(faulty + [opening])
        for (index, trouble) in troubles.dropLast().enumerated() {
            guard case .unreadable = trouble else {
                Issue.record("fault \(index) was prepared")
                continue
            }
        }
        #expect(try troubles.last == .some(nil) && house.load(CaseID(1)).get().version == 1)
    }

    // covers: B1
    @Test(arguments: StoreKind.allCases)
    func `events that do not continue the stored heads are a conflict`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening])
        _ = chronicle.say("never stored")
        let ahead = chronicle.change([.messageSent(Message(text: "hello"))])
        let unit = CommitUnit(changes: [
            CaseChange(
                id: ahead.id, expectedVersion: 1, events: ahead.events, state: ahead.state, earliestDeadline: nil)
        ])
        #expect(try house.commit([unit]) == [.conflict])
        #expect(try house.page(CaseID(1)).head == 1)
    }

    @Test(arguments: StoreKind.allCases)
    func `the outbox holds what was stored, in its order, by case`(_ kind: StoreKind) throws {
        let house = try kind.open()
        var (first, opening) = Chronicle.opened(1)
        var (second, secondOpening) = Chronicle.opened(2)
        try house.commit([opening, secondOpening])
        let items = OutboxItem.Kind.allCases.map { OutboxItem(kind: $0, number: 1, due: Chronicle.start + .seconds(1)) }
        let seen = Fact.seen(.team, upTo: 1)
        try house.commit([
            first.add([seen], outbox: [items[0], items[1]]), second.add([seen], outbox: [items[2], items[3]]),
        ])
        let all = try house.store.outbox(after: 0, limit: 10)
        #expect(all.map(\.item) == items)
        #expect(all.map(\.caseID) == [1, 1, 2, 2].map { CaseID($0) })
        #expect(all.map(\.id) == all.map(\.id).sorted())
        #expect(try house.store.outbox(after: all[1].id, limit: 1) == [all[2]])
        #expect(try house.store.outbox(after: all[3].id, limit: 9).isEmpty)
    }
}
