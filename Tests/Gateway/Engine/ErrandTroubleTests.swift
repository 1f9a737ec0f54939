import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// What the house does by itself, while something goes wrong.
@Suite struct ErrandTroubleTests {
    @Test func `due cases that cannot be read do not keep others from their deadlines`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let store = MemoryStore()
        let ward = Ward(store, limits: limits)
        let bad = (1...4).map { ward.open(guest: GuestID($0)) }
        ward.pass(.seconds(1))
        let good = ward.open(guest: GuestID(9))
        for id in bad { store.replaceState(of: id, by: [255, 255]) }
        // Another node, which has not cached them.
        let other = Ward(store, node: 2, limits: limits)
        other.pass(.hours(1))
        var jobs = 0
        // A minute of life in which each job takes 1 ms.
        while jobs < 60_000, let job = other.engine.nextJob() {
            other.carryOut(job)
            other.pass(.milliseconds(1))
            jobs += 1
        }
        #expect(jobs < 1000)
        #expect(try other.state(of: good).unanswered?.alerts ?? 0 > 0)
    }

    @Test func `strays that cannot be read do not keep deadlines from being met`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let store = MemoryStore()
        let ward = Ward(store)
        let bad = (1...4).map { ward.open(guest: GuestID($0)) }
        for id in bad { ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam) }
        let good = ward.open(guest: GuestID(9))
        for id in bad { store.replaceState(of: id, by: [255, 255]) }
        let other = Ward(store, node: 2, limits: limits)
        other.pass(.seconds(20))
        var jobs = 0
        while jobs < 600_000, other.now.monotonic < .seconds(1000) + .minutes(10) {
            if let job = other.engine.nextJob() { other.carryOut(job) }
            other.pass(.milliseconds(5))
            jobs += 1
        }
        #expect(try other.state(of: good).unanswered?.alerts == 1)
    }

    @Test func `erasing that fails does not keep deadlines from being met`() throws {
        let ward = Ward()
        let id = ward.open()
        var begun = ward.now.monotonic
        _ = begun
        // The keys' disk is away: `finishErasing` fails each time. Everything else works.
        let other = Ward(ward.store, node: 2)
        begun = other.now.monotonic
        var erasing = 0
        for _ in 0..<600 {
            other.pass(.seconds(1))
            while let job = other.engine.nextJob() {
                if case .finishErasing = job.kind {
                    erasing += 1
                    other.engine.finish(job.id, .erased(.failure(.unavailable("no keys"))))
                } else {
                    other.carryOut(job)
                }
            }
        }
        #expect(try other.state(of: id).unanswered?.alerts == 1)
    }

    @Test func `people do not wait for an errand that fails`() throws {
        let ward = Ward()
        var failed = false
        while !failed, let job = ward.engine.nextJob() {
            if case .finishErasing = job.kind {
                ward.engine.finish(job.id, .erased(.failure(.unavailable("no keys"))))
                failed = true
            } else {
                ward.carryOut(job)
            }
        }
        #expect(failed)
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        ward.submit(.open(opening), by: Ward.guest)
        guard case .commit = ward.engine.nextJob()?.kind else { return #expect(Bool(false), "the opening waits") }
    }

    @Test func `an engine whose clock was set sleeps`() {
        let ward = Ward()
        ward.live(.seconds(30))
        ward.setClock(ahead: .days(8))
        ward.pass(.seconds(2))
        ward.settle()
        #expect(ward.engine.nextJob() == nil)
        #expect(ward.engine.nextWake > ward.now.monotonic)
    }

    @Test func `an engine that waits for a slow errand sleeps and its heart beats`() throws {
        let ward = Ward()
        ward.live(.seconds(30))
        var slow: EngineJob?
        for _ in 0..<10 where slow == nil {
            ward.pass(.seconds(1))
            while let job = ward.engine.nextJob() {
                if case .due = job.kind { slow = job } else { ward.carryOut(job) }
            }
        }
        ward.pass(.seconds(15))
        let job = ward.engine.nextJob()
        #expect(job != nil)
        #expect(ward.engine.nextWake > ward.now.monotonic)
    }

    @Test func `the heart beats while commits fail`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.live(.seconds(20))
        ward.onCommit = { _ in .committed(.failure(.unknown("timed out"))) }
        let before = ward.jobs.count
        for number in 0..<600 {
            ward.submit(.act(id, .send(Message(text: "\(number)"))), by: Ward.guest, key: .number(UInt64(number)))
            ward.pass(.milliseconds(100))
            ward.settle()
        }
        let beats = ward.jobs.dropFirst(before).count { if case .heartbeat = $0.kind { true } else { false } }
        #expect(beats >= 5)
    }

    @Test func `a clock that was set ahead sends nobody away`() throws {
        let ward = Ward()
        ward.engine.hold([Ward.anna])
        ward.live(.seconds(15))
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.live(.seconds(30))
        let version = try #require(try ward.store.versions(of: [id])[id])
        ward.setClock(ahead: .hours(2))
        ward.live(.seconds(40))
        let after = try #require(try ward.store.versions(of: [id])[id])
        #expect(after == version)
    }

    @Test func `a deadline in hand when the clock jumps is not met by the new time`() throws {
        let store = MemoryStore()
        let one = Ward(store, node: 1)
        let two = Ward(store, node: 2)
        let id = one.open()
        for ward in [one, two] { ward.pass(.minutes(6)) }
        // The second asks for what is due …
        var due: EngineJob?
        while due == nil, let job = two.engine.nextJob() {
            if case .due = job.kind { due = job } else { two.carryOut(job) }
        }
        let result = store.perform(try #require(due).kind, for: NodeID(2))
        // … the first meets it, Anna answers …
        one.settle()
        one.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        one.say("Hello", in: id, by: Ward.annaOfTheTeam)
        // … and the second one's clock is set ahead.
        two.setClock(ahead: .days(8))
        two.engine.finish(try #require(due).id, result)
        two.settle()
        #expect(try two.state(of: id).warnedAt == nil)
        let notices = try two.log(of: id).filter {
            if case .missedResponseNoticed = $0.event.fact { true } else { false }
        }
        #expect(notices.isEmpty)
    }
}
