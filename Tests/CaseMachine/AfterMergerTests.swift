import CaseMachine
import Testing

/// What belongs to the person, not to the log, goes on in the other room.
@Suite struct `After a merger` {
    @Test func `whoever waited for an answer goes on waiting, since the earlier moment`() throws {
        var from = try Story.room()
        try from.guest(.say("Is anybody there?"))
        let since = from.now
        var rooms = try TwoRooms(from: from)
        rooms.into.passes(.minutes(3))
        try rooms.into.guest(.say("Hello?"))
        try rooms.merge()
        #expect(rooms.into.deadline(.firstResponseAlert(level: 1)) == since + .minutes(5))
        var answered = rooms
        try answered.into.member(.say("Here I am."))
        #expect(answered.into.deadline(.firstResponseAlert(level: 1)) == nil)
        try rooms.undo()
        #expect(rooms.from.deadline(.firstResponseAlert(level: 1)) == since + .minutes(5))
    }

    @Test func `a question that nobody in the queue has heard of is alerted for`() throws {
        var from = try Story.room()
        try from.member(.say("Hello"))
        try from.guest(.say("And when?"))
        var into = try Story.room()
        try into.member(.release)
        var rooms = try TwoRooms(from: from, into: into)
        #expect(rooms.into.deadline(.firstResponseAlert(level: 1)) == nil)
        try rooms.merge()
        #expect(rooms.into.deadline(.firstResponseAlert(level: 1)) == rooms.into.now + .minutes(5))
    }

    @Test func `nobody waits because of what was said before a room was closed`() throws {
        var closed = try Story.room()
        try closed.guest(.say("Thank you"))
        try closed.guest(.closeChat)
        var rooms = try TwoRooms(from: closed)
        try rooms.merge()
        #expect(rooms.into.deadline(.firstResponseAlert(level: 1)) == nil)
    }

    @Test func `what was unseen is noticed once, where the case goes on, and on time`() throws {
        var from = try Story.room()
        try from.member(.say())
        let began = from.now
        var rooms = try TwoRooms(from: from)
        rooms.into.passes(.minutes(3))
        try rooms.into.member(.say("Here, too"))
        try rooms.merge()
        #expect(rooms.from.deadlines.isEmpty)
        #expect(rooms.into.deadline(.missedResponse(.guest)) == began + .minutes(4))
        #expect(try rooms.into.waits(.hours(1)) == [.missedResponse(.guest)])
        rooms.from.now = rooms.into.now
        try rooms.undo()
        #expect(rooms.from.deadline(.missedResponse(.guest)) == nil, "its notice went out from the other room")
        #expect(rooms.into.deadline(.missedResponse(.guest)) == nil)
    }

    @Test func `what was noticed before is not noticed again`() throws {
        var from = try Story.room()
        try from.member(.say())
        try from.waits(.minutes(4))
        var rooms = try TwoRooms(from: from)
        var busy = rooms
        try rooms.merge()
        try rooms.into.member(.say("And one more"))
        #expect(try rooms.into.waits(.hours(1)).isEmpty)
        busy.into.now = busy.from.now
        try busy.into.member(.say("Not noticed yet"))
        try busy.merge()
        #expect(try busy.into.waits(.hours(1)) == [.missedResponse(.guest)])
    }

    @Test func `what is seen there is seen, also when they part again`() throws {
        var from = try Story.room()
        try from.member(.say())
        var rooms = try TwoRooms(from: from)
        try rooms.merge()
        try rooms.into.guestSeesAll()
        #expect(rooms.into.deadline(.missedResponse(.guest)) == nil)
        try rooms.undo()
        #expect(rooms.from.deadline(.missedResponse(.guest)) == nil)
    }

    @Test func `an unseen streak goes back with its room, and is noticed there`() throws {
        var from = try Story.room()
        try from.member(.say())
        let began = from.now
        var rooms = try TwoRooms(from: from)
        try rooms.merge()
        rooms.into.passes(.minutes(1))
        try rooms.undo()
        #expect(rooms.into.deadline(.missedResponse(.guest)) == nil)
        #expect(rooms.from.deadline(.missedResponse(.guest)) == began + .minutes(4))
    }

    @Test func `a link can be shared if either room sent an invitation, and no more once they part`() throws {
        var from = try Story.room()
        try from.member(.invite(.sms))
        var rooms = try TwoRooms(from: from)
        try rooms.merge()
        #expect(rooms.into.refusal(of: .shareLink, by: Cast.member) == nil)
        try rooms.undo()
        #expect(rooms.into.refusal(of: .shareLink, by: Cast.member) == .inviteFirst)
    }

    @Test func `a merged room has no retention of its own: it is erased with the room that it lives on in`() throws {
        var closed = try Story.room()
        try closed.guest(.closeChat)
        var rooms = try TwoRooms(from: closed)
        try rooms.merge()
        #expect(rooms.from.deadlines.isEmpty)
        try rooms.into.guest(.closeChat)
        try rooms.into.waits(.days(365))
        #expect(rooms.into.facts.last == .erased(.retention, absorbed: [TwoRooms.ids.from]))
        #expect(try rooms.refusal(of: .undoMerge) == .erased)
        #expect(try rooms.from.system(.erase) == [.erased(.request, absorbed: [])])
    }

    @Test func `what comes along with a room goes back with it, and is erased with the last`() throws {
        var first = try TwoRooms()
        try first.merge()
        var second = try TwoRooms(from: first.into)
        let ids = (middle: CaseID(3), last: CaseID(4))
        func decide(_ command: PairCommand) throws -> PairDecision {
            decidePair(
                command,
                from: PairedCase(id: ids.middle, state: try #require(second.from.state), policy: Policy()),
                into: PairedCase(id: ids.last, state: try #require(second.into.state), policy: Policy()),
                by: Cast.member, in: Circumstances(now: Story.start))
        }
        let (gone, stays) = try decide(.merge).outcomes()
        #expect(stays.state.absorbedRooms == [ids.middle, TwoRooms.ids.from])
        first.into.take(gone)
        #expect(try first.refusal(of: .undoMerge) == .movedTo(ids.last), "the later merger first")
        second.from.take(gone)
        second.into.take(stays)
        let (back, left) = try decide(.undoMerge).outcomes()
        #expect(back.state.absorbedRooms == [TwoRooms.ids.from])
        #expect(left.state.absorbedRooms == [])
    }

    @Test func `both are dated by the one whose time has come further`() throws {
        var ahead = try Story.room()
        ahead.passes(.hours(1))
        try ahead.member(.say())
        let rooms = try TwoRooms(into: ahead)
        let decision = decidePair(
            .merge, from: PairedCase(id: CaseID(2), state: try #require(rooms.from.state), policy: Policy()),
            into: PairedCase(id: CaseID(3), state: try #require(rooms.into.state), policy: Policy()),
            by: Cast.member, in: Circumstances(now: Story.start))
        let (gone, stays) = try decision.outcomes()
        #expect((gone.events + stays.events).allSatisfy { $0.at == Story.start + .hours(1) })
    }
}
