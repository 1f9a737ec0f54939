import CaseMachine
import CaseStore
import DequeModule

/// The case engine: takes commands, has the machine decide them, has the store keep what came of it, and only then hands
/// out answers and publications.
///
/// A step function without threads, clock or I/O: whoever drives it says what time it is, carries out the jobs that it
/// asks for (`nextJob`), tells their results (`finish`), and takes what is to be handed out (`takeOutputs`). The server
/// drives it by threads (`EngineService`), the simulation by its one thread and its virtual clock.
///
/// **Its order.** Commands wait in a lane for each organisation, and are taken in turn to the case that they are about.
/// There they are decided in the order in which they came, each on what the one before it has made, and stored as one
/// unit; a case has one unit under way at a time. A batch is the units of many cases in one commit.
package final class CaseEngine {
    let limits: EngineLimits
    let draw: () -> UInt64
    var rules: [TeamID: TeamRules] = [:]
    let usualRules: TeamRules
    private(set) var moment: Moment
    private var outputs: [EngineOutput] = []

    // Commands.
    private var lanes = FairQueue()
    /// Commands that have reached their cases and are not answered.
    var inHand = 0
    /// A command that concerns two cases, for which the house stands still (`CaseEngine+Pairs`).
    var pair: PairWork?
    var slots: [CaseID: CaseSlot] = [:]
    private var cacheOrder: Deque<CaseID> = []
    var ready: Deque<CaseSlot> = []
    var readyForErrands: Deque<CaseSlot> = []
    var toLoad: Deque<CaseSlot> = []

    // Jobs.
    private var underWay: [JobID: UnderWay] = [:]
    private var lastJob: UInt64 = 0
    var batch: OpenBatch?
    var commitsUnderWay: Set<JobID> = []
    /// In all of them together.
    var commandsUnderWay = 0
    var loadsUnderWay = 0
    /// Nothing but heartbeats is asked of the store before this.
    var pausedUntil: Duration?
    var gathering: Gathering?
    var errands: Errands
    package private(set) var figures = EngineFigures()

    /// What the engine needs to know again when a job is finished.
    enum UnderWay {
        case commit([Run], since: Duration)
        case load([CaseSlot])
        case pair
        case errand
        case heartbeat
    }

    /// `draw` gives 64 random bits: they become the cases' public names, so in a house that is open they come from the
    /// system's generator.
    package init(
        limits: EngineLimits = EngineLimits(), rules: TeamRules = TeamRules(), at moment: Moment,
        draw: @escaping () -> UInt64
    ) {
        self.limits = limits
        self.usualRules = rules
        self.draw = draw
        self.moment = moment
        errands = Errands(limits, at: moment.monotonic)
    }

    /// The monotonic clock never goes back; the wall clock may.
    package func advance(to moment: Moment) {
        self.moment = moment
        errands.advance(to: moment)
    }

    /// A refused command is answered like any other, so that nobody waits for it.
    package func submit(_ submission: Submission) {
        guard !errands.isEnding, lanes.append(submission, within: limits) else {
            figures.refused += 1
            return outputs.append(.reply(submission.ticket, .refused(.overloaded)))
        }
    }

    /// The answers and publications since the last time, in their order.
    package func takeOutputs() -> [EngineOutput] {
        defer { outputs.removeAll(keepingCapacity: true) }
        return outputs
    }

    /// What the engine wants from the store now; nil if nothing, or if it has to wait for a result or a moment.
    package func nextJob() -> EngineJob? {
        if let heartbeat = nextHeartbeat() { return heartbeat }
        if let pausedUntil, moment.monotonic < pausedUntil { return nil }
        pausedUntil = nil
        while true {
            takeInHand()
            let before = inHand
            // Deciding may show that a case has to be loaded after all.
            if let job = nextPairJob() ?? nextLoad() ?? nextCommit() ?? nextLoad() { return job }
            // What could be answered without the store has made room for others.
            guard inHand < before, lanes.count > 0 else { break }
        }
        return pair == nil ? nextErrand() : nil
    }

    /// The latest moment at which to ask `nextJob` again although nothing has come in.
    package var nextWake: Duration {
        let now = moment.monotonic
        var wake = errands.isBeating || errands.isEnding ? now + limits.heartbeat : errands.nextHeartbeat
        if let pausedUntil { return min(wake, pausedUntil) }
        if let turn = errands.nextTurn(after: now), pair == nil { wake = min(wake, turn) }
        if let gathering, batch != nil, commitsUnderWay.isEmpty { wake = min(wake, gathering.until) }
        return wake
    }

    /// Nothing waits, nothing is under way, and everything was handed out.
    package var isIdle: Bool { inHand == 0 && lanes.count == 0 && underWay.isEmpty && outputs.isEmpty }

    package func finish(_ id: JobID, _ result: JobResult) {
        guard let job = underWay.removeValue(forKey: id) else { return }
        if let failure = result.failure { figures.storeErrors.add(failure) }
        switch (job, result) {
        case (.commit(let runs, let since), .committed(let result)):
            endCommit(id, of: runs)
            finishCommit(runs, since: since, result)
        case (.load(let slots), .loaded(let result)):
            loadsUnderWay -= 1
            finishLoad(slots, result)
        case (.pair, _): finishPairJob(result)
        case (.errand, _): finishErrand(result)
        case (.heartbeat, _): finishHeartbeat(result)
        // A result of another kind than the job's: whoever drives the engine is wrong, and the commands are not lost.
        case (.commit(let runs, _), _):
            endCommit(id, of: runs)
            for run in runs { giveBack(run, .nobodyKnows) }
        case (.load(let slots), _):
            loadsUnderWay -= 1
            for slot in slots { forgetState(of: slot) }
        }
    }

    package var cachedCases: Int { slots.count }
    package var reading: EngineReading {
        EngineReading(figures: figures, waiting: lanes.count, inHand: inHand, cachedCases: cachedCases)
    }
    /// Some belong to cases that are not cached any more.
    package var cachePlaces: Int { cacheOrder.count }

    func newJob() -> JobID {
        lastJob += 1
        return JobID(value: lastJob)
    }

    func start(_ kind: EngineJob.Kind, _ job: UnderWay, as id: JobID? = nil) -> EngineJob {
        let id = id ?? newJob()
        underWay[id] = job
        return EngineJob(id: id, kind: kind)
    }

    func rules(for team: TeamID) -> TeamRules { rules[team] ?? usualRules }

    func say(_ output: EngineOutput) { outputs.append(output) }
    func count(_ change: (inout EngineFigures) -> Void) { change(&figures) }
}

