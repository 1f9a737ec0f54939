extension Draft {
    /// Of two who claim at once one wins; the other is told by whom (B3).
    mutating func claim() throws(Rejection) {
        if let assignee = state.assignee { throw .alreadyClaimed(by: assignee) }
        wakeIfSnoozed()
        add(.claimed)
    }

    mutating func release() {
        endCallBecauseCaseMovesOn()
        add(.released)
    }

    mutating func transfer(to target: TransferTarget) throws(Rejection) {
        let addressee = try addressee()
        switch target {
        case .member(let member): guard member != state.assignee else { throw .alreadyThere }
        case .team(let team): guard team != state.team else { throw .alreadyThere }
        }
        endCallBecauseCaseMovesOn()
        wakeIfSnoozed()
        add(.transferred(target))
        // Whoever is not there now gives the case back like one who vanished.
        if !addressee.isPresent { setAbsence(true) }
    }

    private func addressee() throws(Rejection) -> Addressee {
        guard let addressee = circumstances.addressee, addressee.organisation == state.organisation else {
            throw .noSuchColleague
        }
        return addressee
    }

    mutating func wakeIfSnoozed() {
        if case .snoozed = state.phase { add(.woke(.memberWoke)) }
    }

    mutating func addParticipant(_ member: MemberID) throws(Rejection) {
        _ = try addressee()
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
