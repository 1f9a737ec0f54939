import CaseMachine
package import CaseStore
import DequeModule

#if FOYER_MUTANTS
import Mutants
#endif

/// After a commit those who were answered often send again at once. Starting the next commit at the first of them would
/// leave the others to wait for two.
struct Gathering {
    let until: Duration
    /// As many as there were when the last commit ended: whoever was answered, and whoever has waited meanwhile.
    let expected: Int
}

/// The next commit, in the making: what has come is decided at once, while the commit before it is being written, or while
/// others are waited for.
struct OpenBatch {
    let id: JobID
    var runs: [Run] = []
    var units: [CommitUnit] = []
    var commands = 0
    var byteCount = 0
}

// Runs of many cases become one commit, and its outcome answers and publications.
extension CaseEngine {
    /// The units that the next commit begins with. Whoever carries out the commits may prepare them meanwhile.
    package var decided: [CommitUnit] { batch?.units ?? [] }

    func nextCommit() -> EngineJob? {
        decideAhead()
        guard let batch, mayCommit else { return nil }
        self.batch = nil
        gathering = nil
        commandsUnderWay += batch.commands
        commitsUnderWay.insert(batch.id)
        count { figures in
            figures.commits += 1
            figures.units += batch.units.count
            figures.commandsPerCommit.add(Double(batch.commands))
        }
        return start(.commit(batch.units), .commit(batch.runs, since: moment.monotonic), as: batch.id)
    }

    private func decideAhead() {
        guard hasReady else { return }
        var batch = self.batch ?? OpenBatch(id: newJob())
        self.batch = nil
        let most = mostCommands
        while batch.commands < most, batch.byteCount < limits.bytesPerBatch,
            let slot = nextReady(errands: batch.runs.count < limits.errandsPerBatch)
        {
            guard let run = run(of: slot), let unit = unit(of: run) else { continue }
            slot.standing = .committing
            batch.commands += run.decided.count
            batch.byteCount += run.byteCount
            batch.runs.append(run)
            batch.units.append(unit)
            #if FOYER_MUTANTS
            sayEarly(run)
            #endif
        }
        if !batch.units.isEmpty { self.batch = batch }
    }

    /// One commit at a time, and a second one beside it when there is enough to do for both.
    private var mayCommit: Bool {
        switch commitsUnderWay.count {
        case 0:
            guard let gathering else { return true }
            return inHand >= gathering.expected || moment.monotonic >= gathering.until
        case 1: return (batch?.commands ?? 0) >= max(limits.commandsBesideCommit, commandsUnderWay)
        default: return false
        }
    }

    /// When there is much to do, half of it is written while the other half is decided, and so on in turn: all at once
    /// would be answered at once, come back at once, and never be two halves.
    private var mostCommands: Int {
        guard commitsUnderWay.isEmpty else { return limits.commandsPerBatch }
        return min(limits.commandsPerBatch, max(2 * limits.commandsBesideCommit, inHand) / 2)
    }

    func endCommit(_ id: JobID, of runs: [Run]) {
        commitsUnderWay.remove(id)
        commandsUnderWay -= runs.reduce(0) { $0 + $1.decided.count }
        for index in errands.changes.indices { errands.changes[index].behind.remove(id) }
    }

    /// As many errands as `mayErr` allows, then people, and more errands when nobody waits.
    private func nextReady(errands mayErr: Bool) -> CaseSlot? {
        while let slot = (mayErr ? readyErrand() : nil) ?? readyPerson() ?? readyErrand() {
            slot.queue = .none
            if slot.standing == .idle, !slot.waiting.isEmpty { return slot }
            queue(slot)
        }
        return nil
    }

    private func readyPerson() -> CaseSlot? {
        while let slot = ready.popFirst() { if slot.queue == .ready { return slot } }
        return nil
    }

    private func readyErrand() -> CaseSlot? {
        while let slot = readyForErrands.popFirst() { if slot.queue == .readyForErrands { return slot } }
        return nil
    }

