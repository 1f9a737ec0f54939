import CaseMachine
import CaseStore
import DequeModule

#if FOYER_MUTANTS
import Mutants
#endif

// What waits for a case becomes a run: decided commands, ready to be stored.
extension CaseEngine {
    /// What became of looking at the first command that waits.
    private enum Step {
        case decided
        /// It was answered without anything to store.
        case answered
        /// It is the next run's turn.
        case stop
        /// Its case has to be loaded first.
        case load
    }

    /// Takes what can be decided together. Nil if there is nothing to store; the slot is then where it belongs.
    func run(of slot: CaseSlot) -> Run? {
        let run = Run(slot)
        let most = slot.goesSingly ? 1 : limits.commandsPerRun
        deciding: while run.decided.count < most, run.byteCount < limits.bytesPerBatch,
            let pending = slot.waiting.popFirst()
        {
            switch decideNext(pending, in: run) {
            case .decided, .answered: break
            case .stop:
                slot.waiting.prepend(pending)
                break deciding
            case .load:
                slot.waiting.prepend(pending)
                forgetState(of: slot)
                return nil
            }
        }
        guard run.isEmpty else {
            doubtRepetitions(of: run)
            return run
        }
        queue(slot)
        dropIfNeverMade(slot)
        return nil
    }

    /// The store knew their keys for new, together with those that are stored now: it has to be asked again.
    private func doubtRepetitions(of run: Run) {
        for place in run.slot.waiting.indices {
            guard run.slot.waiting[place].isVerified, let key = run.slot.waiting[place].question else { continue }
            if run.holds(key.name) { run.slot.waiting[place].isVerified = false }
        }
    }

    private func decideNext(_ pending: Pending, in run: Run) -> Step {
        if let key = pending.question, run.holds(key.name) { return .stop }
        let command: Command
        switch pending.command {
        case .open(let opening): command = .open(opening)
        // What these name comes from the log, never from a session.
        case .act(_, .open), .act(_, .edit), .act(_, .delete), .pair: return reject(pending, .notAllowed)
        case .act(_, let asked): command = asked
        case .edit, .delete:
            guard let target = target(of: pending, in: run) else { return run.isEmpty ? .load : .stop }
            switch target {
            case .success(let found?): command = pending.command.changing(found)
            case .success(nil): return reject(pending, .noSuchNumber)
            case .failure(let trouble):
                answer(pending, .refused(.trouble(trouble)))
                return .answered
            }
        }
        // It was due by a clock that is not trusted any more.
        if command.name == .deadlineReached, !errands.mayFire { return accept(pending, without: run) }
        let rules = rules(for: run.state?.team ?? command.opening?.team ?? TeamID(0))
        let circumstances = Circumstances(
            now: moment.wall, local: rules.local(at: moment.wall),
            estimatedWaitMinutes: rules.estimatedWaitMinutes, addressee: pending.addressee)
        switch decide(command, by: pending.actor, on: run.state, under: rules.policy, in: circumstances) {
        case .accepted(let events, let state): return accept(pending, command, events, state, in: run)
        case .rejected(let rejection):
            // What comes first was decided on what is stored; what follows, on what is not stored yet: nobody is turned
            // away because of something that may never be.
            guard run.isEmpty else { return .stop }
            #if FOYER_MUTANTS
            if Mutants.isPlanted(.rejectedUnverified) { return reject(pending, rejection) }
            #endif
            // Another node may have changed the case, and the command may be a repetition of one that was accepted.
            guard pending.isVerified else { return .load }
            return reject(pending, rejection)
        }
    }

    private func accept(
        _ pending: Pending, _ command: Command, _ events: [CaseEvent], _ state: CaseState, in run: Run
    ) -> Step {
        let isDeadline = command.name == .deadlineReached
        // Nothing new and nobody to remember it for. A deadline that decides nothing rewrites the row: what stood there
        // was not what follows from the state. So does a policy that was adopted before: a node that had not heard of it
        // may have written the row since.
        let rewrites = isDeadline || command.name == .policyChanged
        if events.isEmpty, run.isEmpty, pending.key == nil, !rewrites {
            // The store has sent the errand, so that what is known here may be out of date.
            guard !pending.isErrand || pending.isVerified else { return .load }
            return accept(pending, without: run)
        }
        run.add(pending, events, leadingTo: state, lateness: isDeadline ? lateness(of: run.state) : nil)
        return .decided
    }

    private func accept(_ pending: Pending, without run: Run) -> Step {
        let heads = run.state.map(Heads.init) ?? Heads(team: 0, guest: 0)
        answer(pending, .accepted(Receipt(id: run.slot.id, heads: heads)))
        return .answered
    }

    /// Valid for the version that it was found in, and so only for the first command of a run.
    private func target(of pending: Pending, in run: Run) -> Result<Command.Target?, CaseTrouble>? {
        guard run.isEmpty, let target = pending.target, target.at == run.baseVersion else { return nil }
        return target.found
    }

    private func reject(_ pending: Pending, _ rejection: Rejection) -> Step {
        answer(pending, .rejected(rejection))
        return .answered
    }

    private func lateness(of state: CaseState?) -> Duration? {
        guard let state, let due = state.earliestDeadline(under: rules(for: state.team).policy) else { return nil }
        return due.at <= moment.wall ? moment.wall.since(due.at) : nil
    }
}

extension CaseCommand {
    fileprivate func changing(_ target: Command.Target) -> Command {
        if case .edit(_, _, let text) = self { .edit(target, text: text) } else { .delete(target) }
    }
}

extension Command {
    fileprivate var opening: Opening? {
        if case .open(let opening) = self { opening } else { nil }
    }
}