// Commands on their way to their cases.
extension CaseEngine {
    private func takeInHand() {
        while inHand < limits.inHand, pair == nil {
            guard let submission = lanes.next(unless: isStuck) else { return }
            inHand += 1
            switch submission.command {
            case .open: add(Pending(submission), to: newCase())
            case .act(let id, _), .edit(let id, _, _), .delete(let id, _):
                add(Pending(submission), to: slot(of: id))
            case .pair(let command, let from, let into):
                pair = PairWork(pending: Pending(submission), command: command, from: from, into: into)
            }
        }
    }

    private func add(_ pending: Pending, to slot: CaseSlot) {
        slot.waiting.append(pending)
        queue(slot)
    }

    /// A case with a long queue holds up its own organisation's lane, and nobody else's.
    private func isStuck(_ submission: Submission) -> Bool {
        switch submission.command {
        case .open, .pair: return false
        case .act(let id, _), .edit(let id, _, _), .delete(let id, _):
            guard let slot = slots[id] else { return false }
            return slot.waiting.count >= 2 * limits.commandsPerRun
        }
    }

    func slot(of id: CaseID) -> CaseSlot {
        if let slot = slots[id] {
            slot.wasUsed = true
            return slot
        }
        let slot = CaseSlot(id, standing: .unknown)
        keep(slot)
        return slot
    }

