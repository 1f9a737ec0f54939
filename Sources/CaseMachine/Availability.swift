/// Which commands a phase takes: every pair is decided here, before anything else of the state is looked at.
///
/// `nil` means that the phase takes the command; it may still be rejected for what the state carries beside its phase.
package enum Availability {
    package static func refusal(of command: CommandName, in phase: PhaseName) -> Rejection? {
        switch phase {
        case .none: refusalBeforeOpening(command)
        case .intake: refusalInIntake(command)
        case .waiting: refusalWhileWaiting(command)
        case .active: refusalWhileActive(command)
        case .snoozed: refusalWhileSnoozed(command)
        case .closing: refusalWhileClosing(command)
        case .closed: refusalAfterClosing(command)
        case .merged: refusalAfterMerging(command)
        case .thread: refusalInThread(command)
        case .erased: refusalAfterErasure(command)
        }
    }

    private static func refusalBeforeOpening(_ command: CommandName) -> Rejection? {
        switch command {
        case .open: nil
        case .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release, .transfer,
            .addParticipant, .removeParticipant, .leave, .snooze, .wake, .requestClose, .declineClose, .closeChat,
            .closeWithoutConsent, .reopen, .startCall, .answerCall, .declineCall, .endCall, .invite, .shareLink,
            .merge, .undoMerge, .absorb, .undoAbsorb, .deliverBlast, .erase, .assigneeAbsent, .assigneePresent,
            .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            .noSuchCase
        }
    }

    private static func refusalInIntake(_ command: CommandName) -> Rejection? {
        switch command {
        case .submitIdentifiers, .markSeen, .markDelivered, .closeChat, .closeWithoutConsent, .erase, .policyChanged,
            .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .send, .edit, .delete, .note, .claim, .release, .transfer, .addParticipant, .removeParticipant, .leave,
            .snooze, .wake, .requestClose, .declineClose, .reopen, .startCall, .answerCall, .declineCall, .endCall,
            .invite, .shareLink, .merge, .undoMerge, .absorb, .undoAbsorb, .deliverBlast, .assigneeAbsent,
            .assigneePresent, .callPartyGone, .callPartyBack:
            .notNow(.intake)
        }
    }

    private static func refusalWhileWaiting(_ command: CommandName) -> Rejection? {
        switch command {
        // Participants may have stayed when the assignee was lost.
        case .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .transfer,
            .removeParticipant, .leave, .closeChat, .closeWithoutConsent, .invite, .shareLink, .merge, .absorb,
            .undoAbsorb, .erase, .policyChanged, .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .release, .addParticipant, .snooze, .wake, .requestClose, .declineClose,
            .reopen, .startCall, .answerCall, .declineCall, .endCall, .undoMerge, .deliverBlast, .assigneeAbsent,
            .assigneePresent, .callPartyGone, .callPartyBack:
            .notNow(.waiting)
        }
    }

    private static func refusalWhileActive(_ command: CommandName) -> Rejection? {
        switch command {
        // Who claims a claimed case is told by whom.
        case .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release, .transfer,
            .addParticipant, .removeParticipant, .leave, .snooze, .requestClose, .closeChat, .closeWithoutConsent,
            .startCall, .answerCall, .declineCall, .endCall, .invite, .shareLink, .merge, .absorb, .undoAbsorb, .erase,
            .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .wake, .declineClose, .reopen, .undoMerge, .deliverBlast: .notNow(.active)
        }
    }

    private static func refusalWhileSnoozed(_ command: CommandName) -> Rejection? {
        switch command {
        case .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release, .transfer,
            .addParticipant, .removeParticipant, .leave, .snooze, .wake, .closeChat, .closeWithoutConsent, .merge,
            .absorb, .undoAbsorb, .erase, .assigneeAbsent, .assigneePresent, .policyChanged, .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .requestClose, .declineClose, .reopen, .startCall, .answerCall, .declineCall, .endCall, .invite,
            .shareLink, .undoMerge, .deliverBlast, .callPartyGone, .callPartyBack:
            .notNow(.snoozed)
        }
    }

    private static func refusalWhileClosing(_ command: CommandName) -> Rejection? {
        switch command {
        case .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release, .transfer,
            .addParticipant, .removeParticipant, .leave, .declineClose, .closeChat, .closeWithoutConsent, .startCall,
            .answerCall, .declineCall, .endCall, .merge, .absorb, .undoAbsorb, .erase, .assigneeAbsent,
            .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .snooze, .wake, .requestClose, .reopen, .invite, .shareLink, .undoMerge, .deliverBlast: .notNow(.closing)
        }
    }

    private static func refusalAfterClosing(_ command: CommandName) -> Rejection? {
        switch command {
        // Writing again reopens, while the window lasts.
        // A new invitation finds a closed room, too (S4.7), and what a room absorbed can always be taken out again.
        case .send, .delete, .markSeen, .markDelivered, .reopen, .merge, .undoAbsorb, .erase, .policyChanged,
            .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .submitIdentifiers, .edit, .note, .claim, .release, .transfer, .addParticipant, .removeParticipant,
            .leave, .snooze, .wake, .requestClose, .declineClose, .closeChat, .closeWithoutConsent, .startCall,
            .answerCall, .declineCall, .endCall, .invite, .shareLink, .undoMerge, .absorb, .deliverBlast,
            .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack:
            .closed
        }
    }

    private static func refusalAfterMerging(_ command: CommandName) -> Rejection? {
        switch command {
        case .undoMerge, .erase, .policyChanged, .deadlineReached: nil
        case .open: .alreadyOpen
        // It is read, and seen, where it went on: its unseen streak is there, too. What it absorbed before is taken out
        // after itself.
        case .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release, .transfer,
            .addParticipant, .removeParticipant, .leave, .snooze, .wake, .requestClose, .declineClose, .closeChat,
            .closeWithoutConsent, .reopen, .startCall, .answerCall, .declineCall, .endCall, .invite, .shareLink,
            .merge, .absorb, .undoAbsorb, .deliverBlast, .assigneeAbsent, .assigneePresent, .callPartyGone,
            .callPartyBack:
            .notNow(.merged)
        }
    }

    private static func refusalInThread(_ command: CommandName) -> Rejection? {
        switch command {
        case .send, .edit, .delete, .note, .markSeen, .markDelivered, .deliverBlast, .erase, .policyChanged,
            .deadlineReached:
            nil
        case .open: .alreadyOpen
        case .submitIdentifiers, .claim, .release, .transfer, .addParticipant, .removeParticipant, .leave, .snooze,
            .wake, .requestClose, .declineClose, .closeChat, .closeWithoutConsent, .reopen, .startCall, .answerCall,
            .declineCall, .endCall, .invite, .shareLink, .merge, .undoMerge, .absorb, .undoAbsorb, .assigneeAbsent,
            .assigneePresent, .callPartyGone, .callPartyBack:
            .notNow(.thread)
        }
    }

    private static func refusalAfterErasure(_ command: CommandName) -> Rejection? {
        switch command {
        // Nothing is due any more; a late poll does no harm.
        case .policyChanged, .deadlineReached: nil
        case .open, .submitIdentifiers, .send, .edit, .delete, .note, .markSeen, .markDelivered, .claim, .release,
            .transfer, .addParticipant, .removeParticipant, .leave, .snooze, .wake, .requestClose, .declineClose,
            .closeChat, .closeWithoutConsent, .reopen, .startCall, .answerCall, .declineCall, .endCall, .invite,
            .shareLink, .merge, .undoMerge, .absorb, .undoAbsorb, .deliverBlast, .erase, .assigneeAbsent,
            .assigneePresent, .callPartyGone, .callPartyBack:
            .erased
        }
    }
}
