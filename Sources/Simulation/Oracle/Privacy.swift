import CaseMachine

/// Who may read what, said once more: the machine's own table is what is examined.
enum Privacy {
    /// Notes, alerts, and how the team arranges its work.
    static func isForTeam(_ fact: Fact) -> Bool {
        switch fact {
        case .noteWritten, .snoozed, .woke, .firstResponseAlerted, .missedResponseNoticed, .invited, .linkShared,
            .seen, .delivered, .assigneeWentAbsent,
            .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            true
        case .messageEdited(let numbers, _), .messageDeleted(let numbers): numbers.forGuest == nil
        case .opened, .identifiersSubmitted, .intakeCompleted, .messageSent, .automaticMessageSent, .blastDelivered,
            .claimed, .released, .transferred, .participantAdded, .participantRemoved, .participantLeft, .assigneeLost,
            .closeRequested, .closeDeclined, .closingWarned, .closed, .reopened, .erased, .merged, .mergeUndone,
            .absorbed,
            .absorptionUndone, .callStarted,
            .callAnswered, .callDeclined, .callEnded:
            false
        }
    }
}

extension Fact {
    /// What no guest may read, although the event is for everybody: the team's numbers, a supervisor's reason.
    var tellsOfHouse: Bool {
        switch self {
        case .messageEdited(let numbers, _), .messageDeleted(let numbers): numbers.forTeam != 0
        case .closed(.bySupervisor(let reason)): reason != nil
        case .assigneeLost, .transferred(.team): true
        default: false
        }
    }
}

extension CaseEvent {
    /// Who and when, and nothing of what was said.
    var blanked: CaseEvent {
        let empty = Message(text: "")
        let fact: Fact =
            switch self.fact {
            case .messageSent(let message): .messageSent(Message(text: "", voice: message.voice))
            case .noteWritten: .noteWritten(empty)
            case .blastDelivered(let blast, _): .blastDelivered(blast, empty)
            case .messageEdited(let numbers, _): .messageEdited(numbers, text: "")
            default: self.fact
            }
        return CaseEvent(at: at, author: author, fact: fact)
    }

    /// What a person wrote: unique in a run, and so a name for what must be there once.
    var written: String? {
        switch fact {
        case .messageSent(let message), .noteWritten(let message), .blastDelivered(_, let message): message.text
        case .messageEdited(_, let text): text
        default: nil
        }
    }
}
