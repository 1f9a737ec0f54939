import ArgumentParser
import CaseMachine
import CaseStore
import Gateway
import Glibc
import Reactor
import Synchronization

/// Senders in a closed loop: each sends its next message when the last one was answered, as a client does that keeps one
/// unacknowledged message in flight. They live on a thread of their own, as sessions live on their loops.
final class EngineLoad<Store: CaseStore>: Sendable {
    private let answers: Mailbox<[(sender: Int, isAccepted: Bool, id: CaseID)]>
    private let service: EngineService<Store>
    private let senders: Int
    private let text: String
    private let counter: CommitCounter
    private let alerts: CommitCounter
    /// Cases of another team that become due all at once when the measurement begins.
    private let dueCases: Int

    init(_ store: Store, senders: Int, textBytes: Int, dueCases: Int = 0) throws {
        let answers = try Mailbox<[(sender: Int, isAccepted: Bool, id: CaseID)]>(capacity: 1 << 20)
        self.answers = answers
        self.senders = senders
        text = String(repeating: "a", count: textBytes)
        let counter = CommitCounter()
        self.counter = counter
        let alerts = CommitCounter()
        self.alerts = alerts
        self.dueCases = dueCases
        service = try EngineService(
            store, node: NodeID(1),
            hand: { outputs in
                var answered: [(sender: Int, isAccepted: Bool, id: CaseID)] = []
                for output in outputs {
                    if case .publish(let publication) = output, publication.isAlert { alerts.count() }
                    guard case .reply(let ticket, let reply) = output else { continue }
                    if case .accepted(let receipt) = reply {
                        answered.append((Int(ticket.tag), true, receipt.id))
                    } else {
                        answered.append((Int(ticket.tag), false, CaseID(0)))
                    }
                }
                if !answered.isEmpty {
                    counter.count()
                    _ = answers.post(answered, urgent: true)
                }
            },
            fail: { Foyer.exit(withError: $0) })
    }

    /// Blocks for about `seconds` after a warm-up of a fifth of that.
    func run(seconds: Double) -> LoadOutcome {
        openDueCases()
        var cases = openCases()
        var sentAt = [UInt64](repeating: 0, count: senders)
        var outcome = LoadOutcome()
        outcome.latencies.reserveCapacity(1 << 20)
        var serial: UInt64 = 0
        var turn: [Submission] = []
        func send(_ sender: Int) {
            serial += 1
            sentAt[sender] = EngineClock.now
            turn.append(submission(sender, serial, .act(cases[sender], .send(Message(text: text)))))
        }
        /// What one look at the answers has brought, as a loop does it that has looked at its sockets.
        func handOver() {
            _ = service.submit(turn)
            turn.removeAll(keepingCapacity: true)
        }
        let warm = EngineClock.now + UInt64(seconds * 0.2e9)
        let end = warm + UInt64(seconds * 1e9)
        var isWarm = false
        var began = warm
        var inFlight = senders
        for sender in 0..<senders { send(sender) }
        handOver()
        var letters: [[(sender: Int, isAccepted: Bool, id: CaseID)]] = []
        while inFlight > 0 {
            answers.wait(for: &letters)
            let now = EngineClock.now
            if !isWarm, now >= warm {
                isWarm = true
                began = now
                outcome.latencies.removeAll(keepingCapacity: true)
                outcome.refused = 0
                outcome.messages = 0
                outcome.cpuSeconds = -EngineClock.cpuSeconds
                outcome.syncs = -SyncCounter.count
                counter.reset()
                if dueCases > 0 { service.adopt(EngineLoadActors.impatient, for: EngineLoadActors.otherTeam) }
            }
            let isOver = now >= end
            if isOver, outcome.seconds == 0 {
                outcome.seconds = Double(now - began) / 1e9
                outcome.commits = counter.value
                outcome.cpuSeconds += EngineClock.cpuSeconds
                outcome.syncs += SyncCounter.count
                outcome.alerts = alerts.value
            }
            for letter in letters {
                for answer in letter {
                    if isOver {
                        inFlight -= 1
                    } else {
                        if answer.isAccepted {
                            outcome.latencies.append(now - sentAt[answer.sender])
                            outcome.messages += 1
                        } else {
                            outcome.refused += 1
                        }
                        send(answer.sender)
                    }
                }
            }
            letters.removeAll(keepingCapacity: true)
            handOver()
        }
        service.stop()
        cases.removeAll()
        return outcome
    }

    /// In portions that an organisation may have waiting.
    private func openDueCases() {
        var letters: [[(sender: Int, isAccepted: Bool, id: CaseID)]] = []
        var turn: [Submission] = []
        var opened = 0
        while opened < dueCases {
            let portion = min(1000, dueCases - opened)
            for number in opened..<opened + portion {
                let opening = EngineLoadActors.opening(Int64(senders + number + 1), EngineLoadActors.otherTeam)
                turn.append(submission(senders + number, UInt64(senders + number), .open(opening), opens: true))
            }
            _ = service.submit(turn)
            turn.removeAll()
            opened += portion
            var waiting = portion
            while waiting > 0 {
                answers.wait(for: &letters)
                waiting -= letters.joined().count
                letters.removeAll(keepingCapacity: true)
            }
        }
    }

    /// A case for each sender.
    private func openCases() -> [CaseID] {
        var cases = [CaseID](repeating: CaseID(0), count: senders)
        let openings = (0..<senders).map { sender in
            let opening = EngineLoadActors.opening(Int64(sender + 1))
            return submission(sender, UInt64(sender), .open(opening), opens: true)
        }
        _ = service.submit(openings)
        var waiting = senders
        var letters: [[(sender: Int, isAccepted: Bool, id: CaseID)]] = []
        while waiting > 0 {
            answers.wait(for: &letters)
            for answer in letters.joined() {
                cases[answer.sender] = answer.id
                waiting -= 1
            }
            letters.removeAll(keepingCapacity: true)
        }
        return cases
    }

    private func submission(
        _ sender: Int, _ serial: UInt64, _ command: CaseCommand, opens: Bool = false
    ) -> Submission {
        // As UUIDs of version 7 do: first the time, then what tells them apart.
        let key = UInt128(opens ? 0 : EngineClock.now) << 64 | UInt128(serial)
        return Submission(
            ticket: Ticket(port: 0, tag: UInt64(sender)), organisation: EngineLoadActors.clinic,
            actor: EngineLoadActors.guest(Int64(sender + 1)), key: CommandKey(key, fingerprint: serial),
            command: command)
    }
}

extension Publication {
    fileprivate var isAlert: Bool {
        events.contains { if case .firstResponseAlerted = $0.event.fact { true } else { false } }
    }
}

/// Answers come in one piece a commit.
final class CommitCounter: Sendable {
    private let counted = Atomic<Int>(0)

    func count() { counted.add(1, ordering: .relaxed) }
    func reset() { counted.store(0, ordering: .relaxed) }
    var value: Int { counted.load(ordering: .relaxed) }
}
