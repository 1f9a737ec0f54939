extension Draft {
    /// Of two who claim at once one wins; the other is told by whom (B3).
    mutating func claim() throws(Rejection) {
        if let assignee = state.assignee { throw .alreadyClaimed(by: assignee) }
        if case .snoozed = state.phase { add(.woke(.memberWoke)) }
        add(.claimed)
    }

    mutating func release() {
        endCallBecauseCaseMovesOn()
        add(.released)
    }

    mutating func transfer(to target: TransferTarget) throws(Rejection) {
        switch target {
        case .member(let member): guard member != state.assignee else { throw .alreadyThere }
        case .team(let team): guard team != state.team else { throw .alreadyThere }
        }
        endCallBecauseCaseMovesOn()
        if case .snoozed = state.phase { add(.woke(.memberWoke)) }
        add(.transferred(target))
    }

    mutating func addParticipant(_ member: MemberID) throws(Rejection) {
        guard member != state.assignee, !state.participants.contains(member) else { throw .alreadyThere }
        guard state.participants.count < Limits.participants else { throw .tooMany(limit: Limits.participants) }
        add(.participantAdded(member))
    }

    mutating func removeParticipant(_ member: MemberID) throws(Rejection) {
        guard state.participants.contains(member) else { throw .notThere }
        endCall(of: member)
        add(.participantRemoved(member))
    }

    mutating func leave() {
        if case .member(let member) = actor { endCall(of: member.member) }
        add(.participantLeft)
    }

    /// Who is no part of the conversation any more does not go on talking to the guest.
    private mutating func endCall(of member: MemberID) {
        if state.call?.caller == member { endCallBecauseCaseMovesOn() }
    }

    mutating func snooze(until: Timestamp) throws(Rejection) {
        guard until > now, until <= now + policy.longestSnooze else { throw .invalidTime }
        endCallBecauseCaseMovesOn()
        add(.snoozed(until: until))
    }

    mutating func setAbsence(_ isAbsent: Bool) {
        guard let assignment = state.phase.assignment, (assignment.absentSince != nil) != isAbsent else { return }
        add(isAbsent ? .assigneeWentAbsent : .assigneeCameBack, by: .system)
    }
}
