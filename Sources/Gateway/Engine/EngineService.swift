import CLinux
package import CaseMachine
package import CaseStore
import Glibc
package import Reactor

/// The case engine at work: its own thread feeds it, a second one writes large batches while the next is decided, a third
/// one reads.
///
/// Small batches are written by the engine's own thread: handing them over would cost more than it saves.
package final class EngineService<Store: CaseStore>: Sendable {
    /// Called on the engine's thread with what one turn has brought, in order.
    package typealias Hand = @Sendable ([EngineOutput]) -> Void

    private let mailbox: Mailbox<EngineLetter>
    private let engine: OwnThread
    private let writer: StoreWorker<Store>
    private let reader: StoreWorker<Store>

    /// `fail` is told that the store cannot be trusted any more, and is expected to end the process: a restart reads what
    /// is true.
    package init(
        _ store: Store, node: NodeID, limits: EngineLimits = EngineLimits(), rules: TeamRules = TeamRules(),
        hand: @escaping Hand, fail: @escaping @Sendable (StoreError) -> Void
    ) throws(ReactorError) {
        // Twice what the engine's own lanes take: it looks here every few milliseconds.
        let mailbox = try Mailbox<EngineLetter>(capacity: 2 * limits.waiting, maxBytes: 2 * limits.waitingBytes)
        self.mailbox = mailbox
        let report: @Sendable (JobID, JobResult) -> Void = { id, result in
            _ = mailbox.post(.finished(id, result), urgent: true)
        }
        let writer = try StoreWorker("store-writer", store, node: node, report: report)
        let reader: StoreWorker<Store>
        do {
            reader = try StoreWorker("store-reader", store, node: node, report: report)
        } catch {
            writer.stop()
            throw error
        }
        self.writer = writer
        self.reader = reader
        engine = try OwnThread("case-engine") {
            var generator = SystemRandomNumberGenerator()
            let engine = CaseEngine(limits: limits, rules: rules, at: SystemClock.now()) { generator.next() }
            let turns = EngineTurns(
                engine, store: store, node: node, mailbox: mailbox, writer: writer, reader: reader, hand: hand,
                fail: fail)
            turns.run()
        }
    }

    /// From any thread: what one turn of a loop has brought, in its order, so that a busy loop wakes the engine once a turn.
    /// False if too much is waiting: the answer to all of them is `Refusal.overloaded`.
    package func submit(_ submissions: [Submission]) -> Bool {
        guard !submissions.isEmpty else { return true }
        let bytes = submissions.reduce(0) { $0 + $1.command.byteCount }
        return mailbox.post(.submit(submissions), byteCount: bytes) == .accepted
    }

    /// The team's open cases are measured by its new rules from here on.
    package func adopt(_ rules: TeamRules, for team: TeamID) {
        _ = mailbox.post(.adopt(rules, team), urgent: true)
    }

    /// The members who have a socket at this node, whenever that changes.
    package func hold(_ members: Set<MemberID>) { _ = mailbox.post(.hold(members), urgent: true) }

    /// Carries out what was submitted before, hands out the answers, says goodbye and ends. Once, and not from `hand`.
    /// What comes later is not accepted.
    package func stop() {
        _ = mailbox.post(.stop, urgent: true)
        engine.join()
        writer.stop()
        reader.stop()
    }
}

enum EngineLetter: Sendable {
    case submit([Submission])
    case finished(JobID, JobResult)
    case adopt(TeamRules, TeamID)
    case hold(Set<MemberID>)
    case stop
}

/// The engine's thread: letters in, jobs and outputs out.
private final class EngineTurns<Store: CaseStore> {
    private let engine: CaseEngine
    private let store: Store
    private let node: NodeID
    private let mailbox: Mailbox<EngineLetter>
    private let writer: StoreWorker<Store>
    private let reader: StoreWorker<Store>
    private let hand: EngineService<Store>.Hand
    private let fail: @Sendable (StoreError) -> Void
    private var letters: [EngineLetter] = []
    /// The first units of the next commit, prepared.
    private var ahead: [Result<Store.Prepared, CaseTrouble>] = []
    /// One by one would cost more than it saves.
    private static var preparedTogether: Int { 16 }
    private var isStopping = false
    /// The store cannot be trusted: nothing more is asked of it, and nothing that it has said is handed out.
    private var isBroken = false
    /// Commits that the writer has and did not finish. Kept here until it has let go of them: two threads of which one
    /// frees what the other allocates wait for each other's lock in malloc, a tenth of a large commit's time.
    private var handedOver: [JobID: [Result<Store.Prepared, CaseTrouble>]] = [:]

    init(
        _ engine: CaseEngine, store: Store, node: NodeID, mailbox: Mailbox<EngineLetter>, writer: StoreWorker<Store>,
        reader: StoreWorker<Store>, hand: @escaping EngineService<Store>.Hand,
        fail: @escaping @Sendable (StoreError) -> Void
    ) {
        self.engine = engine
        self.store = store
        self.node = node
        self.mailbox = mailbox
        self.writer = writer
        self.reader = reader
        self.hand = hand
        self.fail = fail
    }

