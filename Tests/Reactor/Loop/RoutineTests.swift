import Synchronization
import Testing

@testable import Reactor

@Suite("What a loop does at intervals")
struct RoutineTests {
    @Test("is done again and again, also while nothing else happens")
    func again() throws {
        let times = Mutex<[ContinuousClock.Instant]>([])
        let done = Box<Bool>()
        try withServer { server in
            let start = ContinuousClock.now
            server.loop.run { loop in
                loop.every(.milliseconds(100)) { _ in
                    let count = times.withLock { times in
                        times.append(.now)
                        return times.count
                    }
                    if count == 5 { done.set(true) }
                }
            }
            while done.value == nil, ContinuousClock.now < start + .seconds(10) { pause(milliseconds: 10) }
            let times = times.withLock { $0 }
            try #require(times.count >= 5)
            // Rounded to ticks of 50 ms; a busy machine may be late, but the rhythm makes up for it.
            #expect(times[4] - start > .milliseconds(400))
        }
    }

    @Test("may begin more of it")
    func nested() throws {
        try withServer { server in
            let done = Box<Bool>()
            server.loop.run { loop in
                loop.every(.milliseconds(50)) { loop in
                    guard done.value == nil, loop.routines.count == 1 else { return }
                    loop.every(.zero) { _ in done.set(true) }
                }
            }
            let start = ContinuousClock.now
            while done.value == nil, ContinuousClock.now < start + .seconds(10) { pause(milliseconds: 10) }
            #expect(done.value == true)
        }
    }

    @Test("or once and later, or at the end of a turn, is done in that order")
    func once() throws {
        let steps = Mutex<[String]>([])
        try withServer { server in
            server.loop.run { loop in
                loop.after(.milliseconds(100)) { _ in steps.withLock { $0.append("later") } }
                loop.atEndOfTurn { loop in
                    steps.withLock { $0.append("end") }
                    // In the same turn.
                    loop.atEndOfTurn { _ in steps.withLock { $0.append("end of the end") } }
                }
                steps.withLock { $0.append("turn") }
            }
            let start = ContinuousClock.now
            while steps.withLock({ $0.count }) < 4, ContinuousClock.now < start + .seconds(10) {
                pause(milliseconds: 10)
            }
            #expect(steps.withLock { $0 } == ["turn", "end", "end of the end", "later"])
            #expect(ContinuousClock.now - start >= .milliseconds(50))
            // Once.
            pause(milliseconds: 200)
            #expect(steps.withLock { $0.count } == 4)
        }
    }

    @Test("does not hold up the stop of the loop")
    func stopping() throws {
        let server = try TestServer()
        server.loop.run { loop in loop.every(.seconds(1)) { _ in } }
        let start = ContinuousClock.now
        server.stop()
        #expect(ContinuousClock.now - start < .seconds(5))
    }
}
