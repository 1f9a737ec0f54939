import CaseMachine
import Testing

@Suite struct MergeTests {
    private static let ids = TwoRooms.ids

    @Test func `a merged room says where it went on, and takes nothing more`() throws {
        var rooms = try TwoRooms()
        try rooms.from.member(.startCall(.voice))
        try rooms.merge()
        #expect(rooms.from.facts.suffix(2) == [.callEnded(.missed), .merged(into: Self.ids.into)])
        #expect(rooms.from.phaseName == .merged)
        let before = rooms.from.state
        for command in [Command.say(), .markSeen(upTo: 1), .closeChat] {
            #expect(rooms.from.refusal(of: command, by: Cast.guest) == .movedTo(Self.ids.into))
        }
        #expect(rooms.from.refusal(of: .say(), by: Cast.member) == .movedTo(Self.ids.into))
        #expect(rooms.from.refusal(of: .claim, by: Cast.colleague) == .movedTo(Self.ids.into))
        #expect(rooms.from.state == before)
    }

    @Test func `both logs tell everybody that two rooms became one, and that they parted`() throws {
        var rooms = try TwoRooms()
        try rooms.merge()
        #expect(rooms.from.guestFacts.last == .merged(into: Self.ids.into))
        #expect(rooms.into.guestFacts.last?.name == "absorbed")
        #expect(rooms.into.state?.absorbedRooms == [Self.ids.from])
        try rooms.undo()
        #expect(rooms.from.guestFacts.last == .mergeUndone(noticed: []))
        #expect(rooms.into.guestFacts.last == .absorptionUndone(Self.ids.from))
        #expect(rooms.into.state?.absorbed == [])
    }

    @Test func `a room cannot be merged with itself`() throws {
        let state = try #require(try Story.room().state)
        let room = PairedCase(id: CaseID(2), state: state, policy: Policy())
        for command in PairCommand.allCases {
            let decision = decidePair(
                command, from: room, into: room, by: Cast.member, in: Circumstances(now: Story.start))
            #expect(decision == .rejected(.sameRoom))
        }
    }

    @Test func `only rooms are merged`() throws {
        for other in [try Story.active(), try Story.thread(), try Story.closed()] {
            #expect(try TwoRooms(from: other).refusal(of: .merge, by: .system) == .notARoom)
            #expect(try TwoRooms(into: other).refusal(of: .merge, by: .system) == .notARoom)
        }
        #expect(try TwoRooms(into: .active()).refusal(of: .merge) == .notARoom)
    }

    @Test func `rooms of two organisations stay apart, whoever asks`() throws {
        let elsewhere = OrganisationID(2)
        let stranger = Actor.member(
            MemberActor(member: Cast.anna, organisation: elsewhere, teams: [Cast.team: .supervisor]))
        var other = Story()
        let opening = Opening(organisation: elsewhere, team: Cast.team, party: .room(Cast.maria))
        try other.perform(.open(opening), by: stranger)
        let rooms = try TwoRooms(into: other)
        #expect(try rooms.refusal(of: .merge) == .notAllowed)
        #expect(try rooms.refusal(of: .merge, by: stranger) == .notAllowed)
        #expect(try rooms.refusal(of: .merge, by: .system) == .differentOrganisations)
    }

    @Test(arguments: Cast.strangers + [Cast.guest, Cast.client, Cast.administrator])
    func `who is no member of both rooms' teams merges nothing, and learns nothing`(actor: Actor) throws {
        var rooms = try TwoRooms()
        #expect(try rooms.refusal(of: .merge, by: actor) == .notAllowed)
        try rooms.merge()
        #expect(try rooms.refusal(of: .undoMerge, by: actor) == .notAllowed)
    }

    @Test func `a member of one of the two teams alone merges nothing`() throws {
        var other = try Story.room()
        try other.member(.transfer(.team(Cast.otherTeam)))
        #expect(try TwoRooms(into: other).refusal(of: .merge) == .notAllowed)
        #expect(try TwoRooms(from: other).refusal(of: .merge) == .notAllowed)
        let both = Actor.member(
            MemberActor(
                member: Cast.olga, organisation: Cast.clinic, teams: [Cast.team: .member, Cast.otherTeam: .member]))
        #expect(try TwoRooms(into: other).refusal(of: .merge, by: both) == nil)
    }

