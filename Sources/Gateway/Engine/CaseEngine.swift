import CaseMachine
import CaseStore
import DequeModule

/// The case engine: takes commands, has the machine decide them, has the store keep what came of it, and only then hands
/// out answers and publications.
///
/// A step function without threads, clock or I/O: whoever drives it says what time it is, carries out the jobs that it
/// asks for (`nextJob`), tells their results (`finish`), and takes what is to be handed out (`takeOutputs`). The server
/// drives it by threads (`EngineThread`), the simulation by its one thread and its virtual clock.
///
/// **Its order.** Commands wait in a lane for each organisation, and are taken in turn to the case that they are about.
/// There they are decided in the order in which they came, each on what the one before it has made, and stored as one
/// unit; a case has one unit under way at a time. A batch is the units of many cases in one commit.
package final class CaseEngine {
    let limits: EngineLimits
    let draw: () -> UInt64
    var rules: [TeamID: TeamRules] = [:]
    let usualRules: TeamRules
    var moment: Moment
    private(set) var outputs: [EngineOutput] = []

    // Commands.
    private var lanes = FairQueue()
    /// Commands that have reached their cases and are not answered.
    var inHand = 0
    var slots: [CaseID: CaseSlot] = [:]
    /// Cases with something to decide: with people waiting, and with errands only.
    var ready: Deque<CaseSlot> = []
    var readyForErrands: Deque<CaseSlot> = []
    var toLoad: Deque<CaseSlot> = []
    var cacheOrder: Deque<CaseID> = []

    // Jobs.
    private var underWay: [JobID: UnderWay] = [:]
    private var lastJob: UInt64 = 0
    var commitsUnderWay = 0
    /// In all of them together.
    var commandsUnderWay = 0
    var loadsUnderWay = 0
    /// Nothing is asked of the store before this.
    var pausedUntil: Duration?
    var gathering: Gathering?
    var errands: Errands
    package private(set) var figures = EngineFigures()

    /// What the engine needs to know again when a job is finished.
    enum UnderWay {
        case commit([Run], since: Duration)
        case load([CaseSlot])
        case errand
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

    /// Nothing happens at a moment that lies before the last one.
    package func advance(to moment: Moment) {
        self.moment = moment
        errands.advance(to: moment)
    }

    /// A refused command is answered like any other, so that nobody waits for it.
    package func submit(_ submission: Submission) {
        guard lanes.append(submission, within: limits) else {
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
        if let pausedUntil, moment.monotonic < pausedUntil { return nil }
        pausedUntil = nil
        takeInHand()
        // Deciding may show that a case has to be loaded after all.
        return nextLoad() ?? nextCommit() ?? nextLoad() ?? nextErrand()
    }

    /// When `nextJob` may have something to say although nothing has come in; nil if it is working, or idle for good.
    package var nextWake: Duration {
        if let pausedUntil { return pausedUntil }
        if let gathering, hasReady, commitsUnderWay == 0 { return min(gathering.until, errands.nextWake) }
        return errands.nextWake
    }

    /// Nothing waits, nothing is under way, and everything was handed out.
    package var isIdle: Bool { inHand == 0 && lanes.count == 0 && underWay.isEmpty && outputs.isEmpty }

    package func finish(_ id: JobID, _ result: JobResult) {
        guard let job = underWay.removeValue(forKey: id) else { return }
        switch (job, result) {
        case (.commit(let runs, let since), .committed(let result)):
            endCommit(of: runs)
            finishCommit(runs, since: since, result)
        case (.load(let slots), .loaded(let result)):
            loadsUnderWay -= 1
            finishLoad(slots, result)
        case (.errand, _): finishErrand(result)
        // A result of another kind than the job's: whoever drives the engine is wrong, and the commands are not lost.
        case (.commit(let runs, _), _):
            endCommit(of: runs)
            for run in runs { giveBack(run, knowing: .unknown) }
        case (.load(let slots), _):
            loadsUnderWay -= 1
            for slot in slots { forgetState(of: slot) }
        }
    }

    package var cachedCases: Int { slots.count }
    /// Some belong to cases that are not cached any more.
    package var cachePlaces: Int { cacheOrder.count }

    func start(_ kind: EngineJob.Kind, _ job: UnderWay) -> EngineJob {
        lastJob += 1
        let id = JobID(value: lastJob)
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
        while inHand < limits.inHand {
            guard let submission = lanes.next(unless: isStuck) else { return }
            let slot = slot(for: submission.command)
            slot.waiting.append(Pending(submission))
            inHand += 1
            queue(slot)
        }
    }

    /// A case with a long queue holds up its own organisation's lane, and nobody else's.
    private func isStuck(_ submission: Submission) -> Bool {
        guard let id = submission.command.id, let slot = slots[id] else { return false }
        return slot.waiting.count >= 2 * limits.commandsPerRun
    }

    private func slot(for command: CaseCommand) -> CaseSlot {
        guard let id = command.id else { return newCase() }
        return slot(of: id)
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
        let slot = CaseSlot(newID(), standing: .idle)
        slot.publicID = PublicID(UInt128(draw()) << 64 | UInt128(draw()))
        keep(slot)
        return slot
    }

    /// Ordered by time, so that the rows of a day stand together; drawn, so that nodes need not agree on a counter. Two
    /// equal ones are a conflict, and the later case gets another.
    private func newID() -> CaseID {
        let bits: Int64 = 20
        let milliseconds = max(0, moment.wall.milliseconds) & (Int64.max >> bits)
        return CaseID(milliseconds << bits | Int64(truncatingIfNeeded: draw() >> 44))
    }

    /// Into the queue where it belongs, if it has something to wait for.
    func queue(_ slot: CaseSlot) {
        guard !slot.isQueued, !slot.isBusy, slot.wantsWork else { return }
        slot.isQueued = true
        // Nothing to decide: what is known may be old, and old news are none.
        if slot.waiting.isEmpty { slot.standing = .unknown }
        switch slot.standing {
        case .unknown: toLoad.append(slot)
        case .idle: if slot.hasPeople { ready.append(slot) } else { readyForErrands.append(slot) }
        case .loading, .committing: break
        }
    }

    func answer(_ pending: Pending, _ reply: Reply) {
        inHand -= 1
        switch pending.origin {
        case .person(let ticket):
            count { $0.answered += 1 }
            say(.reply(ticket, reply))
        case .errand: errands.inHand -= 1
        }
    }

    /// The first to come is the first to go, unless it was used since: then it stays another round.
    private func keep(_ slot: CaseSlot) {
        slots[slot.id] = slot
        cacheOrder.append(slot.id)
        var looks = 2 * slots.count
        // Twice as many places as cases: some are of cases that turned out not to exist.
        while slots.count > limits.cachedCases || cacheOrder.count > 2 * limits.cachedCases, looks > 0,
            let id = cacheOrder.popFirst()
        {
            looks -= 1
            guard let old = slots[id] else { continue }
            // Nothing waits for the new one yet, but something is about to.
            if old === slot || old.wasUsed || old.isBusy || old.isQueued || old.wantsWork {
                old.wasUsed = false
                cacheOrder.append(id)
            } else {
                slots[id] = nil
            }
        }
    }

    func forgetState(of slot: CaseSlot) {
        slot.standing = .unknown
        slot.known = nil
        queue(slot)
    }

    var hasReady: Bool { !ready.isEmpty || !readyForErrands.isEmpty }
}

extension CaseCommand {
    /// Nil for a case that is to be made.
    var id: CaseID? {
        switch self {
        case .open: nil
        case .act(let id, _), .edit(let id, _, _), .delete(let id, _): id
        }
    }
}
