import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// When a commit begins, and who is in it.
@Suite struct GatheringTests {
    @Test func `a lone sender is never made to wait`() throws {
        let ward = Ward()
        let id = ward.open()
        for number in 0..<5 {
            ward.submit(.act(id, .send(Message(text: "\(number)"))), by: Ward.guest)
            let job = try #require(ward.nextWork())
            // The disk takes its time.
            ward.pass(.milliseconds(4))
            ward.carryOut(job)
        }
    }

    @Test func `who was just answered gets a moment to send again`() throws {
        let ward = Ward()
        let cases = (1...4).map { ward.open(guest: GuestID($0)) }
        func send(_ index: Int) {
            ward.submit(.act(cases[index], .send(Message(text: "Hello"))), by: Ward.guest(GuestID(Int64(index + 1))))
        }
        for index in 0..<3 { send(index) }
        ward.pass(.milliseconds(10))
        let first = try #require(ward.nextWork())
        send(3)
        ward.pass(.milliseconds(4))
        ward.carryOut(first)
        // The fourth waits for the three, but not for long.
        #expect(ward.nextWork() == nil)
        let wake = ward.engine.nextWake
        #expect(wake - ward.now.monotonic <= .milliseconds(2))
        for index in 0..<3 { send(index) }
        let second = try #require(ward.nextWork())
        guard case .commit(let units) = second.kind else { return #expect(Bool(false), "no commit") }
        #expect(units.count == 4)
    }

    @Test func `a second batch is begun beside a commit only when it is large`() throws {
        var limits = EngineLimits()
        limits.commandsBesideCommit = 10
        let ward = Ward(limits: limits)
        let cases = (1...30).map { ward.open(guest: GuestID($0)) }
        func send(_ range: Range<Int>) {
            for index in range {
                ward.submit(
                    .act(cases[index], .send(Message(text: "Hello"))), by: Ward.guest(GuestID(Int64(index + 1))))
            }
        }
        send(0..<2)
        ward.pass(.milliseconds(10))
        _ = try #require(ward.nextWork())
        send(2..<11)
        #expect(ward.nextWork() == nil)
        send(11..<12)
        _ = try #require(ward.nextWork())
        send(12..<30)
        #expect(ward.nextWork() == nil)
    }

    @Test func `a case has one unit under way at a time`() throws {
        var limits = EngineLimits()
        limits.commandsBesideCommit = 1
        let ward = Ward(limits: limits)
        let id = ward.open()
        ward.submit(.act(id, .send(Message(text: "one"))), by: Ward.guest)
        ward.pass(.milliseconds(10))
        let job = try #require(ward.nextWork())
        ward.submit(.act(id, .send(Message(text: "two"))), by: Ward.guest)
        #expect(ward.nextWork() == nil)
        ward.carryOut(job)
        ward.settle()
        #expect(try ward.texts(of: id) == ["one", "two"])
    }
}