    func newCase() -> CaseSlot {
        var id = newID()
        while slots[id] != nil { id = newID() }
        let slot = CaseSlot(id, standing: .idle)
        slot.publicID = PublicID(UInt128(draw()) << 64 | UInt128(draw()))
        keep(slot)
        return slot
    }

    /// Ordered by time, so that the rows of a day stand together; drawn, so that nodes need not agree on a counter. Two
    /// equal ones are a conflict, and the later case gets another.
    private func newID() -> CaseID {
        CaseID(CaseID.first(at: moment.wall).value | Int64(truncatingIfNeeded: draw() >> 44))
    }

    /// Into the queue where it belongs, if there is something to do about it.
    func queue(_ slot: CaseSlot) {
        guard !slot.isBusy, slot.wantsWork else { return }
        // Nothing to decide: what is known may be old, and old news are none.
        if slot.waiting.isEmpty { slot.standing = .unknown }
        switch slot.standing {
        case .unknown: enter(.toLoad, slot, &toLoad)
        case .idle:
            if slot.hasPeople {
                enter(.ready, slot, &ready)
            } else {
                enter(.readyForErrands, slot, &readyForErrands)
            }
        case .loading, .committing: break
        }
    }

    private func enter(_ name: CaseSlot.Queue, _ slot: CaseSlot, _ queue: inout Deque<CaseSlot>) {
        guard slot.queue != name else { return }
        slot.queue = name
        queue.append(slot)
    }

    var hasReady: Bool { !ready.isEmpty || !readyForErrands.isEmpty }

    func answer(_ pending: Pending, _ reply: Reply) {
        inHand -= 1
        switch pending.origin {
        case .person(let ticket):
            count { $0.answered += 1 }
            say(.reply(ticket, reply))
        case .errand: errandIsDone(reply)
        }
    }

    /// Another node has said what it has stored. Whoever decides on that has one conflict less; whether it is true, the
    /// commit finds out.
    package func learn(_ publication: Publication) {
        guard let slot = slots[publication.id], slot.standing == .idle, let known = slot.known,
            publication.version > known.version
        else { return }
        if publication.state.isErased {
            forgetState(of: slot)
        } else {
            slot.known = publication.known
        }
    }

    func forgetState(of slot: CaseSlot) {
        slot.standing = .unknown
        slot.known = nil
        queue(slot)
    }

    /// A case whose opening was turned away leaves nothing behind.
    func dropIfNeverMade(_ slot: CaseSlot) {
        if slot.isNew, !slot.wantsWork, slots[slot.id] === slot { slots[slot.id] = nil }
    }

    /// Makes room first: the first to come is the first to go, unless it was used since; then it stays another round.
    private func keep(_ slot: CaseSlot) {
        var looks = 2 * cacheOrder.count
        // Twice as many places as cases: some are of cases that turned out not to exist.
        while slots.count >= limits.cachedCases || cacheOrder.count >= 2 * limits.cachedCases, looks > 0,
            let id = cacheOrder.popFirst()
        {
            looks -= 1
            guard let old = slots[id] else { continue }
            if old.wasUsed || old.isBusy || old.wantsWork {
                old.wasUsed = false
                cacheOrder.append(id)
            } else {
                slots[id] = nil
            }
        }
        slots[slot.id] = slot
        cacheOrder.append(slot.id)
    }
}

extension CaseID {
    /// Behind the moment at which a case was opened.
    private static let drawnBits: Int64 = 20

    /// Before all that were opened from this moment on.
    static func first(at moment: Timestamp) -> CaseID {
        CaseID((max(0, moment.milliseconds) & (Int64.max >> drawnBits)) << drawnBits)
    }
}
