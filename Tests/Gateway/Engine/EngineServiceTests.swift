import CaseMachine
import CaseStore
import Gateway
import Glibc
import Reactor
import Simulation
import Synchronization
import Testing

/// The engine at work, with its threads.
@Suite struct EngineServiceTests {
    /// Collects what is handed out, and lets a test wait for it.
    private final class Desk: Sendable {
        private struct State {
            var replies: [UInt64: Reply] = [:]
            var publications: [Publication] = []
            var failure: StoreError?
        }

        private let state = Mutex(State())

        func take(_ outputs: [EngineOutput]) {
            state.withLock { state in
                for output in outputs {
                    switch output {
                    case .reply(let ticket, let reply): state.replies[ticket.tag] = reply
                    case .publish(let publication): state.publications.append(publication)
                    }
                }
            }
        }

        func fail(_ error: StoreError) { state.withLock { $0.failure = error } }

        var publications: [Publication] { state.withLock { $0.publications } }
        var failure: StoreError? { state.withLock { $0.failure } }

        func reply(to tag: UInt64) -> Reply? {
            let deadline = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < deadline {
                if let reply = state.withLock({ $0.replies[tag] }) { return reply }
                usleep(200)
            }
            return nil
        }
    }

    private static func submission(_ tag: UInt64, _ command: CaseCommand) -> Submission {
        Submission(
            ticket: Ticket(port: 0, tag: tag), organisation: Ward.clinic, actor: Ward.guest,
            key: CommandKey(UInt128(tag), fingerprint: tag), command: command)
    }

    @Test(arguments: [1, 64, 1024])
    func `many threads send and each case keeps every message`(commandsBesideCommit: Int) throws {
        let desk = Desk()
        let store = MemoryStore()
        var limits = EngineLimits()
        // With 1, every commit goes to the writer's thread; with 1,024, none does.
        limits.commandsBesideCommit = commandsBesideCommit
        let service = try EngineService(
            store, node: NodeID(1), limits: limits, hand: { desk.take($0) }, fail: { desk.fail($0) })
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        let cases = try (1...8 as ClosedRange<UInt64>).map { tag in
            #expect(service.submit([Self.submission(tag, .open(opening))]))
            return try #require(desk.reply(to: tag)?.receipt?.id)
        }
        let threads = 4
        let each: UInt64 = 200
        let senders = try (0..<threads).map { thread in
            let start = UInt64(thread + 1) * 1000
            return try OwnThread("sender") {
                for tag in start..<start + each {
                    let text = Message(text: "\(tag)")
                    _ = service.submit([Self.submission(tag, .act(cases[Int(tag % 8)], .send(text)))])
                }
            }
        }
        for sender in senders { sender.join() }
        for thread in 0..<threads {
            let start = UInt64(thread + 1) * 1000
            for tag in start..<start + each { #expect(desk.reply(to: tag)?.receipt != nil) }
        }
        service.stop()
        for (index, id) in cases.enumerated() {
            let log = try store.events(of: id, for: .team, after: 0, limit: 1000).get().events
            #expect(log.map(\.numbers.forTeam) == Array(1...Int64(log.count)))
            let texts = log.compactMap { stored -> UInt64? in
                if case .messageSent(let message) = stored.event.fact { UInt64(message.text) } else { nil }
            }
            // Each thread's messages in the order in which it sent them.
            for thread in 0..<threads {
                let start = UInt64(thread + 1) * 1000
                let own = texts.filter { (start..<start + each).contains($0) }
                #expect(own == (start..<start + each).filter { $0 % 8 == UInt64(index) }.map { $0 })
            }
        }
        #expect(desk.failure == nil)
        let published = desk.publications.reduce(0) { $0 + $1.events.count }
        #expect(published == threads * Int(each) + cases.count)
    }

    @Test func `what was handed in before the stop is answered`() throws {
        let desk = Desk()
        let service = try EngineService(
            MemoryStore(), node: NodeID(1), hand: { desk.take($0) }, fail: { desk.fail($0) })
        let opening = Opening(organisation: Ward.clinic, team: Ward.team, party: .support(Ward.maria))
        for tag in 1...100 as ClosedRange<UInt64> { #expect(service.submit([Self.submission(tag, .open(opening))])) }
        service.stop()
        for tag in 1...100 as ClosedRange<UInt64> { #expect(desk.reply(to: tag)?.receipt != nil) }
    }
}
