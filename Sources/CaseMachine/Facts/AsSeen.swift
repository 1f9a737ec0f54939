extension CaseEvent {
    /// What `side` may read of it; nil if it may read nothing of it.
    package func asSeen(by side: Side) -> CaseEvent? {
        guard let fact = fact.asSeen(by: side) else { return nil }
        let isAnonymous = side == .guest && author.side == .team && !self.fact.namesItsMember
        return CaseEvent(at: at, author: isAnonymous ? .system : author, fact: fact)
    }
}

extension Fact {
    /// What `side` may read of it. The guest hears that the case is closed, handed on or back in the queue, not why a
    /// supervisor closed it, nor which way it took through the house.
    package func asSeen(by side: Side) -> Fact? {
        switch (side, audience) {
        case (_, nil), (.guest, .team): nil
        case (.team, .everyone), (.team, .team): self
        case (.guest, .everyone): asSeenByGuest
        }
    }

    private var asSeenByGuest: Fact {
        switch self {
        case .assigneeLost, .transferred(.team): .released
        case .closed(.bySupervisor): .closed(.bySupervisor(nil))
        case .messageEdited(let numbers, let text): .messageEdited(numbers.asSeenByGuest, text: text)
        case .messageDeleted(let numbers): .messageDeleted(numbers.asSeenByGuest)
        case .erased(let reason, absorbed: _): .erased(reason, absorbed: [])
        case .absorbed(let absorption): .absorbed(absorption.asSeenByGuest)
        case .mergeUndone: .mergeUndone(noticed: [])
        case .opened, .identifiersSubmitted, .intakeCompleted, .messageSent, .automaticMessageSent, .noteWritten,
            .blastDelivered, .claimed, .released, .transferred(.member), .participantAdded, .participantRemoved,
            .participantLeft, .snoozed, .woke, .closeRequested, .closeDeclined, .closingWarned, .closed, .reopened,
            .firstResponseAlerted, .missedResponseNoticed, .callStarted, .callAnswered, .callDeclined, .callEnded,
            .invited, .linkShared, .merged, .absorptionUndone, .seen, .delivered, .assigneeWentAbsent,
            .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            self
        }
    }

    /// Whether the guest learns which member it was: who talks to them, not who arranges things among colleagues.
    fileprivate var namesItsMember: Bool {
        switch self {
        case .messageSent(let message): message.voice == .own
        case .opened, .blastDelivered, .claimed, .participantLeft, .closeRequested, .callStarted, .callEnded: true
        // Whose message is changed is known; if it was the team's, its change must not tell whose it was.
        case .messageEdited, .messageDeleted, .identifiersSubmitted, .intakeCompleted, .automaticMessageSent,
            .noteWritten, .released, .transferred,
            .participantAdded, .participantRemoved, .assigneeLost, .snoozed, .woke, .closeDeclined, .closingWarned,
            .closed, .reopened, .erased, .firstResponseAlerted, .missedResponseNoticed, .callAnswered, .callDeclined,
            .invited, .linkShared, .merged, .mergeUndone, .absorbed, .absorptionUndone, .seen, .delivered,
            .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            false
        }
    }
}

extension Numbers {
    fileprivate var asSeenByGuest: Numbers { Numbers(forTeam: 0, forGuest: forGuest) }
}

extension Absorption {
    /// Which room it was, and nothing of who had seen or answered what there.
    fileprivate var asSeenByGuest: Absorption {
        Absorption(
            rooms: Array(rooms.prefix(1)), guests: [], invitations: 0, isWaitedFor: false, unanswered: nil,
            guestStreak: nil, teamStreak: nil)
    }
}
