#if FOYER_MUTANTS
    import Mutants
#endif

extension CaseState {
    /// The state after `event`, which must be one that `decide` made of this state; nil for a log that does not begin with
    /// an opening. Knows no policy: whatever the rules are today, a stored log means the same.
    package static func evolve(_ state: CaseState?, _ event: CaseEvent) -> CaseState? {
        guard var state else { return CaseState(opening: event) }
        state.apply(event)
        return state
    }

    private init?(opening event: CaseEvent) {
        guard case .opened(let opening) = event.fact else { return nil }
        organisation = opening.organisation
        party = opening.party
        team = opening.team
        category = opening.category
        openedAt = event.at
        idleSince = event.at
        teamHead = 1
        guestHead = 1
        switch opening.party {
        case .direct: phase = .thread
        // Who invites has the case from the start.
        case .room:
            switch event.author {
            case .member(let member): phase = .active(Assignment(member: member))
            case .guest, .client, .system: phase = .waiting
            }
        case .support:
            if opening.missing.isEmpty {
                phase = .waiting
                unanswered = Unanswered(since: event.at)
            } else {
                phase = .intake(missing: opening.missing)
            }
        }
    }

    mutating func apply(_ event: CaseEvent) {
        number(event)
        #if FOYER_MUTANTS
            let wasIdle = (idleSince, warnedAt)
        #endif
        if event.fact.isAction {
            idleSince = event.at
            warnedAt = nil
        }
        #if FOYER_MUTANTS
            if Mutants.isPlanted(.warnedForNothing), case .messageSent = event.fact { (idleSince, warnedAt) = wasIdle }
        #endif
        switch event.fact {
        case .opened, .noteWritten, .messageEdited, .automaticMessageSent, .linkShared, .policyAdopted: break
        case .identifiersSubmitted(let values): submit(values)
        case .intakeCompleted: enterQueue(at: event.at)
        case .messageSent:
            switch event.author.side {
            case .team: answer()
            case .guest: ask(at: event.at)
            case nil: break
            }
        case .blastDelivered: break
        case .messageDeleted(let numbers):
            teamSide.forget(numbers.forTeam)
            if let number = numbers.forGuest { guestSide.forget(number) }

        case .claimed: if case .member(let member) = event.author { assign(member) }
        case .transferred(.member(let member)): assign(member)
        case .transferred(.team(let team)):
            self.team = team
            enterQueue(at: event.at)
        case .released: enterQueue(at: event.at)
        case .assigneeLost: loseAssignee(at: event.at)
        case .participantAdded(let member): participants.append(member)
        case .participantRemoved(let member): participants.removeAll { $0 == member }
        case .participantLeft:
            if case .member(let member) = event.author { participants.removeAll { $0 == member } }

        case .snoozed(let until): phase = .snoozed(until: until, phase.assignment)
        case .woke: wake(at: event.at)
        case .closeRequested: if let assignment = phase.assignment { phase = .closing(assignment) }
        case .closeDeclined: if let assignment = phase.assignment { phase = .active(assignment) }
        case .closingWarned: warnedAt = event.at
        case .closed(let reason):
            let wasIntake = phase.name == .intake
            end(Ending(reason: reason, author: event.author, at: event.at, wasIntake: wasIntake))
        case .reopened: enterQueue(at: event.at)
        case .retentionReached: isErased = true

        case .firstResponseAlerted(let level):
            unanswered?.alerts = level
            unanswered?.lastAlert = event.at
        case .missedResponseNoticed(let side): self[side].notice()

        case .callStarted(let kind):
            if case .member(let member) = event.author { call = Call(kind: kind, caller: member, startedAt: event.at) }
        case .callAnswered:
            call?.answeredAt = event.at
            answer()
        case .callDeclined: call = nil
        case .callEnded:
            // An answered call was an action until its end, whoever or whatever ended it.
            if call?.answeredAt != nil { idleSince = event.at }
            call = nil
        case .callPartyGone: call?.partyGoneSince = event.at
        case .callPartyBack: call?.partyGoneSince = nil

        case .invited: invitationCount += 1
        case .merged(let into):
            phase = .merged(Merger(into: into, at: event.at))
            participants = []
            unanswered = nil
        case .mergeUndone:
            idleSince = event.at
            warnedAt = nil
            enterQueue(at: event.at)
        case .absorbed(let other): absorbed.append(other)
        case .absorptionUndone(let other): absorbed.removeAll { $0 == other }

        case .seen(let side, let number): self[side].see(upTo: number)
        case .delivered(let side, let number): self[side].deliver(upTo: number)
        case .assigneeWentAbsent: setAbsence(since: event.at)
        case .assigneeCameBack: setAbsence(since: nil)
        }
    }

    private mutating func number(_ event: CaseEvent) {
        guard let audience = event.fact.audience else { return }
        teamHead += 1
        if audience == .everyone { guestHead += 1 }
        guard event.fact.wantsToBeSeen else { return }
        // A missed call is told by the clock, but it was the team's.
        let reader = event.author.side?.other ?? .guest
        self[reader].add(head(of: reader), at: event.at)
    }

    private mutating func submit(_ values: [FieldValue]) {
        guard case .intake(let missing) = phase else { return }
        phase = .intake(missing: missing.filter { field in !values.contains { $0.field == field } })
    }

    private mutating func answer() {
        wasAnswered = true
        unanswered = nil
    }

    /// In a room nobody waits for an answer until the guest says something; in the queue somebody does from the start.
    private mutating func ask(at moment: Timestamp) {
        guard case .room = party, !wasAnswered, unanswered == nil else { return }
        unanswered = Unanswered(since: moment)
    }

    private mutating func assign(_ member: MemberID) {
        phase = .active(Assignment(member: member))
        participants.removeAll { $0 == member }
    }

    /// Nothing that ran for an earlier assignee goes on. Whoever has waited since before goes on waiting, with the alerts
    /// that there were: claiming and releasing in turns must not keep everybody asleep.
    private mutating func enterQueue(at moment: Timestamp) {
        phase = .waiting
        participants = []
        if unanswered == nil, wantsAnswerInQueue { unanswered = Unanswered(since: moment) }
    }

    /// A room in which the guest never asked anything lies in the queue without anybody waiting.
    private var wantsAnswerInQueue: Bool {
        switch party {
        case .support: true
        case .room: wasAnswered
        case .direct: false
        }
    }

    private mutating func loseAssignee(at moment: Timestamp) {
        if case .snoozed(let until, _) = phase {
            phase = .snoozed(until: until, nil)
        } else {
            enterQueue(at: moment)
        }
    }

    /// The auto-close counts from the wake: a case must not end right after it was put back on the table.
    private mutating func wake(at moment: Timestamp) {
        idleSince = moment
        warnedAt = nil
        guard let assignment = phase.assignment else { return enterQueue(at: moment) }
        phase = .active(assignment)
        if unanswered != nil { unanswered = Unanswered(since: moment) }
    }

    private mutating func setAbsence(since moment: Timestamp?) {
        guard var assignment = phase.assignment else { return }
        assignment.absentSince = moment
        switch phase {
        case .active: phase = .active(assignment)
        case .closing: phase = .closing(assignment)
        case .snoozed(let until, _): phase = .snoozed(until: until, assignment)
        case .intake, .waiting, .closed, .merged, .thread: break
        }
    }

    /// A transfer ends at close, and so does everything else that was somebody's.
    private mutating func end(_ ending: Ending) {
        phase = .closed(ending)
        participants = []
        unanswered = nil
        warnedAt = nil
    }
}
