import CaseMachine
import CaseStore
import DequeModule

#if FOYER_MUTANTS
import Mutants
#endif

// Runs that were not stored: their commands go back to their cases, or are answered.
extension CaseEngine {
    /// Why a run comes back undecided.
    enum Setback {
        /// Somebody else has changed the case.
        case conflict
        /// One of its commands was decided before, here or elsewhere.
        case knownKey
        /// One of its commands had the key of another; the state that was decided on is still the case's.
        case keyReused
        /// Its commands spoil each other's unit; the state is still the case's.
        case goesSingly
        /// The store has not answered.
        case nobodyKnows

        var isStateLost: Bool {
            switch self {
            case .conflict, .knownKey, .nobodyKnows: true
            case .keyReused, .goesSingly: false
            }
        }

        /// The others have had their say; these have only been in the way of each other.
        var countsAsAttempt: Bool {
            switch self {
            case .conflict, .nobodyKnows: true
            case .knownKey, .keyReused, .goesSingly: false
            }
        }
    }

    /// Back to the head of the case's queue, in their order.
    func giveBack(_ run: Run, but place: Int? = nil, _ setback: Setback) {
        let slot = run.slot
        slot.standing = .idle
        for (index, decided) in run.decided.enumerated().reversed() where index != place {
            var pending = decided.pending
            pending.isVerified = false
            if setback.countsAsAttempt { pending.attempts += 1 }
            if case .nobodyKnows = setback {
                pending.mayBeStored = true
                guard pending.mayBeRepeated else {
                    answer(pending, .refused(.unknown))
                    continue
                }
            }
            if pending.attempts < limits.attempts {
                slot.waiting.prepend(pending)
            } else {
                answer(pending, .refused(.unknown))
            }
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.overtakenOnRetry) { slot.waiting = Deque(slot.waiting.reversed()) }
        #endif
        if !setback.isStateLost {
            queue(slot)
        } else if slot.isNew {
            // Its id is taken, or was taken by this very commit, which its key will tell.
            return makeAgain(slot)
        } else {
            forgetState(of: slot)
        }
        dropIfNeverMade(slot)
    }

    /// The opening goes to another id. Others that wait here have learnt of the id from the store, which has the case then.
    func makeAgain(_ slot: CaseSlot) {
        let waiting = slot.waiting
        slot.waiting = []
        slot.publicID = nil
        for pending in waiting {
            guard case .open = pending.command else {
                slot.waiting.append(pending)
                continue
            }
            let fresh = newCase()
            fresh.waiting.append(pending)
            queue(fresh)
        }
        forgetState(of: slot)
        if !slot.wantsWork, slots[slot.id] === slot { slots[slot.id] = nil }
    }

    /// Its content cannot be packed or sealed. Only one of several commands may be the reason: each then goes by itself.
    func refuse(_ run: Run, _ trouble: CaseTrouble) {
        if run.decided.count > 1 {
            run.slot.goesSingly = true
            return giveBack(run, .goesSingly)
        }
        for decided in run.decided { answer(decided.pending, Self.reply(to: decided.pending.actor, trouble)) }
        switch trouble {
        case .noSuchCase, .erased: forgetState(of: run.slot)
        case .newerShape, .unreadable: queue(run.slot)
        }
        dropIfNeverMade(run.slot)
    }

    /// Nothing was stored, and nothing can be for now.
    func turnAway(_ run: Run) {
        run.slot.standing = .idle
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.cachedThoughFailed) { pretendStored(run) }
        #endif
        for decided in run.decided {
            answer(decided.pending, .refused(decided.pending.mayBeStored ? .unknown : .storeAway))
        }
        queue(run.slot)
        dropIfNeverMade(run.slot)
    }
}