    func run() {
        repeat {
            engine.advance(to: SystemClock.now())
            readLetters()
            handOut()
            while !isBroken, let job = engine.nextJob() { carryOut(job) }
            handOut()
            prepareAhead()
            if isStopping, engine.isIdle { break }
            if !isBroken { wait(until: engine.nextWake) }
        } while !isBroken
        end()
    }

    /// Those who were too late get an answer, too.
    private func end() {
        for letter in mailbox.close() {
            guard case .submit(let submissions) = letter else { continue }
            for submission in submissions { engine.submit(submission) }
        }
        guard !isBroken else { return }
        handOut()
        do {
            try store.heartbeat(node, members: nil, at: SystemClock.now().wall)
        } catch {
            // The others will notice by the silence.
        }
    }

    private func readLetters() {
        mailbox.take(&letters)
        for letter in letters {
            switch letter {
            case .submit(let submissions): for submission in submissions { engine.submit(submission) }
            case .finished(let id, let result): finish(id, result)
            case .adopt(let rules, let team): engine.adopt(rules, for: team)
            case .hold(let members): engine.hold(members)
            case .stop:
                isStopping = true
                engine.end()
            }
        }
        letters.removeAll(keepingCapacity: true)
    }

    private func carryOut(_ job: EngineJob) {
        switch job.kind {
        case .commit(let units):
            do {
                var prepared = ahead
                ahead = []
                prepared += try store.prepare(Array(units.dropFirst(prepared.count)))
                if handedOver.isEmpty, units.count < engine.limits.commandsBesideCommit {
                    finish(job.id, .committed(.success(try store.commit(prepared: prepared))))
                    handOut()
                } else {
                    handedOver[job.id] = prepared
                    writer.take(.commit(job.id, prepared))
                }
            } catch {
                finish(job.id, .committed(.failure(error)))
            }
        case .heartbeat, .finishErasing, .forgetKeys: writer.take(.perform(job))
        case .load, .due, .strays, .openCases: reader.take(.perform(job))
        }
    }

    /// What is decided already is sealed while the disk is busy, or the next message is on its way.
    private func prepareAhead() {
        let decided = engine.decided
        guard decided.count >= ahead.count + Self.preparedTogether else { return }
        do {
            ahead += try store.prepare(Array(decided.dropFirst(ahead.count)))
        } catch {
            // The commit will meet the same, and answer for it.
        }
    }

    private func finish(_ id: JobID, _ result: JobResult) {
        let spent = handedOver.removeValue(forKey: id)
        defer { withExtendedLifetime(spent) {} }
        if case .fatal(let reason)? = result.failure {
            isBroken = true
            fail(.fatal(reason))
        }
        engine.advance(to: SystemClock.now())
        engine.finish(id, result)
    }

    private func handOut() {
        guard !isBroken else { return }
        let outputs = engine.takeOutputs()
        if !outputs.isEmpty { hand(outputs) }
    }

    private func wait(until wake: Duration) {
        let left = max(.zero, wake - SystemClock.now().monotonic)
        // A letter may have come since; the descriptor says so at once.
        let (seconds, attoseconds) = min(left, .seconds(60)).components
        _ = clinux_wait(mailbox.descriptor, seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}

/// A thread that does the store's blocking work, one job after the other.
final class StoreWorker<Store: CaseStore>: Sendable {
    enum Work: Sendable {
        case commit(JobID, [Result<Store.Prepared, CaseTrouble>])
        case perform(EngineJob)
        case stop
    }

    private let mailbox: Mailbox<Work>
    private let thread: OwnThread

    init(
        _ name: String, _ store: Store, node: NodeID, report: @escaping @Sendable (JobID, JobResult) -> Void
    ) throws(ReactorError) {
        // The engine has a handful of jobs under way.
        let mailbox = try Mailbox<Work>(capacity: 64)
        self.mailbox = mailbox
        thread = try OwnThread(name) {
            var work: [Work] = []
            while true {
                var descriptor = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&descriptor, 1, -1)
                mailbox.take(&work)
                for work in work {
                    switch work {
                    case .commit(let id, let prepared): report(id, .committed(store.result(of: prepared)))
                    case .perform(let job): report(job.id, store.perform(job.kind, for: node))
                    case .stop: return
                    }
                }
                work.removeAll(keepingCapacity: true)
            }
        }
    }

    func take(_ work: Work) { _ = mailbox.post(work, urgent: true) }

    func stop() {
        take(.stop)
        thread.join()
    }
}

extension CaseStore {
    fileprivate func result(
        of prepared: [Result<Prepared, CaseTrouble>]
    ) -> Result<[Result<CommitOutcome, CaseTrouble>], StoreError> {
        do { return .success(try commit(prepared: prepared)) } catch { return .failure(error) }
    }
}
