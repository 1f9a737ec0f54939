#if FOYER_MUTANTS
import Mutants
#endif

/// Who may see an event.
package enum Audience: UInt8, Hashable, Sendable, CaseIterable {
    /// The guest's side and the team.
    case everyone
    /// The team alone.
    case team
}

extension Fact {
    /// Nil for what has no number and stands in no log: it changes the case's row alone.
    package var audience: Audience? {
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.noteForEveryone), case .noteWritten = self { return .everyone }
        #endif
        return switch self {
        case .opened, .identifiersSubmitted, .intakeCompleted, .messageSent, .automaticMessageSent, .blastDelivered,
            .claimed, .released, .transferred, .participantAdded, .participantRemoved, .participantLeft, .assigneeLost,
            .closeRequested, .closeDeclined, .closingWarned, .closed, .reopened, .erased, .callStarted, .callAnswered,
            .callDeclined, .callEnded, .merged, .mergeUndone, .absorbed, .absorptionUndone:
            .everyone
        // A note's change is as private as the note: what it points at has no number for the guest.
        case .messageEdited(let numbers, _), .messageDeleted(let numbers):
            numbers.forGuest == nil ? .team : .everyone
        case .noteWritten, .snoozed, .woke, .firstResponseAlerted, .missedResponseNoticed, .invited, .linkShared:
            .team
        case .seen, .delivered, .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            nil
        }
    }

    /// The seven days run from the last action. Seeing, typing and automatic messages are none (REQUIREMENTS, "Action").
    package var isAction: Bool {
        switch self {
        case .opened, .messageSent, .blastDelivered, .claimed, .released, .transferred, .closeRequested, .closeDeclined,
            .closed, .reopened, .callStarted, .callAnswered, .callDeclined:
            true
        // A call that somebody hung up was still going on a moment ago; one that nobody ended is the clock's doing.
        case .callEnded(let end): end == .hungUp
        // What fills in something mandatory counts as one when it does so (`CaseState.submit`).
        case .identifiersSubmitted, .intakeCompleted, .automaticMessageSent, .noteWritten, .messageEdited,
            .messageDeleted, .participantAdded, .participantRemoved, .participantLeft, .assigneeLost, .snoozed, .woke,
            .closingWarned, .erased, .firstResponseAlerted, .missedResponseNoticed, .invited, .linkShared, .merged,
            .mergeUndone, .absorbed,
            .absorptionUndone, .seen, .delivered, .assigneeWentAbsent, .assigneeCameBack, .callPartyGone,
            .callPartyBack, .policyAdopted:
            false
        }
    }

    /// Whether it makes an unseen streak of the side that it was meant for: messages, files, close requests and missed
    /// calls do, automatic messages do not (REQUIREMENTS, "Missed response"). Nor does a blast: one that went to all
    /// clients at once must not make a text message to each of them.
    package var wantsToBeSeen: Bool {
        switch self {
        case .messageSent, .closeRequested: true
        case .callEnded(let end): end == .missed
        case .opened, .identifiersSubmitted, .intakeCompleted, .automaticMessageSent, .noteWritten, .messageEdited,
            .messageDeleted, .blastDelivered, .claimed, .released, .transferred, .participantAdded, .participantRemoved,
            .participantLeft, .assigneeLost, .snoozed, .woke, .closeDeclined, .closingWarned, .closed, .reopened,
            .erased, .firstResponseAlerted, .missedResponseNoticed, .callStarted, .callAnswered,
            .callDeclined, .invited, .linkShared, .merged, .mergeUndone, .absorbed, .absorptionUndone, .seen,
            .delivered, .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            false
        }
    }
}

/// A fact with its author and its moment: what the log holds, and what `evolve` takes.
package struct CaseEvent: Hashable, Sendable {
    package let at: Timestamp
    package let author: Author
    package let fact: Fact

    package init(at: Timestamp, author: Author, fact: Fact) {
        self.at = at
        self.author = author
        self.fact = fact
    }
}