    private func unit(of run: Run) -> CommitUnit? {
        guard let state = run.state else { return nil }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.deadlineRowNotRewritten), let old = run.slot.known?.state {
            return run.unit(earliestDeadline: old.earliestDeadline(under: rules(for: old.team).policy)?.at)
        }
        #endif
        return run.unit(earliestDeadline: state.earliestDeadline(under: rules(for: state.team).policy)?.at)
    }

    func finishCommit(
        _ runs: [Run], since: Duration, _ result: Result<[Result<CommitOutcome, CaseTrouble>], StoreError>
    ) {
        switch result {
        case .success(let outcomes):
            for (run, outcome) in zip(runs, outcomes) {
                run.slot.standing = .idle
                switch outcome {
                case .success(let outcome): settle(run, outcome)
                case .failure(let trouble): refuse(run, trouble)
                }
            }
            // Whoever drives the engine has lost some: what became of them is found out under their keys.
            for run in runs.dropFirst(outcomes.count) { giveBack(run, .nobodyKnows) }
        case .failure(.unknown), .failure(.fatal):
            pausedUntil = moment.monotonic + limits.retryPause
            for run in runs { giveBack(run, .nobodyKnows) }
        case .failure(.full), .failure(.unavailable):
            pausedUntil = moment.monotonic + limits.retryPause
            for run in runs { turnAway(run) }
        }
        count { $0.commitTime.add(moment.monotonic - since) }
        let commands = runs.reduce(0) { $0 + $1.decided.count }
        let share = (moment.monotonic - since) * limits.gatheringShare
        gathering = Gathering(
            until: moment.monotonic + min(share, limits.longestGathering),
            expected: min(inHand + commands, limits.commandsBesideCommit))
    }

    private func settle(_ run: Run, _ outcome: CommitOutcome) {
        switch outcome {
        case .stored: install(run)
        case .conflict:
            count { $0.conflicts += 1 }
            #if FOYER_MUTANTS
            if Mutants.isPlanted(.staleAfterConflict), pretendStored(run) { return giveBack(run, .keyReused) }
            #endif
            giveBack(run, .conflict)
        case .known(let index, let receipt):
            guard let place = run.place(ofKeyed: index) else { return giveBack(run, .nobodyKnows) }
            repeatAnswer(run.decided[place].pending, receipt, on: run.slot)
            giveBack(run, but: place, .knownKey)
        case .keyReused(let index):
            guard let place = run.place(ofKeyed: index) else { return giveBack(run, .nobodyKnows) }
            answer(run.decided[place].pending, .refused(.keyReused))
            giveBack(run, but: place, .keyReused)
        }
    }

    /// It is durable: now the state is the case's, and everybody may know.
    private func install(_ run: Run) {
        let slot = run.slot
        guard let state = run.state, let publicID = slot.known?.publicID ?? slot.publicID else { return }
        let (previousTeam, previousAssignee) = (slot.known?.state.team, slot.known?.state.assignee)
        let known = KnownCase(id: slot.id, publicID: publicID, version: run.baseVersion + 1, state: state)
        slot.known = known
        slot.publicID = nil
        slot.goesSingly = false
        slot.owesNews = false
        count { figures in
            figures.stored += run.decided.count
            for lateness in run.decided.compactMap(\.lateness) {
                figures.deadlinesMet += 1
                figures.latest = max(figures.latest, lateness)
                figures.lateness.add(lateness)
            }
        }
        for decided in run.decided { answer(decided.pending, .accepted(decided.receipt)) }
        let publication = Publication(
            known, events: run.events, previousTeam: previousTeam == state.team ? nil : previousTeam,
            previousAssignee: previousAssignee == state.assignee ? nil : previousAssignee)
        say(.publish(publication))
        if state.isErased {
            errands.hurry(.erasing, to: moment.monotonic)
            forgetState(of: slot)
        } else {
            queue(slot)
        }
    }
}
