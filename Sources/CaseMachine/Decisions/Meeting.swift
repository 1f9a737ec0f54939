extension Draft {
    /// The earliest deadline that has come, and only that one: firing it changes the state, and with it what is due next,
    /// so that a clock that jumped a week still warns before it closes. Nothing due is a harmless race.
    mutating func meetDeadline() {
        guard let deadline = state.earliestDeadline(under: policy), deadline.at <= now else { return }
        switch deadline.kind {
        case .intakeAbandoned: close(.abandoned, by: .system)
        case .firstResponseAlert(let level): add(.firstResponseAlerted(level: level))
        case .missedResponse(let side): notice(side, dueAt: deadline.at)
        case .closingWarning: add(.closingWarned)
        case .autoClose: closeByItself()
        case .wake: add(.woke(.timeCame))
        case .assigneeLost: loseAssignee()
        case .callRangOut: add(.callEnded(.missed))
        case .callLost: add(.callEnded(.lost))
        case .retention: erase(.retention)
        }
    }

    private mutating func notice(_ side: Side, dueAt: Timestamp) {
        let numbers = state[side].unseen.map(\.number)
        guard let oldest = numbers.first, let newest = numbers.last, oldest <= newest else { return }
        add(.missedResponseNoticed(MissedResponse(side: side, unseen: oldest...newest, dueAt: dueAt)))
    }

    /// The guest is told in the same decision that closes: no retry can tell them twice, and nothing that is said after
    /// the closing could reopen it.
    private mutating func closeByItself() {
        let wasNeverAnswered = state.wasNeverAnswered
        add(.automaticMessageSent(.closedByItself(unanswered: wasNeverAnswered)))
        close(wasNeverAnswered ? .unanswered : .inactive, by: .system)
    }

    private mutating func loseAssignee() {
        guard let assignee = state.assignee else { return }
        endCallBecauseCaseMovesOn()
        add(.assigneeLost(assignee))
    }
}
