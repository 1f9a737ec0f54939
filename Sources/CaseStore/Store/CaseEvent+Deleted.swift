package import CaseMachine

extension CaseEvent {
    /// As readers get it after its author deleted it: who and when, and nothing of what was said.
    var withoutContent: CaseEvent {
        CaseEvent(at: at, author: author, fact: fact.withoutContent)
    }

    /// The event, by the team's number, whose content this one replaces: deleted together with it.
    package var edits: Int64? {
        if case .messageEdited(let numbers, _) = fact { numbers.forTeam } else { nil }
    }

    /// The rooms whose contents end with this case's.
    package var erases: [CaseID] {
        if case .erased(_, absorbed: let rooms) = fact { rooms } else { [] }
    }

    /// Whether it may change whose guests the case is.
    var changesGuests: Bool {
        if case .absorbed = fact { return true }
        if case .absorptionUndone = fact { return true }
        return !erases.isEmpty
    }

    /// The event, by the team's number, that this one deletes.
    package var deletes: Int64? {
        if case .messageDeleted(let numbers) = fact { numbers.forTeam } else { nil }
    }
}

extension Fact {
    fileprivate var withoutContent: Fact {
        switch self {
        // Who reads it as the team's goes on doing so.
        case .messageSent(let message): .messageSent(Message(text: "", voice: message.voice))
        case .noteWritten: .noteWritten(Message(text: ""))
        case .blastDelivered(let blast, _): .blastDelivered(blast, Message(text: ""))
        case .messageEdited(let numbers, _): .messageEdited(numbers, text: "")
        // None of these can be deleted. Listed, so that a new fact with content in it is not forgotten here.
        case .opened, .identifiersSubmitted, .intakeCompleted, .automaticMessageSent, .messageDeleted, .claimed,
            .released, .transferred, .participantAdded, .participantRemoved, .participantLeft, .assigneeLost, .snoozed,
            .woke, .closeRequested, .closeDeclined, .closingWarned, .closed, .reopened, .erased,
            .firstResponseAlerted, .missedResponseNoticed, .callStarted, .callAnswered, .callDeclined, .callEnded,
            .invited, .linkShared, .merged, .mergeUndone, .absorbed, .absorptionUndone, .seen, .delivered,
            .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            self
        }
    }
}
