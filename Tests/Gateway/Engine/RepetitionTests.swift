import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// Commands that come again, and what they cost.
@Suite struct RepetitionTests {
    @Test func `a repetition at the same node tells its news again`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.say("Hello", in: id, key: .number(7))
        let before = ward.publications.count
        #expect(ward.say("Hello", in: id, key: .number(7))?.receipt != nil)
        ward.live(.seconds(3))
        #expect(ward.publications.count == before + 1)
        #expect(ward.publications.last?.events.isEmpty == true)
    }

    @Test func `repetitions do not fill the cache for good`() throws {
        var limits = EngineLimits()
        limits.cachedCases = 10
        let ward = Ward(limits: limits)
        for number in 1...100 {
            let guest = GuestID(Int64(number))
            let id = ward.open(guest: guest)
            ward.say("Hello", in: id, by: Ward.guest(guest), key: .number(UInt64(number)))
            ward.say("Hello", in: id, by: Ward.guest(guest), key: .number(UInt64(number)))
        }
        ward.settle()
        #expect(ward.engine.cachedCases <= 10)
    }

    @Test func `a resent outbox costs one commit and one load`() throws {
        let ward = Ward()
        let id = ward.open()
        func send() -> [UInt64] {
            (0..<64).map { number in
                ward.submit(.act(id, .send(Message(text: "\(number)"))), by: Ward.guest, key: .number(UInt64(number)))
            }
        }
        _ = send()
        ward.settle()
        let (commits, loads) = (ward.engine.figures.commits, ward.engine.figures.loads)
        _ = send()
        ward.settle()
        #expect(ward.engine.figures.commits - commits == 1)
        #expect(ward.engine.figures.loads - loads == 1)
    }

    @Test func `one guest's reused keys do not turn away an agent's message`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        ward.say("one", in: id, key: .number(1))
        for number in 0..<63 {
            ward.submit(
                .act(id, .send(Message(text: "x"))), by: Ward.guest, key: .number(1, fingerprint: UInt64(number) + 5))
        }
        let tag = ward.submit(.act(id, .send(Message(text: "Hello"))), by: Ward.annaOfTheTeam, key: .number(9))
        // Another node says something once meanwhile.
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            Ward(store, node: 2).ask(.act(id, .note(Message(text: "note"))), by: Ward.benOfTheTeam)
            return .committed(.success(units.map { _ in .success(.conflict) }))
        }
        ward.settle()
        ward.live(.seconds(2))
        #expect(ward.replies[tag]?.receipt != nil)
    }

    @Test func `a message without a key is not said twice`() throws {
        let ward = Ward()
        let id = ward.open()
        var isFirst = true
        ward.onCommit = { units in
            guard isFirst else { return nil }
            isFirst = false
            _ = ward.store.commit(units)
            return .committed(.failure(.unknown("the connection broke")))
        }
        ward.say("Hello", in: id)
        ward.live(.seconds(2))
        #expect(try ward.texts(of: id) == ["Hello"])
    }
}
