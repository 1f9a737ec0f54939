import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

@Suite struct EngineOrderTests {
    // covers: B1
    @Test func `nothing is handed out before the commit has ended`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.takeOutputs()
        let before = ward.handedOut.count
        ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.guest)
        ward.pass(.milliseconds(5))
        let job = try #require(ward.nextWork())
        ward.takeOutputs()
        #expect(ward.handedOut.count == before)
        ward.carryOut(job)
        #expect(ward.handedOut.count == before + 2)
    }

    @Test func `an answer comes before the news`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id)
        let last = ward.handedOut.suffix(2)
        guard case .reply(_, .accepted(let receipt)) = try #require(last.first),
            case .publish(let publication) = try #require(last.last)
        else { return #expect(Bool(false), "\(last.count) outputs of other kinds") }
        #expect(receipt.heads.team == publication.events.last?.numbers.forTeam)
        #expect(publication.version == 2)
    }

    @Test func `commands of one case are decided on each other and stored as one unit`() throws {
        let ward = Ward()
        let id = ward.open()
        let commits = ward.engine.figures.commits
        let claim = ward.submit(.act(id, .claim), by: Ward.annaOfTheTeam)
        let texts = (1...10).map { "message \($0)" }
        for text in texts { ward.submit(.act(id, .send(Message(text: text))), by: Ward.annaOfTheTeam) }
        ward.settle()
        #expect(ward.replies[claim]?.receipt != nil)
        #expect(try ward.texts(of: id) == texts)
        #expect(ward.engine.figures.commits == commits + 1)
        #expect(try ward.state(of: id).assignee == Ward.anna)
    }

    @Test func `nobody is turned away because of something that is not stored`() throws {
        let ward = Ward()
        let id = ward.open()
        let anna = ward.submit(.act(id, .claim), by: Ward.annaOfTheTeam)
        let ben = ward.submit(.act(id, .claim), by: Ward.benOfTheTeam)
        ward.pass(.milliseconds(5))
        let commit = try #require(ward.nextWork())
        ward.takeOutputs()
        #expect(ward.replies[ben] == nil)
        // The commit comes to nothing: then nobody has claimed the case before Ben.
        ward.engine.finish(commit.id, .committed(.failure(.full("no room"))))
        ward.pass(.seconds(1))
        ward.settle()
        #expect(ward.replies[anna]?.refusal == .storeAway)
        #expect(ward.replies[ben]?.receipt != nil)
    }

    // covers: B3
    @Test func `of two who claim on two nodes one wins and the other is told by whom`() throws {
        let store = MemoryStore()
        let here = Ward(store, node: 1)
        let there = Ward(store, node: 2)
        let id = here.open()
        // Both nodes know the case as it is before anybody claims it.
        #expect(there.ask(.act(id, .note(Message(text: "Who takes this?"))), by: Ward.benOfTheTeam)?.receipt != nil)
        #expect(here.ask(.act(id, .claim), by: Ward.annaOfTheTeam)?.receipt != nil)
        #expect(there.ask(.act(id, .claim), by: Ward.benOfTheTeam)?.rejection == .alreadyClaimed(by: Ward.anna))
    }

    // covers: B1
    @Test func `after a conflict the loser decides again and keeps the order`() throws {
        let store = MemoryStore()
        let here = Ward(store, node: 1)
        let there = Ward(store, node: 2)
        let id = here.open()
        there.say("from there", in: id)
        let texts = ["one", "two", "three"]
        for text in texts { here.submit(.act(id, .send(Message(text: text))), by: Ward.guest) }
        here.settle()
        #expect(here.engine.figures.conflicts == 1)
        #expect(try here.texts(of: id) == ["from there"] + texts)
    }

    @Test func `a conflict without an end is given up`() throws {
        var limits = EngineLimits()
        limits.attempts = 5
        let ward = Ward(limits: limits)
        let id = ward.open()
        ward.onCommit = { units in .committed(.success(units.map { _ in .success(.conflict) })) }
        #expect(ward.say("Hello", in: id)?.refusal == .unknown)
        ward.onCommit = nil
        #expect(ward.say("Hello again", in: id)?.receipt != nil)
        #expect(ward.engine.isIdle)
    }

    @Test func `an id that is taken is drawn again`() throws {
        let store = MemoryStore()
        // The same seed draws the same ids.
        let here = Ward(store, node: 1)
        let there = Ward(store, node: 1)
        let first = here.open()
        let second = there.open()
        #expect(first != second)
        #expect(second != CaseID(-1))
        #expect(try there.log(of: second).count == 1)
    }

    @Test func `a rejected opening leaves nothing behind`() throws {
        let ward = Ward()
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(GuestID(99)))
        #expect(ward.ask(.open(opening), by: Ward.guest)?.rejection == .notAllowed)
        #expect(ward.engine.cachedCases == 0)
        #expect(ward.engine.isIdle)
    }

    @Test func `a case that does not exist is answered as one that nobody may see`() {
        let ward = Ward()
        #expect(ward.say("Hello?", in: CaseID(4711))?.rejection == .notAllowed)
        #expect(ward.engine.cachedCases == 0)
    }
}
