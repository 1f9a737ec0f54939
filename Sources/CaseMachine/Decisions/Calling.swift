extension Draft {
    mutating func startCall(_ kind: CallKind) throws(Rejection) {
        guard policy.allowsCalls else { throw .switchedOff }
        guard state.call == nil else { throw .callUnderWay }
        add(.callStarted(kind))
    }

    mutating func answerCall() throws(Rejection) {
        guard let call = state.call else { throw .noCall }
        guard call.answeredAt == nil else { throw .callUnderWay }
        add(.callAnswered)
    }

    mutating func declineCall() throws(Rejection) {
        guard let call = state.call else { throw .noCall }
        guard call.answeredAt == nil else { throw .callUnderWay }
        add(.callDeclined)
    }

    /// Hung up. A caller who gives up before the guest answered leaves a missed call behind.
    mutating func endCall() throws(Rejection) {
        guard let call = state.call else { throw .noCall }
        let gaveUp = call.answeredAt == nil && actor.author.side == .team
        add(.callEnded(gaveUp ? .missed : .hungUp))
    }

    mutating func callParty(isGone: Bool) throws(Rejection) {
        guard let call = state.call, call.answeredAt != nil else { throw .noCall }
        guard (call.partyGoneSince != nil) != isGone else { return }
        add(isGone ? .callPartyGone : .callPartyBack, by: .system)
    }

    mutating func endCallBecauseCaseMovesOn() {
        guard state.call != nil else { return }
        add(.callEnded(.caseMovedOn), by: .system)
    }
}
