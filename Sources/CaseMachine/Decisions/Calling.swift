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
        guard call.answeredAt == nil else { return add(.callEnded(.hungUp)) }
        if actor.author.side == .guest { add(.callDeclined) } else { add(.callEnded(.missed)) }
    }

    mutating func callParty(_ side: Side, isGone: Bool) throws(Rejection) {
        guard let call = state.call else { throw .noCall }
        guard (call[goneSince: side] != nil) != isGone else { return }
        add(isGone ? .callPartyGone(side) : .callPartyBack(side), by: .system)
    }

    mutating func endCallBecauseCaseMovesOn() {
        guard let call = state.call else { return }
        // It rang, and nobody can answer any more: unless the guest ended it all, that is a call that they missed.
        let wasMissed = call.answeredAt == nil && actor.author.side != .guest
        add(.callEnded(wasMissed ? .missed : .caseMovedOn), by: .system)
    }
}
