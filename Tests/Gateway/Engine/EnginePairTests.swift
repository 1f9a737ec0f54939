import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// Commands that concern two cases.
@Suite struct EnginePairTests {
    /// A ward with two rooms of Maria's.
    private static func rooms(_ store: MemoryStore = MemoryStore()) throws -> (Ward, CaseID, CaseID) {
        let ward = Ward(store)
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .room(Ward.maria))
        let first = try #require(ward.ask(.open(opening), by: Ward.annaOfTheTeam)?.receipt?.id)
        let second = try #require(ward.ask(.open(opening), by: Ward.annaOfTheTeam)?.receipt?.id)
        return (ward, first, second)
    }

    @Test func `a merger is stored for both rooms and published for both`() throws {
        let (ward, from, into) = try Self.rooms()
        let before = ward.publications.count
        let reply = ward.ask(.pair(.merge, from: from, into: into), by: Ward.annaOfTheTeam, key: .number(9))
        #expect(reply?.receipt?.id == from)
        #expect(try ward.state(of: from).phase.name == .merged)
        #expect(try ward.state(of: into).absorbedRooms == [from])
        #expect(ward.publications.dropFirst(before).map(\.id) == [from, into])
        #expect(ward.ask(.pair(.undoMerge, from: from, into: into), by: Ward.annaOfTheTeam)?.receipt != nil)
        #expect(try ward.state(of: into).absorbedRooms.isEmpty)
        #expect(ward.engine.isIdle)
    }

    @Test func `a repeated merger gets the first answer`() throws {
        let store = MemoryStore()
        let (ward, from, into) = try Self.rooms(store)
        let merge = CaseCommand.pair(.merge, from: from, into: into)
        let first = ward.ask(merge, by: Ward.annaOfTheTeam, key: .number(9))
        #expect(first?.receipt != nil)
        #expect(ward.ask(merge, by: Ward.annaOfTheTeam, key: .number(9)) == first)
        #expect(Ward(store, node: 2).ask(merge, by: Ward.annaOfTheTeam, key: .number(9)) == first)
        #expect(ward.ask(merge, by: Ward.annaOfTheTeam, key: .number(10))?.rejection != nil)
        #expect(
            ward.ask(merge, by: Ward.annaOfTheTeam, key: .number(9, fingerprint: 2))?.refusal == .keyReused)
    }

    @Test func `a conflict in either room has both decided again`() throws {
        let store = MemoryStore()
        let (ward, from, into) = try Self.rooms(store)
        let other = Ward(store, node: 2)
        var isFirst = true
        ward.onCommit = { _ in
            guard isFirst else { return nil }
            isFirst = false
            other.say("I am still here", in: into)
            return nil
        }
        #expect(ward.ask(.pair(.merge, from: from, into: into), by: Ward.annaOfTheTeam)?.receipt != nil)
        #expect(ward.engine.figures.conflicts == 1)
        #expect(try ward.texts(of: into) == ["I am still here"])
        #expect(try ward.state(of: from).phase.name == .merged)
    }

    @Test(arguments: [true, false])
    func `an unanswered commit of a merger is resolved under its key`(wasStored: Bool) throws {
        let (ward, from, into) = try Self.rooms()
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            if wasStored { _ = ward.store.commit(units) }
            return .committed(.failure(.unknown("the connection broke")))
        }
        let tag = ward.submit(
            .pair(.merge, from: from, into: into), by: Ward.annaOfTheTeam, key: .number(9))
        ward.live(.seconds(2))
        #expect(ward.replies[tag]?.receipt != nil)
        let mergers = try ward.log(of: from).filter { if case .merged = $0.event.fact { true } else { false } }
        #expect(mergers.count == 1)
    }

    @Test func `without a key an unanswered merger is not repeated`() throws {
        let (ward, from, into) = try Self.rooms()
        ward.onCommit = { _ in .committed(.failure(.unknown("the connection broke"))) }
        #expect(ward.ask(.pair(.merge, from: from, into: into), by: Ward.annaOfTheTeam)?.refusal == .unknown)
    }

    @Test func `a room that is not there merges with nothing`() throws {
        let (ward, from, _) = try Self.rooms()
        let reply = ward.ask(.pair(.merge, from: from, into: CaseID(4711)), by: Ward.annaOfTheTeam)
        #expect(reply?.rejection == .notAllowed)
        #expect(try ward.state(of: from).phase.name == .active)
    }

    @Test func `what was sent before a merger comes before it, and what is sent after it waits`() throws {
        let (ward, from, into) = try Self.rooms()
        let before = ward.submit(.act(from, .send(Message(text: "before"))), by: Ward.guest)
        let merge = ward.submit(.pair(.merge, from: from, into: into), by: Ward.annaOfTheTeam)
        let after = ward.submit(.act(from, .send(Message(text: "after"))), by: Ward.guest)
        let elsewhere = ward.submit(.act(into, .send(Message(text: "elsewhere"))), by: Ward.guest)
        ward.settle()
        #expect(ward.replies[before]?.receipt != nil)
        #expect(ward.replies[merge]?.receipt != nil)
        #expect(ward.replies[after]?.rejection == .movedTo(into))
        #expect(ward.replies[elsewhere]?.receipt != nil)
    }

    @Test func `sessions cannot bring their own targets or openings`() throws {
        let (ward, from, _) = try Self.rooms()
        ward.say("Hello", in: from)
        let target = Command.Target(
            numbers: Numbers(forTeam: 2, forGuest: 2), author: .member(Ward.anna), isChangeable: true)
        #expect(ward.ask(.act(from, .delete(target)), by: Ward.annaOfTheTeam)?.rejection == .notAllowed)
        #expect(ward.ask(.act(from, .edit(target, text: "Bye")), by: Ward.annaOfTheTeam)?.rejection == .notAllowed)
        #expect(try ward.texts(of: from) == ["Hello"])
    }
}
