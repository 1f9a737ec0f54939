import CaseMachine
import CaseStore
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

// Runs of many cases become one commit, and its outcome answers and publications.
extension CaseEngine {
    func nextCommit() -> EngineJob? {
        guard hasReady, mayCommit else { return nil }
        gathering = nil
        var runs: [Run] = []
        var units: [CommitUnit] = []
        var commands = 0
        var bytes = 0
        while commands < limits.commandsPerBatch, bytes < limits.bytesPerBatch,
            let slot = nextReady(errands: runs.count < limits.errandsPerBatch)
        {
            guard let run = run(of: slot), let unit = unit(of: run) else { continue }
            slot.standing = .committing
            commands += run.decided.count
            bytes += run.byteCount
            runs.append(run)
            units.append(unit)
            #if FOYER_MUTANTS
            sayEarly(run)
            #endif
        }
        guard !units.isEmpty else { return nil }
        commitsUnderWay += 1
        commandsUnderWay += commands
        count { figures in
            figures.commits += 1
            figures.units += units.count
        }
        return start(.commit(units), .commit(runs, since: moment.monotonic))
    }

    /// One commit at a time, and a second one beside it when there is enough to do for both.
    private var mayCommit: Bool {
        switch commitsUnderWay {
        case 0:
            guard let gathering else { return true }
            return inHand >= gathering.expected || moment.monotonic >= gathering.until
        case 1: return inHand - commandsUnderWay >= limits.commandsBesideCommit
        default: return false
        }
    }

    func endCommit(of runs: [Run]) {
        commitsUnderWay -= 1
        commandsUnderWay -= runs.reduce(0) { $0 + $1.decided.count }
    }

    /// People first; errands as far as `errands` allows, and as far as they like when nobody waits.
    private func nextReady(errands mayErr: Bool) -> CaseSlot? {
        while let slot = takeReady(mayErr) {
            slot.isQueued = false
            if slot.standing == .idle, !slot.waiting.isEmpty { return slot }
            queue(slot)
        }
        return nil
    }

    private func takeReady(_ mayErr: Bool) -> CaseSlot? {
        if mayErr, let slot = readyForErrands.popFirst() { return slot }
        return ready.popFirst() ?? readyForErrands.popFirst()
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
            for run in runs.dropFirst(outcomes.count) { giveBack(run, knowing: .unknown) }
        case .failure(.unknown), .failure(.fatal):
            pausedUntil = moment.monotonic + limits.retryPause
            for run in runs { giveBack(run, knowing: .unknown) }
        case .failure(.full), .failure(.unavailable):
            pausedUntil = moment.monotonic + limits.retryPause
            for run in runs { turnAway(run) }
        }
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
            if Mutants.isPlanted(.staleAfterConflict), pretendStored(run) { return giveBack(run, knowing: .same) }
            #endif
            giveBack(run, knowing: .lost)
        case .known(let index, let receipt):
            guard let place = run.place(ofKeyed: index) else { return giveBack(run, knowing: .unknown) }
            repeatAnswer(run.decided[place].pending, receipt, on: run.slot)
            giveBack(run, but: place, knowing: .lost)
        case .keyReused(let index):
            guard let place = run.place(ofKeyed: index) else { return giveBack(run, knowing: .unknown) }
            answer(run.decided[place].pending, .refused(.keyReused))
            giveBack(run, but: place, knowing: .same)
        }
    }

    /// It is durable: now the state is the case's, and everybody may know.
    private func install(_ run: Run) {
        let slot = run.slot
        guard let state = run.state, let publicID = slot.known?.publicID ?? slot.publicID else { return }
        let version = run.baseVersion + 1
        let previous = slot.known?.state.team
        let known = LoadedCase(id: slot.id, publicID: publicID, version: version, state: state)
        slot.known = known
        slot.publicID = nil
        slot.goesSingly = false
        slot.owesNews = false
        count { $0.stored += run.decided.count }
        for decided in run.decided { answer(decided.pending, .accepted(decided.receipt)) }
        let publication = Publication(
            known, events: run.events, previousTeam: previous == state.team ? nil : previous)
        say(.publish(publication))
        if state.isErased {
            errands.hasErased = true
            slots[slot.id] = nil
        }
        queue(slot)
    }

    enum Knowing {
        /// The state that was decided on is still the case's.
        case same
        /// Somebody else has changed the case.
        case lost
        /// Nobody knows whether it was stored.
        case unknown
    }

    /// Back to the head of the case's queue, in their order.
    func giveBack(_ run: Run, but place: Int? = nil, knowing: Knowing) {
        let slot = run.slot
        slot.standing = .idle
        for (index, decided) in run.decided.enumerated().reversed() where index != place {
            var pending = decided.pending
            pending.isVerified = false
            pending.attempts += 1
            if pending.attempts < limits.attempts {
                slot.waiting.prepend(pending)
            } else {
                answer(pending, .refused(.unknown))
            }
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.overtakenOnRetry) { slot.waiting = Deque(slot.waiting.reversed()) }
        #endif
        switch knowing {
        case .same: queue(slot)
        case .lost, .unknown:
            // A case that was to be made: its id is taken, or was taken by this very commit, which its key will tell.
            if run.baseVersion == 0 { return makeAgain(slot) }
            forgetState(of: slot)
        }
        dropIfNeverMade(slot)
    }

    /// Under another id. What waited behind the opening knows the case only by its answer, so nothing else does.
    func makeAgain(_ slot: CaseSlot) {
        slots[slot.id] = nil
        for pending in slot.waiting {
            let fresh = newCase()
            fresh.waiting.append(pending)
            queue(fresh)
        }
        slot.waiting = []
    }

    /// Its content cannot be packed or sealed. Only one of several commands may be the reason: each then goes by itself.
    private func refuse(_ run: Run, _ trouble: CaseTrouble) {
        if run.decided.count > 1 {
            run.slot.goesSingly = true
            return giveBack(run, knowing: .same)
        }
        for decided in run.decided { answer(decided.pending, .refused(.trouble(trouble))) }
        queue(run.slot)
        dropIfNeverMade(run.slot)
    }

    /// Nothing was stored, and nothing can be for now.
    private func turnAway(_ run: Run) {
        run.slot.standing = .idle
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.cachedThoughFailed) { pretendStored(run) }
        #endif
        for decided in run.decided {
            answer(decided.pending, .refused(decided.pending.attempts > 0 ? .unknown : .storeAway))
        }
        queue(run.slot)
        dropIfNeverMade(run.slot)
    }
}
