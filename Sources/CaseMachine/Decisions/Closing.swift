extension Draft {
    /// The guest may end the chat at any time, whether or not it was requested (S0.20).
    mutating func closeChat() {
        if case .closing = state.phase { close(.agreed, by: actor.author) } else { close(.byGuest, by: actor.author) }
    }

    mutating func closeWithoutConsent(_ reason: String) throws(Rejection) {
        guard !reason.allSatisfy(\.isWhitespace) else { throw .reasonMissing }
        try check(line: reason)
        close(.bySupervisor(reason), by: actor.author)
    }

    /// Back to the team's queue, not to whoever had it: they may be gone.
    mutating func reopen() throws(Rejection) {
        guard let ending = state.phase.ending, !ending.wasIntake, now <= ending.at + policy.reopeningWindow else {
            throw .startANewCase
        }
        add(.reopened)
    }

    mutating func erase(_ reason: ErasureReason) {
        endCallBecauseCaseMovesOn()
        add(.erased(reason, absorbed: state.absorbedRooms))
    }

    mutating func close(_ reason: CloseReason, by author: Author) {
        endCallBecauseCaseMovesOn()
        add(.closed(reason), by: author)
    }
}
