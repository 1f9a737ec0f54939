import CLinux
import CaseMachine
import CaseStore
import Reactor

/// The engine's thread: letters in, jobs and outputs out.
final class EngineTurns<Store: CaseStore> {
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
            case .learn(let publication): engine.learn(publication)
            case .look(let question): question.answer(engine.reading)
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
