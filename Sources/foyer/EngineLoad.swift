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
    struct Outcome {
        /// From handing a message over until its sender has the answer, in nanoseconds, ascending.
        var latencies: [UInt64] = []
        var seconds = 0.0
        var commits = 0
        var refused = 0
        /// Of the whole process, senders included.
        var cpuSeconds = 0.0

        var messages: Int { latencies.count }
        var messagesPerSecond: Double { Double(messages) / seconds }
        var messagesPerCommit: Double { Double(messages) / Double(max(1, commits)) }

        /// In milliseconds.
        func percentile(_ share: Double) -> Double {
            guard !latencies.isEmpty else { return .nan }
            let index = min(latencies.count - 1, Int(share * Double(latencies.count)))
            return Double(latencies[index]) / 1e6
        }
    }

    private let answers: Mailbox<[(sender: Int, isAccepted: Bool, id: CaseID)]>
    private let service: EngineService<Store>
    private let senders: Int
    private let text: String
    private let counter: CommitCounter

    init(_ store: Store, senders: Int, textBytes: Int) throws {
        let answers = try Mailbox<[(sender: Int, isAccepted: Bool, id: CaseID)]>(capacity: 1 << 20)
        self.answers = answers
        self.senders = senders
        text = String(repeating: "a", count: textBytes)
        let counter = CommitCounter()
        self.counter = counter
        service = try EngineService(
            store, node: NodeID(1),
            hand: { outputs in
                var answered: [(sender: Int, isAccepted: Bool, id: CaseID)] = []
                for output in outputs {
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
    func run(seconds: Double) -> Outcome {
        var cases = openCases()
        var sentAt = [UInt64](repeating: 0, count: senders)
        var outcome = Outcome()
        outcome.latencies.reserveCapacity(1 << 20)
        var serial: UInt64 = 0
        func send(_ sender: Int) {
            serial += 1
            sentAt[sender] = Self.now
            submit(sender, serial, .act(cases[sender], .send(Message(text: text))))
        }
        let warm = Self.now + UInt64(seconds * 0.2e9)
        let end = warm + UInt64(seconds * 1e9)
        var isWarm = false
        var began = warm
        var inFlight = senders
        for sender in 0..<senders { send(sender) }
        var letters: [[(sender: Int, isAccepted: Bool, id: CaseID)]] = []
        while inFlight > 0 {
            wait(for: &letters)
            let now = Self.now
            if !isWarm, now >= warm {
                isWarm = true
                began = now
                outcome.latencies.removeAll(keepingCapacity: true)
                outcome.refused = 0
                outcome.cpuSeconds = -Self.cpuSeconds
                counter.reset()
            }
            let isOver = now >= end
            if isOver, outcome.seconds == 0 {
                outcome.seconds = Double(now - began) / 1e9
                outcome.commits = counter.value
                outcome.cpuSeconds += Self.cpuSeconds
            }
            for letter in letters {
                for answer in letter {
                    if isOver {
                        inFlight -= 1
                    } else {
                        if answer.isAccepted { outcome.latencies.append(now - sentAt[answer.sender]) }
                        if !answer.isAccepted { outcome.refused += 1 }
                        send(answer.sender)
                    }
                }
            }
            letters.removeAll(keepingCapacity: true)
        }
        service.stop()
        cases.removeAll()
        outcome.latencies.sort()
        return outcome
    }

    /// A case for each sender.
    private func openCases() -> [CaseID] {
        var cases = [CaseID](repeating: CaseID(0), count: senders)
        for sender in 0..<senders {
            let guest = GuestID(Int64(sender + 1))
            let opening = Opening(organisation: Self.clinic, team: TeamID(1), party: .support(guest))
            submit(sender, UInt64(sender), .open(opening), opens: true)
        }
        var waiting = senders
        var letters: [[(sender: Int, isAccepted: Bool, id: CaseID)]] = []
        while waiting > 0 {
            wait(for: &letters)
            for answer in letters.joined() {
                cases[answer.sender] = answer.id
                waiting -= 1
            }
            letters.removeAll(keepingCapacity: true)
        }
        return cases
    }

    private func submit(_ sender: Int, _ serial: UInt64, _ command: CaseCommand, opens: Bool = false) {
        let guest = GuestID(Int64(sender + 1))
        // As UUIDs of version 7 do: first the time, then what tells them apart.
        let key = UInt128(opens ? 0 : Self.now) << 64 | UInt128(serial)
        _ = service.submit(
            Submission(
                ticket: Ticket(port: 0, tag: UInt64(sender)), organisation: Self.clinic,
                actor: .guest(guest), key: CommandKey(key, fingerprint: serial), command: command))
    }

    private func wait(for letters: inout [[(sender: Int, isAccepted: Bool, id: CaseID)]]) {
        var descriptor = pollfd(fd: answers.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&descriptor, 1, -1)
        answers.take(&letters)
    }

    private static var cpuSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static var clinic: OrganisationID { OrganisationID(1) }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Answers come in one piece a commit.
final class CommitCounter: Sendable {
    private let counted = Atomic<Int>(0)

    func count() { counted.add(1, ordering: .relaxed) }
    func reset() { counted.store(0, ordering: .relaxed) }
    var value: Int { counted.load(ordering: .relaxed) }
}
