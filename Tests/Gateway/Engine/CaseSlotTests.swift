import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// Cases in the engine's hands: their ids, their places, and who waits for them.
@Suite struct CaseSlotTests {
    @Test func `commands that need no store do not leave others lying`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id)
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.say("Yes?", in: id, by: Ward.annaOfTheTeam)
        ward.ask(.act(id, .markSeen(upTo: 1)), by: Ward.guest)
        ward.settle()
        ward.live(.seconds(20))
        let tags = (0..<200).map { _ in ward.submit(.act(id, .markSeen(upTo: 1)), by: Ward.guest) }
        ward.pass(.milliseconds(5))
        while let job = ward.engine.nextJob() { ward.carryOut(job) }
        ward.takeOutputs()
        let left = tags.count { ward.replies[$0] == nil }
        #expect(left == 0 || ward.engine.nextWake <= ward.now.monotonic)
    }

    @Test func `a command on a case whose opening is not known is answered`() throws {
        let ward = Ward()
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        let open = ward.submit(.open(opening), by: Ward.guest, key: .number(1))
        let job = try #require(ward.nextWork())
        guard case .commit(let units) = job.kind else { return #expect(Bool(false)) }
        let id = units[0].changes[0].id
        // It is stored, others see it in a list, and the answer never comes.
        _ = ward.store.commit(units)
        let note = ward.submit(.act(id, .note(Message(text: "I see it"))), by: Ward.annaOfTheTeam, key: .number(2))
        let delete = ward.submit(.delete(id, number: 1), by: Ward.annaOfTheTeam, key: .number(3))
        ward.pass(.milliseconds(1))
        _ = ward.nextWork()
        ward.engine.finish(job.id, .committed(.failure(.unknown("the connection broke"))))
        ward.pass(.seconds(1))
        var jobs = 0
        while jobs < 10_000, let job = ward.engine.nextJob() {
            ward.carryOut(job)
            ward.pass(.milliseconds(1))
            jobs += 1
        }
        ward.takeOutputs()
        #expect(ward.replies[open]?.receipt?.id == id)
        #expect(ward.replies[note]?.receipt != nil)
        #expect(ward.replies[delete] != nil)
        #expect(jobs < 1000)
    }

    @Test func `a drawn id that a case in hand has is drawn again`() throws {
        let store = MemoryStore()
        var draws: [UInt64] = []
        var counter: UInt64 = 1
        var now = Moment(wall: Timestamp(milliseconds: 1_700_000_000_000), monotonic: .seconds(1000))
        let engine = CaseEngine(at: now) {
            counter += 1
            return draws.isEmpty ? counter &* 0x9E37_79B9_7F4A_7C15 : draws.removeFirst()
        }
        var replies: [UInt64: Reply] = [:]
        func take() {
            for case .reply(let ticket, let reply) in engine.takeOutputs() { replies[ticket.tag] = reply }
        }
        func submit(_ tag: UInt64, _ command: CaseCommand, _ actor: Actor) {
            engine.submit(
                Submission(
                    ticket: Ticket(port: 0, tag: tag), organisation: Ward.clinic, actor: actor,
                    key: .number(tag), command: command))
        }
        func opening(_ guest: GuestID) -> CaseCommand {
            .open(Opening(organisation: Ward.clinic, team: Ward.team, party: .support(guest)))
        }
        func next() throws -> EngineJob {
            while let job = engine.nextJob() {
                if case .commit = job.kind { return job }
                engine.finish(job.id, store.perform(job.kind, for: NodeID(1)))
            }
            throw NoJob()
        }
        // id, public name (two), id, public name (two): the second id is the first one's.
        draws = [5 << 44, 1, 2]
        submit(1, opening(GuestID(1)), Ward.guest(GuestID(1)))
        let first = try next()
        // While it is under way, another one comes in the same millisecond.
        draws = [5 << 44, 3, 4]
        submit(2, opening(GuestID(2)), Ward.guest(GuestID(2)))
        _ = engine.nextJob()
        engine.finish(first.id, store.perform(first.kind, for: NodeID(1)))
        take()
        let id = try #require(replies[1]?.receipt?.id)
        // The first guest was answered, and writes.
        submit(3, .act(id, .send(Message(text: "Hello"))), Ward.guest(GuestID(1)))
        for _ in 0..<100 {
            now = Moment(wall: now.wall + .milliseconds(5), monotonic: now.monotonic + .milliseconds(5))
            engine.advance(to: now)
            while let job = engine.nextJob() { engine.finish(job.id, store.perform(job.kind, for: NodeID(1))) }
            take()
        }
        #expect(replies[3]?.receipt != nil)
    }

    @Test func `a case has one slot however small the cache`() throws {
        var limits = EngineLimits()
        limits.cachedCases = 1
        let store = MemoryStore()
        let before = Ward(store, node: 2)
        let cases = (1...3).map { before.open(guest: GuestID($0)) }
        let ward = Ward(store, limits: limits)
        for _ in 0..<2 {
            for (index, id) in cases.enumerated() {
                ward.submit(
                    .act(id, .send(Message(text: "Hello"))), by: Ward.guest(GuestID(Int64(index + 1))))
            }
        }
        let job = try #require(ward.nextWork())
        guard case .load(let questions) = job.kind else { return #expect(Bool(false)) }
        #expect(Set(questions.map(\.id)).count == questions.count)
    }

    @Test func `time does not run backwards within a case`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("one", in: id)
        ward.setClock(ahead: .hours(-1))
        ward.say("two", in: id)
        let times = try ward.log(of: id).map(\.event.at)
        #expect(times == times.sorted())
    }
}

private struct NoJob: Error {}
