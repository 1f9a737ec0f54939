import CaseMachine

/// What must hold at every step of every case (DESIGN §5). Each returns the name of what is broken.
enum Invariants {
    static let early = "a deadline fired early"
    static let afterClosing = "something that is not listed happened after closing"
    static let replay = "replaying the events does not give the state"
    static let needlessNotice = "a notice for nothing unseen, or the second of a streak"
    static let silentEnd = "a case nobody answered ended without an alert, or without telling the guest"
    static let numbering = "an audience's numbers are not dense"
    static let privacy = "the guest's log counts what is the team's"
    static let stuck = "an open state of a kind that ends has no deadline that leads on"
    static let endless = "deadlines that fire for ever at one moment"
    static let leftovers = "a value outlived the phase that it belongs to"
    static let houseOnly = "a command of the house was taken from a person"

    static let backwards = "an event is older than the one before it"
    static let betrayal = "the guest reads what is the team's"
    static let intrusion = "a stranger may do something, or learns more than that they may not"
    static let forgotten = "whoever waited, or had missed something, was forgotten in a merger"
    static let repeated = "what was noticed or seen in one room is to be noticed again in the other"
    static let halfMerged = "one room says that it was merged, and the other does not"

    static func problems(of step: Exploration.Step) -> [String] {
        if SmallWorld.strangers.contains(step.actor) {
            return step.decision == .rejected(.notAllowed) ? [] : [intrusion]
        }
        guard case .accepted(let events, let after) = step.decision else { return [] }
        let policy = step.policy
        var problems = earliness(step, events, policy)
        problems += order(step.before, events) + privacy(of: events)
        problems += closing(step, events)
        problems += numbers(step, events, after)
        problems += notices(step, events)
        problems += authority(step)
        problems += phases(after)
        if !events.isEmpty { problems += progress(of: after, from: step.now, policy) }
        if events.reduce(step.before, CaseState.evolve) != (events.isEmpty ? step.before : after) {
            problems.append(replay)
        }
        return problems
    }

    private static func earliness(_ step: Exploration.Step, _ events: [CaseEvent], _ policy: Policy) -> [String] {
        // Another team's policy is adopted by whatever is decided next, also by a clock that came early.
        let fired = events.filter { if case .policyAdopted = $0.fact { false } else { true } }
        guard step.command == .deadlineReached, !fired.isEmpty else { return [] }
        guard let due = step.before?.earliestDeadline(under: policy), due.at <= step.now else { return [early] }
        return []
    }

    private static func order(_ before: CaseState?, _ events: [CaseEvent]) -> [String] {
        let moments = [before?.lastEventAt].compactMap { $0 } + events.map(\.at)
        return moments == moments.sorted() ? [] : [backwards]
    }

    /// The guest's log: nothing of the team's own, nor any of its numbers and reasons.
    private static func privacy(of events: [CaseEvent]) -> [String] {
        let betrays = events.contains { event in
            guard let seen = event.asSeen(by: .guest) else { return event.fact.audience == .everyone }
            return event.fact.audience != .everyone || seen.asSeen(by: .guest) != seen
        }
        return betrays ? [betrayal] : []
    }

    /// What must hold of a decision about two rooms.
    static func problems(of step: PairExploration.Step) -> [String] {
        guard case .accepted(let gone, let stays) = step.decision else { return [] }
        var problems: [String] = []
        for (before, outcome) in [(step.from, gone), (step.into, stays)] {
            problems += order(before.state, outcome.events) + privacy(of: outcome.events) + phases(outcome.state)
            if outcome.events.reduce(before.state, { CaseState.evolve($0, $1) ?? $0 }) != outcome.state {
                problems.append(replay)
            }
            problems += progress(of: outcome.state, from: step.now, before.policy)
        }
        let isMerged = gone.state.phaseName == .merged
        if stays.state.absorbedRooms.contains(step.from.id) != isMerged { problems.append(halfMerged) }
        if isMerged != (step.command == .merge) { problems.append(halfMerged) }
        switch step.command {
        case .merge: problems += carryingOn(from: gone.state, into: stays.state, before: step.into.state)
        case .undoMerge: problems += goingBack(from: step.into.state, to: gone.state, before: step.from.state)
        }
        return problems
    }

    private static func carryingOn(from: CaseState, into: CaseState, before: CaseState) -> [String] {
        var problems: [String] = []
        if let waiting = from.unanswered, waiting.since < into.unanswered?.since ?? .distantFuture {
            problems.append(forgotten)
        }
        for side in Side.allCases {
            guard let began = from[side].streakBegan else { continue }
            if let here = into[side].streakBegan {
                if here > began { problems.append(forgotten) }
            } else {
                problems.append(forgotten)
            }
            let isToBeNoticed = !into[side].wasNoticed
            if from[side].wasNoticed, before[side].unseen.isEmpty, isToBeNoticed { problems.append(repeated) }
            if !from[side].wasNoticed, !before[side].wasNoticed, !isToBeNoticed { problems.append(forgotten) }
        }
        return problems
    }

