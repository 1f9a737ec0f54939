import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

@Suite struct EngineKeyTests {
    // covers: B1
    @Test func `a repeated command gets the first answer and its news go out again`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let id = ward.open()
        let first = ward.say("Hello", in: id, key: .number(7))
        // The node has died since: another one knows nothing of it but what is stored.
        let other = Ward(store, node: 2)
        let second = other.say("Hello", in: id, key: .number(7))
        #expect(first?.receipt != nil)
        #expect(second == first)
        #expect(try other.texts(of: id) == ["Hello"])
        let news = try #require(other.publications.last)
        #expect(news.events.isEmpty)
        #expect(news.version == 2)
        #expect(news.state.teamHead == 2)
    }

    @Test func `a command that is repeated while it is under way is carried out once`() throws {
        let ward = Ward()
        let id = ward.open()
        let tags = (0..<3).map { _ in
            ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.guest, key: .number(7))
        }
        ward.settle()
        #expect(try ward.texts(of: id) == ["Hello"])
        let replies = Set(tags.map { ward.replies[$0] })
        #expect(replies.count == 1)
        #expect(replies.first??.receipt?.heads == Heads(team: 2, guest: 2))
    }

    @Test func `a key that was used for another command is refused`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id, key: .number(7))
        let reply = ward.say("Something else", in: id, key: .number(7, fingerprint: 2))
        #expect(reply?.refusal == .keyReused)
        #expect(try ward.texts(of: id) == ["Hello"])
    }

    @Test func `one reused key among others does not hold them up`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("first", in: id, key: .number(1))
        let good = ward.submit(.act(id, .send(Message(text: "second"))), by: Ward.guest, key: .number(2))
        let bad = ward.submit(
            .act(id, .send(Message(text: "third"))), by: Ward.guest, key: .number(1, fingerprint: 9))
        let last = ward.submit(.act(id, .send(Message(text: "fourth"))), by: Ward.guest, key: .number(4))
        ward.settle()
        #expect(ward.replies[good]?.receipt != nil)
        #expect(ward.replies[bad]?.refusal == .keyReused)
        #expect(ward.replies[last]?.receipt != nil)
        #expect(try ward.texts(of: id) == ["first", "second", "fourth"])
    }

    @Test func `what was accepted before is accepted again although it would be rejected now`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let id = ward.open()
        let first = ward.ask(.act(id, .closeChat), by: Ward.guest, key: .number(3))
        #expect(first?.receipt != nil)
        #expect(ward.ask(.act(id, .closeChat), by: Ward.guest, key: .number(3)) == first)
        #expect(ward.ask(.act(id, .closeChat), by: Ward.guest, key: .number(4))?.rejection != nil)
    }

    @Test func `a decision that changes nothing is remembered, too`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id)
        ward.ask(.act(id, .markSeen(upTo: 1)), by: Ward.guest)
        let first = ward.ask(.act(id, .markSeen(upTo: 1)), by: Ward.guest, key: .number(5))
        ward.say("More", in: id)
        #expect(ward.ask(.act(id, .markSeen(upTo: 1)), by: Ward.guest, key: .number(5)) == first)
    }

    @Test func `an opening that is repeated opens nothing`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let first = ward.open(.number(1))
        let again = ward.open(.number(1))
        let elsewhere = Ward(store, node: 2).open(.number(1))
        #expect(first == again)
        #expect(first == elsewhere)
        #expect(try store.list(.ofGuest(Ward.maria, open: true), after: nil, limit: 10).count == 1)
    }

    // covers: B1
    @Test(arguments: [true, false])
    func `an unanswered commit is resolved under its keys`(wasStored: Bool) throws {
        let ward = Ward()
        let id = ward.open()
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            if wasStored { _ = ward.store.commit(units) }
            return .committed(.failure(.unknown("the connection broke")))
        }
        let tag = ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.guest, key: .number(7))
        ward.settle()
        ward.live(.seconds(2))
        #expect(ward.replies[tag]?.receipt?.heads == Heads(team: 2, guest: 2))
        #expect(try ward.texts(of: id) == ["Hello"])
    }

    @Test(arguments: [true, false])
    func `an unanswered opening is resolved under its key`(wasStored: Bool) throws {
        let ward = Ward()
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            if wasStored { _ = ward.store.commit(units) }
            return .committed(.failure(.unknown("the connection broke")))
        }
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        let tag = ward.submit(.open(opening), by: Ward.guest, key: .number(1))
        ward.settle()
        ward.live(.seconds(2))
        let id = try #require(ward.replies[tag]?.receipt?.id)
        #expect(try ward.log(of: id).count == 1)
        #expect(try ward.store.list(.ofGuest(Ward.maria, open: true), after: nil, limit: 10).count == 1)
    }
}
