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
        /// It is the next run's turn, or its case has to be loaded first.
        case stop
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
        if run.isEmpty {
            dropIfNeverMade(slot)
            queue(slot)
            return nil
        }
        return run
    }

    private func decideNext(_ pending: Pending, in run: Run) -> Step {
        if let name = pending.keyName, run.holds(name) { return .stop }
        let command: Command
        switch pending.command {
        case .open(let opening): command = .open(opening)
        case .act(_, let asked): command = asked
        case .edit(_, _, let text):
            guard let target = target(of: pending, in: run) else { return run.isEmpty ? .load : .stop }
            guard let found = target.found else { return reject(pending, .noSuchNumber) }
            command = .edit(found, text: text)
        case .delete:
            guard let target = target(of: pending, in: run) else { return run.isEmpty ? .load : .stop }
            guard let found = target.found else { return reject(pending, .noSuchNumber) }
            command = .delete(found)
        }
        let rules = rules(for: run.state?.team ?? command.opening?.team ?? TeamID(0))
        let circumstances = Circumstances(
            now: moment.wall, minuteOfWeek: rules.minuteOfWeek(at: moment.wall))
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
        if isDeadline { noteLateness(of: run.state) }
        // Nothing new and nobody to remember it for. A deadline that decides nothing rewrites the row: what stood there
        // was not what follows from the state.
        if events.isEmpty, run.isEmpty, pending.key == nil, !isDeadline {
            // The store has sent the errand, so that what is known here may be out of date.
            guard !pending.isErrand || pending.isVerified else { return .load }
            answer(pending, .accepted(Receipt(id: run.slot.id, heads: Heads(state))))
            return .answered
        }
        run.add(pending, events, leadingTo: state)
        return .decided
    }

    /// Valid for the version that it was found in, and so only for the first command of a run.
    private func target(of pending: Pending, in run: Run) -> (found: Command.Target?, at: Int64)? {
        guard run.isEmpty, let target = pending.target, target.at == run.baseVersion else { return nil }
        return target
    }

    private func reject(_ pending: Pending, _ rejection: Rejection) -> Step {
        answer(pending, .rejected(rejection))
        return .answered
    }

    /// A case whose opening was turned away leaves nothing behind.
    func dropIfNeverMade(_ slot: CaseSlot) {
        if slot.publicID != nil, slot.known == nil, slot.waiting.isEmpty { slots[slot.id] = nil }
    }

    private func noteLateness(of state: CaseState?) {
        guard let state, let due = state.earliestDeadline(under: rules(for: state.team).policy) else { return }
        guard due.at <= moment.wall else { return }
        count { figures in
            figures.deadlinesMet += 1
            figures.latest = max(figures.latest, moment.wall.since(due.at))
        }
    }
}

extension Command {
    fileprivate var opening: Opening? {
        if case .open(let opening) = self { opening } else { nil }
    }
}
