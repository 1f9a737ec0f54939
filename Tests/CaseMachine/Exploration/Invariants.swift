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

    static func problems(of step: Exploration.Step, under policy: Policy) -> [String] {
        guard case .accepted(let events, let after) = step.decision else { return [] }
        var problems = earliness(step, events, policy)
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
        guard step.command == .deadlineReached, !events.isEmpty else { return [] }
        guard let due = step.before?.earliestDeadline(under: policy), due.at <= step.now else { return [early] }
        return []
    }

    private static func closing(_ step: Exploration.Step, _ events: [CaseEvent]) -> [String] {
        var problems: [String] = []
        var isClosed = step.before?.phaseName == .closed
        for event in events {
            switch event.fact {
            case .reopened: isClosed = false
            // An absorption is taken out again when the merger is undone: a link, nothing that is said in the case.
            case .seen, .delivered, .missedResponseNoticed, .messageDeleted, .retentionReached, .policyAdopted,
                .absorptionUndone:
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
                .linkShared, .merged, .mergeUndone, .absorbed, .assigneeWentAbsent,
                .assigneeCameBack, .callPartyGone, .callPartyBack:
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
            guard case .missedResponseNoticed(let side) = event.fact else { return nil }
            guard let reading = step.before?[side], !reading.unseen.isEmpty, !reading.wasNoticed else {
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
            .shareLink, .merge, .undoMerge, .absorb, .undoAbsorb, .deliverBlast:
            []
        }
    }

    /// What belongs to a phase is gone when the phase is.
    private static func phases(_ state: CaseState) -> [String] {
        let isHandled = state.assignee != nil
        let mayCall = [.active, .closing].contains(state.phaseName)
        let mayHaveParticipants = [.active, .closing, .snoozed].contains(state.phaseName)
        let isOver = [.closed, .merged, .erased].contains(state.phaseName)
        let isBroken =
            state.call != nil && !(mayCall && isHandled) || !mayHaveParticipants && !state.participants.isEmpty
            || isOver && state.unanswered != nil || state.participants.contains { $0 == state.assignee }
        return isBroken ? [leftovers] : []
    }

    private static func progress(of state: CaseState, from now: Timestamp, _ policy: Policy) -> [String] {
        let mustEnd = [.intake, .waiting, .active, .snoozed, .closing, .closed, .merged].contains(state.phaseName)
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