    private static func goingBack(from: CaseState, to: CaseState, before: CaseState) -> [String] {
        var problems = before.unanswered == nil || to.unanswered == before.unanswered ? [] : [forgotten]
        for side in Side.allCases where !to[side].unseen.isEmpty && !to[side].wasNoticed {
            if from[side].unseen.isEmpty { problems.append(repeated) }
        }
        return problems
    }

    private static func closing(_ step: Exploration.Step, _ events: [CaseEvent]) -> [String] {
        var problems: [String] = []
        var isClosed = step.before?.phaseName == .closed
        for event in events {
            switch event.fact {
            case .reopened: isClosed = false
            case .seen, .delivered, .missedResponseNoticed, .messageDeleted, .erased, .policyAdopted:
                break
            case .closed(let reason):
                if isClosed { problems.append(afterClosing) }
                isClosed = true
                if reason == .unanswered {
                    let told = events.contains { $0.fact == .automaticMessageSent(.closedByItself(unanswered: true)) }
                    let alerts = step.before?.unanswered?.alerts ?? 0
                    if !told || alerts < 2 { problems.append(silentEnd) }
                }
            case .opened, .identifiersSubmitted, .intakeCompleted, .messageSent, .automaticMessageSent, .noteWritten,
                .messageEdited, .blastDelivered, .claimed, .released, .transferred, .participantAdded,
                .participantRemoved, .participantLeft, .assigneeLost, .snoozed, .woke, .closeRequested, .closeDeclined,
                .closingWarned, .firstResponseAlerted, .callStarted, .callAnswered, .callDeclined, .callEnded, .invited,
                .linkShared, .merged, .mergeUndone, .absorbed, .absorptionUndone, .assigneeWentAbsent,
                .assigneeCameBack,
                .callPartyGone, .callPartyBack:
                if isClosed { problems.append(afterClosing) }
            }
        }
        return problems
    }

    private static func numbers(_ step: Exploration.Step, _ events: [CaseEvent], _ after: CaseState) -> [String] {
        let logged = Int64(events.count { $0.fact.audience != nil })
        let shown = Int64(events.count { $0.fact.audience == .everyone })
        var problems: [String] = []
        if after.teamHead - (step.before?.teamHead ?? 0) != logged { problems.append(numbering) }
        if after.guestHead - (step.before?.guestHead ?? 0) != shown { problems.append(privacy) }
        if after.guestSide.seenUpTo > after.guestHead || after.teamSide.seenUpTo > after.teamHead {
            problems.append(numbering)
        }
        return problems
    }

    private static func notices(_ step: Exploration.Step, _ events: [CaseEvent]) -> [String] {
        events.compactMap { event in
            guard case .missedResponseNoticed(let missed) = event.fact else { return nil }
            guard let reading = step.before?[missed.side], !reading.wasNoticed, missed.dueAt <= event.at,
                reading.unseen.first?.number == missed.unseen.lowerBound,
                reading.unseen.last?.number == missed.unseen.upperBound
            else {
                return needlessNotice
            }
            return nil
        }
    }

    private static func authority(_ step: Exploration.Step) -> [String] {
        switch step.command {
        case .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            step.actor == .system ? [] : [houseOnly]
        case .open, .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release,
            .transfer, .addParticipant, .removeParticipant, .leave, .snooze, .wake, .requestClose, .declineClose,
            .closeChat, .closeWithoutConsent, .reopen, .startCall, .answerCall, .declineCall, .endCall, .invite,
            .shareLink, .deliverBlast, .erase:
            []
        }
    }

    /// What belongs to a phase is gone when the phase is.
    private static func phases(_ state: CaseState) -> [String] {
        let isHandled = state.assignee != nil
        let mayCall = [.active, .closing].contains(state.phaseName)
        // Those of an assignee who was lost stay in the queue, too.
        let mayHaveParticipants = [.waiting, .active, .closing, .snoozed].contains(state.phaseName)
        let isOver = [.closed, .erased].contains(state.phaseName)
        let isBroken =
            state.call != nil && !(mayCall && isHandled) || !mayHaveParticipants && !state.participants.isEmpty
            || isOver && state.unanswered != nil || state.participants.contains { $0 == state.assignee }
        return isBroken ? [leftovers] : []
    }

    private static func progress(of state: CaseState, from now: Timestamp, _ policy: Policy) -> [String] {
        let mustEnd = [.intake, .waiting, .active, .snoozed, .closing, .closed].contains(state.phaseName)
        guard let due = state.earliestDeadline(under: policy) else { return mustEnd ? [stuck] : [] }
        // Fires as often as there is something due at that moment: every firing must change what is due.
        let moment = max(now, due.at)
        var state = state
        for _ in 0..<8 {
            guard let due = state.earliestDeadline(under: policy), due.at <= moment else { return [] }
            let decision = decide(
                .deadlineReached, by: .system, on: state, under: policy, in: Circumstances(now: moment))
            guard case .accepted(let events, let next) = decision, !events.isEmpty else { return [stuck] }
            state = next
        }
        return [endless]
    }
}
