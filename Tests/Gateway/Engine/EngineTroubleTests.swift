import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

@Suite struct EngineTroubleTests {
    @Test func `a full store refuses, and nothing of it is installed`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.onCommit = { _ in .committed(.failure(.full("no room"))) }
        #expect(ward.say("lost", in: id)?.refusal == .storeAway)
        ward.onCommit = nil
        ward.pass(.seconds(1))
        #expect(ward.say("kept", in: id)?.receipt?.heads == Heads(team: 2, guest: 2))
        #expect(try ward.texts(of: id) == ["kept"])
    }

    @Test func `a poisoned command hurts only itself`() throws {
        let ward = Ward()
        let id = ward.open()
        let other = ward.open(guest: GuestID(2))
        ward.onCommit = { units in
            .committed(
                .success(
                    units.map { unit in
                        guard !unit.holds("poison") else { return .failure(.unreadable("cannot be sealed")) }
                        return (try? ward.store.commit([unit]).get().first) ?? .failure(.noSuchCase)
                    }))
        }
        let texts = ["one", "poison", "two"]
        let tags = texts.map { ward.submit(.act(id, .send(Message(text: $0))), by: Ward.guest) }
        let elsewhere = ward.submit(.act(other, .send(Message(text: "three"))), by: Ward.guest(GuestID(2)))
        ward.settle()
        #expect(ward.replies[tags[0]]?.receipt != nil)
        #expect(ward.replies[tags[1]]?.refusal == .trouble(.unreadable("cannot be sealed")))
        #expect(ward.replies[tags[2]]?.receipt != nil)
        #expect(ward.replies[elsewhere]?.receipt != nil)
        #expect(try ward.texts(of: id) == ["one", "two"])
    }

    @Test func `a store that cannot be read refuses instead of waiting`() throws {
        let store = MemoryStore()
        let id = Ward(store).open()
        let ward = Ward(store, node: 2)
        let tag = ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.guest)
        let load = try #require(ward.nextWork())
        ward.engine.finish(load.id, .loaded(.failure(.unavailable("starting up"))))
        ward.takeOutputs()
        #expect(ward.replies[tag]?.refusal == .storeAway)
        ward.pass(.seconds(1))
        #expect(ward.say("Hello", in: id)?.receipt != nil)
    }

    @Test func `an erased case says so`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let id = ward.open()
        ward.ask(.act(id, .closeChat), by: Ward.guest)
        ward.sleep(.days(366))
        ward.live(.minutes(2))
        #expect(ward.say("Hello", in: id)?.rejection == .erased)
        #expect(throws: CaseTrouble.erased) { try ward.state(of: id) }
    }

    @Test func `more than the lanes hold is refused at once and the rest is served`() throws {
        var limits = EngineLimits()
        limits.waitingPerOrganisation = 10
        limits.inHand = 4
        let ward = Ward(limits: limits)
        let id = ward.open()
        let tags = (0..<12).map { ward.submit(.act(id, .send(Message(text: "\($0)"))), by: Ward.guest) }
        ward.takeOutputs()
        #expect(tags.suffix(2).map { ward.replies[$0]?.refusal } == [.overloaded, .overloaded])
        ward.settle()
        #expect(tags.prefix(10).allSatisfy { ward.replies[$0]?.receipt != nil })
        #expect(try ward.texts(of: id) == (0..<10).map(String.init))
    }

    @Test func `texts that wait are bounded in bytes, too`() throws {
        var limits = EngineLimits()
        limits.waitingBytes = 40_000
        let ward = Ward(limits: limits)
        let id = ward.open()
        let text = String(repeating: "a", count: 16_000)
        let tags = (0..<3).map { _ in ward.submit(.act(id, .send(Message(text: text))), by: Ward.guest) }
        ward.settle()
        #expect(tags.map { ward.replies[$0]?.refusal } == [nil, nil, .overloaded])
    }

    @Test func `an organisation that floods the house waits for itself`() throws {
        var limits = EngineLimits()
        limits.commandsPerBatch = 20
        limits.inHand = 40
        let ward = Ward(limits: limits)
        let other = OrganisationID(2)
        let cases = (1...50).map { ward.open(guest: GuestID($0)) }
        let theirs = ward.open(guest: GuestID(99), organisation: other, team: TeamID(9))
        for round in 0..<20 {
            for (index, id) in cases.enumerated() {
                let guest = Ward.guest(GuestID(Int64(index + 1)))
                ward.submit(.act(id, .send(Message(text: "\(round)"))), by: guest)
            }
        }
        let commits = ward.engine.figures.commits
        let tag = ward.submit(
            .act(theirs, .send(Message(text: "Hello"))), by: Ward.guest(GuestID(99)), organisation: other)
        var waited = 0
        while ward.replies[tag] == nil, waited < 100 {
            ward.pass(.milliseconds(5))
            guard let job = ward.engine.nextJob() else { break }
            ward.carryOut(job)
            waited = ward.engine.figures.commits - commits
        }
        // What was in hand before it, and its own turn: not the thousand commands of the flood.
        #expect(waited <= 3)
        ward.settle()
        #expect(ward.engine.figures.commits - commits >= 50)
    }

    @Test func `idle cases are forgotten when there are too many`() throws {
        var limits = EngineLimits()
        limits.cachedCases = 10
        let ward = Ward(limits: limits)
        let cases = (1...100).map { ward.open(guest: GuestID($0)) }
        #expect(ward.engine.cachedCases <= 10)
        for (index, id) in cases.enumerated() {
            #expect(ward.say("Hello", in: id, by: Ward.guest(GuestID(Int64(index + 1))))?.receipt != nil)
        }
        for number in 0..<1000 { ward.say("Hello?", in: CaseID(Int64(number))) }
        #expect(ward.engine.cachedCases <= 10)
        #expect(ward.engine.cachePlaces <= 21)
    }
}

extension CommitUnit {
    fileprivate func holds(_ text: String) -> Bool {
        changes.contains { change in
            change.events.contains { $0.event.fact == .messageSent(Message(text: text)) }
        }
    }
}
