import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

@Suite struct EngineErrandTests {
    // covers: B2
    @Test func `a case that nobody touches warns and then closes by itself`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.say("How can I help?", in: id, by: Ward.annaOfTheTeam)
        ward.live(.days(5), inStepsOf: .minutes(10))
        #expect(try ward.state(of: id).warnedAt == nil)
        ward.live(.days(1) + .minutes(20), inStepsOf: .minutes(10))
        #expect(try ward.state(of: id).warnedAt != nil)
        ward.live(.days(1) + .minutes(20), inStepsOf: .minutes(10))
        #expect(try ward.state(of: id).phase.name == .closed)
    }

    // covers: B2
    @Test func `two nodes meet a deadline once`() throws {
        let store = MemoryStore()
        let wards = [Ward(store, node: 1), Ward(store, node: 2)]
        let id = wards[0].open()
        for _ in 0..<400 {
            for ward in wards {
                ward.pass(.seconds(1))
                ward.settle()
            }
        }
        let alerts = try wards[0].log(of: id).filter {
            if case .firstResponseAlerted = $0.event.fact { true } else { false }
        }
        #expect(alerts.count == 1)
    }

    @Test func `a deadline is met within the poll's second`() throws {
        let ward = Ward()
        _ = ward.open()
        ward.live(.minutes(6))
        #expect(ward.engine.figures.deadlinesMet == 1)
        #expect(ward.engine.figures.latest <= .seconds(1))
    }

    @Test func `many due cases do not hold up a message`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 64
        limits.errandsPerBatch = 8
        limits.waitingPerOrganisation = 4000
        let ward = Ward(limits: limits)
        for number in 1...2000 {
            let opening = Opening(
                organisation: Ward.clinic, team: Ward.team, party: .support(GuestID(Int64(number))))
            ward.submit(.open(opening), by: Ward.guest(GuestID(Int64(number))))
        }
        ward.settle()
        let id = ward.open()
        // All of them are due at once, and the node comes back from a stop.
        ward.pass(.hours(1))
        while ward.engine.figures.deadlinesMet == 0, let job = ward.engine.nextJob() { ward.carryOut(job) }
        let commits = ward.engine.figures.commits
        let tag = ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.guest)
        while ward.replies[tag] == nil {
            ward.pass(.milliseconds(5))
            ward.carryOut(try #require(ward.engine.nextJob()))
        }
        #expect(ward.engine.figures.commits - commits <= 2)
        #expect(ward.engine.figures.deadlinesMet < 100)
        ward.live(.minutes(1))
        #expect(ward.engine.figures.deadlinesMet >= 2000)
    }

    // covers: B2
    @Test func `a clock that was set ahead closes nothing until it has stood`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.live(.seconds(2))
        ward.setClock(ahead: .days(8))
        ward.live(.seconds(40))
        #expect(try ward.log(of: id).count == 1)
        // People are served meanwhile.
        #expect(ward.say("Hello", in: id)?.receipt != nil)
        // It was a mistake, and somebody puts it right.
        ward.setClock(ahead: .days(-8))
        ward.live(.minutes(2))
        #expect(try ward.state(of: id).warnedAt == nil)
    }

    @Test func `a clock that goes on from its new time is believed`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.live(.seconds(2))
        ward.setClock(ahead: .hours(1))
        ward.live(.seconds(40))
        #expect(ward.engine.figures.deadlinesMet == 0)
        ward.live(.seconds(10))
        #expect(ward.engine.figures.deadlinesMet > 0)
        #expect(try ward.state(of: id).unanswered?.alerts == 2)
    }

    @Test func `a changed policy measures the open cases again`() throws {
        var limits = EngineLimits()
        limits.errandsInHand = 4
        let ward = Ward(limits: limits)
        let cases = (1...10).map { ward.open(guest: GuestID($0)) }
        let other = ward.open(guest: GuestID(99), team: TeamID(2))
        var policy = Policy()
        policy.revision = 2
        policy.firstResponseAlert = .seconds(30)
        ward.engine.adopt(TeamRules(policy: policy), for: Ward.team)
        ward.live(.seconds(40))
        for id in cases { #expect(try ward.state(of: id).unanswered?.alerts == 1) }
        #expect(try ward.state(of: other).unanswered?.alerts == 0)
    }

    // covers: B3
    @Test func `a case whose assignee no node holds goes back to the queue`() throws {
        let store = MemoryStore()
        let wards = [Ward(store, node: 1), Ward(store, node: 2)]
        wards[1].engine.hold([Ward.anna])
        for ward in wards { ward.live(.seconds(15)) }
        let id = wards[0].open()
        #expect(wards[0].ask(.act(id, .claim), by: Ward.annaOfTheTeam)?.receipt != nil)
        // The node that holds Anna dies, and the other one goes on.
        wards[0].live(.minutes(2))
        #expect(try wards[0].state(of: id).assignee == Ward.anna)
        wards[0].live(.minutes(2))
        #expect(try wards[0].state(of: id).phase.name == .waiting)
    }

    @Test func `an assignee who comes back in time keeps the case`() throws {
        let ward = Ward()
        ward.engine.hold([Ward.anna])
        ward.live(.seconds(15))
        let id = ward.open()
        #expect(ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)?.receipt != nil)
        ward.engine.hold([])
        ward.live(.minutes(2))
        ward.engine.hold([Ward.anna])
        ward.live(.minutes(10))
        #expect(try ward.state(of: id).assignee == Ward.anna)
    }
}
