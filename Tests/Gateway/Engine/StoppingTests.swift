import CaseMachine
import CaseStore
import Gateway
import Glibc
import Reactor
import Simulation
import Synchronization
import Testing

/// How the engine's threads come to their end.
@Suite struct StoppingTests {
    private static func submission(_ tag: UInt64) -> Submission {
        Submission(
            ticket: Ticket(port: 0, tag: tag), organisation: Ward.clinic, actor: Ward.guest,
            key: CommandKey(UInt128(tag), fingerprint: tag),
            command: .open(Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))))
    }

    private static func service(
        _ store: MemoryStore, _ limits: EngineLimits = EngineLimits(), answered: Answered = Answered()
    ) throws -> EngineService<MemoryStore> {
        try EngineService(
            store, node: NodeID(7), limits: limits, hand: { answered.take($0) }, fail: { _ in answered.fail() })
    }

    /// Which tickets have an answer.
    private final class Answered: Sendable {
        private let tags = Mutex<Set<UInt64>>([])
        private let failures = Atomic(0)

        func take(_ outputs: [EngineOutput]) {
            tags.withLock { tags in
                for case .reply(let ticket, _) in outputs { tags.insert(ticket.tag) }
            }
        }

        func fail() { failures.add(1, ordering: .relaxed) }
        func contains(_ tag: UInt64) -> Bool { tags.withLock { $0.contains(tag) } }
        var hasFailed: Bool { failures.load(ordering: .relaxed) > 0 }
    }

    /// Stops on a thread of its own, so that a stop that never ends fails the test instead of hanging it.
    private static func stops(_ service: EngineService<MemoryStore>) throws -> Bool {
        let stopped = Flag()
        let thread = try OwnThread("stopper") {
            service.stop()
            stopped.set()
        }
        guard stopped.isSet(within: .seconds(30)) else { return false }
        thread.join()
        return true
    }

    private final class Flag: Sendable {
        private let flag = Atomic(false)

        func set() { flag.store(true, ordering: .releasing) }

        func isSet(within limit: Duration) -> Bool {
            let deadline = ContinuousClock.now + limit
            while !flag.load(ordering: .acquiring) {
                guard ContinuousClock.now < deadline else { return false }
                usleep(500)
            }
            return true
        }
    }

    @Test func `after the stop nothing is accepted`() throws {
        let service = try Self.service(MemoryStore())
        #expect(try Self.stops(service))
        #expect(!service.submit([Self.submission(1)]))
    }

    @Test func `it stops although people go on sending, and answers whatever it has accepted`() throws {
        let answered = Answered()
        let service = try Self.service(MemoryStore(), answered: answered)
        let sent = Accepted()
        let sender = try OwnThread("sender") {
            var tag: UInt64 = 0
            repeat { tag += 1 } while sent.note(tag, service.submit([Self.submission(tag)]))
        }
        #expect(sent.reaches(100, within: .seconds(30)))
        #expect(try Self.stops(service))
        sender.join()
        #expect(sent.tags.allSatisfy(answered.contains))
    }

    /// Which tickets the engine has taken.
    private final class Accepted: Sendable {
        private let list = Mutex<[UInt64]>([])

        var tags: [UInt64] { list.withLock { $0 } }

        func note(_ tag: UInt64, _ isAccepted: Bool) -> Bool {
            if isAccepted { list.withLock { $0.append(tag) } }
            return isAccepted
        }

        func reaches(_ count: Int, within limit: Duration) -> Bool {
            let deadline = ContinuousClock.now + limit
            while tags.count < count {
                guard ContinuousClock.now < deadline else { return false }
                usleep(500)
            }
            return true
        }
    }

    @Test func `it stops although something is always due`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        for number in 1...4 as ClosedRange<Int64> {
            store.replaceState(of: ward.open(guest: GuestID(number)), by: [255, 255])
        }
        var limits = EngineLimits()
        limits.errandsInHand = 4
        limits.duePoll = .zero
        #expect(try Self.stops(try Self.service(store, limits)))
    }

    @Test func `its members are gone with it`() throws {
        let store = MemoryStore()
        let ward = Ward(store)
        let id = ward.open()
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        let service = try Self.service(store)
        service.hold([Ward.anna])
        let deadline = ContinuousClock.now + .seconds(30)
        func isThere() throws -> Bool {
            try store.strayAssignments(heardSince: Timestamp(milliseconds: 0), after: nil, limit: 1).isEmpty
        }
        while try !isThere(), ContinuousClock.now < deadline { usleep(500) }
        #expect(try isThere())
        #expect(try Self.stops(service))
        #expect(try !isThere())
    }

    @Test func `a store that cannot be trusted is asked nothing more`() throws {
        let answered = Answered()
        let store = FaultyStore(MemoryStore())
        store.set { $0.failsAfterCommit = true }
        let service = try EngineService(
            store, node: NodeID(1), hand: { answered.take($0) }, fail: { _ in answered.fail() })
        #expect(service.submit([Self.submission(1)]))
        let deadline = ContinuousClock.now + .seconds(30)
        while !answered.hasFailed, ContinuousClock.now < deadline { usleep(500) }
        #expect(answered.hasFailed)
        service.stop()
        #expect(!answered.contains(1))
        #expect(!service.submit([Self.submission(2)]))
    }
}