    @Test func `a room is merged once, and none is merged into one that went on elsewhere`() throws {
        var rooms = try TwoRooms()
        try rooms.merge()
        #expect(try rooms.refusal(of: .merge) == .movedTo(Self.ids.into))
        let third = try TwoRooms(from: .room(), into: rooms.from)
        #expect(try third.refusal(of: .merge) == .movedTo(Self.ids.into))
    }

    @Test func `what is not merged, or not here, cannot be taken out`() throws {
        #expect(try TwoRooms().refusal(of: .undoMerge) == .notNow(.active))
        var rooms = try TwoRooms()
        try rooms.merge()
        let others = try TwoRooms(from: rooms.from, into: .room())
        #expect(try others.refusal(of: .undoMerge) == .notMerged)
    }

    @Test func `by themselves only rooms of one guest become one; a member may choose`() throws {
        var other = Story()
        let opening = Opening(organisation: Cast.clinic, team: Cast.team, party: .room(Cast.olaf))
        try other.member(.open(opening))
        var rooms = try TwoRooms(from: other)
        #expect(try rooms.refusal(of: .merge, by: .system) == .differentGuests)
        #expect(try TwoRooms().refusal(of: .merge, by: .system) == nil)
        #expect(rooms.into.refusal(of: .say(), by: Cast.otherGuest) == .notAllowed)
        try rooms.merge()
        try rooms.into.perform(.say("It is me"), by: Cast.otherGuest)
        try rooms.undo()
        #expect(rooms.into.refusal(of: .say(), by: Cast.otherGuest) == .notAllowed)
    }

    @Test func `a closed room can be merged, and is closed again when that is undone`() throws {
        var closed = try Story.room()
        try closed.guest(.closeChat)
        let phase = closed.phase
        #expect(try TwoRooms(into: closed).refusal(of: .merge) == .closed, "it cannot take what goes on")
        var rooms = try TwoRooms(from: closed)
        try rooms.merge()
        try rooms.wait(.days(3))
        try rooms.undo()
        #expect(rooms.from.phase == phase)
    }

    @Test func `a merge can be undone, and nothing was renumbered`() throws {
        var rooms = try TwoRooms()
        try rooms.from.member(.say())
        let head = rooms.from.state?.teamHead
        try rooms.merge()
        rooms.into.passes(.days(30))
        try rooms.undo()
        #expect(rooms.from.phase == .waiting)
        #expect(rooms.from.state?.teamHead == head.map { $0 + 2 })
        #expect(rooms.from.deadline(.closingWarning) == rooms.from.now + .days(6))
        #expect(try rooms.refusal(of: .undoMerge) == .notNow(.waiting))
    }

    @Test func `a merger can be undone when the other room has been closed meanwhile`() throws {
        var rooms = try TwoRooms()
        try rooms.merge()
        try rooms.into.guest(.closeChat)
        try rooms.undo()
        #expect(rooms.into.phaseName == .closed)
        #expect(rooms.from.phase == .waiting)
    }

    @Test func `what was put aside is on the table again`() throws {
        var rooms = try TwoRooms()
        let snooze = Command.snooze(until: Story.start + .days(3))
        try rooms.from.member(snooze)
        try rooms.into.member(snooze)
        try rooms.merge()
        #expect(rooms.into.phaseName == .active)
    }

    @Test func `a room absorbs only so many, with those that come along`() throws {
        var rooms = try TwoRooms()
        var full = rooms.into
        for number in 0..<Int64(Limits.absorbedCases) {
            let decision = decidePair(
                .merge,
                from: PairedCase(id: CaseID(100 + number), state: try #require(rooms.from.state), policy: Policy()),
                into: PairedCase(id: Self.ids.into, state: try #require(full.state), policy: Policy()),
                by: Cast.member, in: Circumstances(now: full.now))
            let stays = try decision.outcomes().into
            full.take(stays)
        }
        rooms.into = full
        #expect(try rooms.refusal(of: .merge) == .tooMany(limit: Limits.absorbedCases))
        #expect(try TwoRooms(from: full).refusal(of: .merge) == .tooMany(limit: Limits.absorbedCases))
    }
}
