extension Draft {
    mutating func invite(by channel: InvitationChannel) throws(Rejection) {
        try checkRoom()
        add(.invited(channel))
    }

    /// "Get link" stays disabled until an invitation has been sent (S4.5).
    mutating func shareLink() throws(Rejection) {
        try checkRoom()
        guard state.invitationCount > 0 else { throw .inviteFirst }
        add(.linkShared)
    }

    /// The room's history lives on in `other`, which absorbs it in the same commit. Nothing is renumbered.
    mutating func merge(into other: CaseID) throws(Rejection) {
        try checkRoom()
        endCallBecauseCaseMovesOn()
        add(.merged(into: other))
    }

    mutating func absorb(_ other: CaseID) throws(Rejection) {
        try checkRoom()
        guard !state.absorbed.contains(other) else { throw .alreadyThere }
        guard state.absorbed.count < Limits.absorbedCases else { throw .tooMany(limit: Limits.absorbedCases) }
        add(.absorbed(other))
    }

    mutating func undoAbsorption(of other: CaseID) throws(Rejection) {
        guard state.absorbed.contains(other) else { throw .notThere }
        add(.absorptionUndone(other))
    }

    mutating func deliver(_ blast: BlastID, _ message: Message) throws(Rejection) {
        guard policy.allowsClientChat else { throw .switchedOff }
        try check(message)
        add(.blastDelivered(blast, message))
    }

    private func checkRoom() throws(Rejection) {
        switch state.party {
        case .room: return
        case .support, .direct: throw .notAllowed
        }
    }
}
