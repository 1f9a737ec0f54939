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
        lastEventAt = event.at
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
            lastWord = .guest
            if opening.missing.isEmpty {
                phase = .waiting
                unanswered = Unanswered(since: event.at)
            } else {
                phase = .intake(missing: opening.missing)
            }
        }
    }

    mutating func apply(_ event: CaseEvent) {
        lastEventAt = max(lastEventAt, event.at)
        number(event)
        #if FOYER_MUTANTS
        let wasIdle = (idleSince, warnedAt)
        defer {
            if Mutants.isPlanted(.warnedForNothing), case .messageSent = event.fact { (idleSince, warnedAt) = wasIdle }
        }
        #endif
        if event.fact.isAction { beginIdling(at: event.at) }
        let request = phase.closeRequest
        settle(event)
        // A request that nobody can answer any more is not missed by anybody.
        if let request, phase.closeRequest == nil { guestSide.forget(request) }
    }

    private mutating func settle(_ event: CaseEvent) {
        switch event.fact {
        case .opened, .noteWritten, .messageEdited, .automaticMessageSent, .linkShared: break
        case .policyAdopted(let policy): adopt(policy, at: event.at)
        case .identifiersSubmitted(let values): submit(values, at: event.at)
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
        case .transferred(.team(let team)): hand(to: team, at: event.at)
        case .released:
            participants = []
            enterQueue(at: event.at)
        case .assigneeLost: loseAssignee(at: event.at)
        case .participantAdded(let member): participants.append(member)
        case .participantRemoved(let member): participants.removeAll { $0 == member }
        case .participantLeft:
            if case .member(let member) = event.author { participants.removeAll { $0 == member } }

        case .snoozed(let until): phase = .snoozed(until: until, phase.assignment)
        case .woke: wake(at: event.at)
        // The guest hears from the team and is to answer, as after a message: so it answers whoever had waited. Whoever
        // keeps the case open waits again.
        case .closeRequested:
            if let assignment = phase.assignment { phase = .closing(assignment, request: guestHead) }
            answer()
        case .closeDeclined:
            if let assignment = phase.assignment { phase = .active(assignment) }
            ask(at: event.at)
        case .closingWarned: warnedAt = event.at
        case .closed(let reason):
            let wasIntake = phase.name == .intake
            end(Ending(reason: reason, author: event.author, at: event.at, wasIntake: wasIntake))
        case .reopened:
            enterQueue(at: event.at)
            if event.author.side == .guest { ask(at: event.at) }
        case .erased: erase()

        case .firstResponseAlerted(let level):
            unanswered?.alerts = level
            unanswered?.lastAlert = event.at
        case .missedResponseNoticed(let missed): self[missed.side].notice(upTo: missed.unseen.upperBound)

        case .callStarted(let kind):
            if case .member(let member) = event.author { call = Call(kind: kind, caller: member, startedAt: event.at) }
        case .callAnswered:
            call?.answeredAt = event.at
            call?.guestGoneSince = nil
            answer()
        case .callDeclined: call = nil
        case .callEnded:
            // An answered call was an action until its end, whoever or whatever ended it.
            if call?.answeredAt != nil { idleSince = event.at }
            call = nil
        case .callPartyGone(let side): call?[goneSince: side] = event.at
        case .callPartyBack(let side): call?[goneSince: side] = nil

        case .invited: invitationCount += 1
        // Streaks and whoever waits stay as they are, for the day when it is undone.
        case .merged(let into):
            phase = .merged(Merger(into: into, at: event.at, ending: phase.ending))
            participants = []
        case .mergeUndone(let noticed): undoMerger(at: event.at, noticed: noticed)
        case .absorbed(let absorption): absorb(absorption, at: event.at)
        case .absorptionUndone(let room): undoAbsorption(of: room)

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

    mutating func beginIdling(at moment: Timestamp) {
        idleSince = moment
        warnedAt = nil
    }

    /// What was unseen while a side was not to be noticed counts from the moment when it is.
    private mutating func adopt(_ policy: AdoptedPolicy, at moment: Timestamp) {
        for side in Side.allCases where policy.notices(side) && !adopted.notices(side) {
            self[side].beginAnew(at: moment)
        }
        adopted = policy
    }

    /// An action only while it leads on: a value that is corrected, or optional, keeps no case open.
    private mutating func submit(_ values: [FieldValue], at moment: Timestamp) {
        guard case .intake(let missing) = phase else { return }
        phase = .intake(missing: missing.filter { field in !values.contains { $0.field == field } })
        beginIdling(at: moment)
    }

    private mutating func answer() {
        wasAnswered = true
        unanswered = nil
        lastWord = .team
    }

    /// Somebody is alerted if this is the first question, or if nobody has the case.
    mutating func ask(at moment: Timestamp) {
        lastWord = .guest
        guard phase != .thread, unanswered == nil, !wasAnswered || assignee == nil else { return }
        unanswered = Unanswered(since: moment)
    }

    private mutating func assign(_ member: MemberID) {
        phase = .active(Assignment(member: member))
        participants.removeAll { $0 == member }
    }

    /// Whoever has waited since before goes on waiting, with the alerts that there were: claiming and releasing in turns
    /// must not keep everybody asleep. Where the team had the last word nobody waits, and nobody is alerted.
    mutating func enterQueue(at moment: Timestamp) {
        phase = .waiting
        if unanswered == nil, lastWord == .guest { unanswered = Unanswered(since: moment) }
    }

    /// Whoever had the last word: work that was handed on is waited for, unless nobody has ever said anything.
    private mutating func hand(to team: TeamID, at moment: Timestamp) {
        self.team = team
        // Revisions are counted by each team for itself.
        adopted = AdoptedPolicy(revision: 0, noticesGuest: adopted.noticesGuest, noticesTeam: adopted.noticesTeam)
        participants = []
        enterQueue(at: moment)
        if unanswered == nil, wasAnswered || lastWord != nil { unanswered = Unanswered(since: moment) }
    }

    /// The participants stay: one of them may claim, and goes on without a break for the guest.
    private mutating func loseAssignee(at moment: Timestamp) {
        if case .snoozed(let until, _) = phase {
            phase = .snoozed(until: until, nil)
        } else {
            enterQueue(at: moment)
        }
    }

    /// The auto-close and the alerts count from the wake: a case must not end right after it was put back on the table.
    private mutating func wake(at moment: Timestamp) {
        beginIdling(at: moment)
        if unanswered != nil { unanswered = Unanswered(since: moment) }
        guard let assignment = phase.assignment else { return enterQueue(at: moment) }
        phase = .active(assignment)
    }

    private mutating func setAbsence(since moment: Timestamp?) {
        guard var assignment = phase.assignment else { return }
        assignment.absentSince = moment
        switch phase {
        case .active: phase = .active(assignment)
        case .closing(_, let request): phase = .closing(assignment, request: request)
        case .snoozed(let until, _): phase = .snoozed(until: until, assignment)
        case .intake, .waiting, .closed, .merged, .thread: break
        }
    }

    /// A transfer ends at close, and so does everything else that was somebody's.
    private mutating func end(_ ending: Ending) {
        phase = .closed(ending)
        participants = []
        unanswered = nil
        lastWord = nil
        warnedAt = nil
    }

    private mutating func erase() {
        isErased = true
        participants = []
        unanswered = nil
        warnedAt = nil
    }
}
