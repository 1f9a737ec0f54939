/// What happened to a case, as a reader is told it.
package enum WireEvent: Hashable, Sendable {
    case opened(subject: String, category: CategoryName?)
    case identifiers([IdentifierAnswer])
    /// Mandatory identifiers are complete.
    case ready
    case message(Text, voice: Voice, files: [WireFile] = [])
    /// Of the house: welcome, next steps.
    case automatic(text: String)
    case closedByItself(isUnanswered: Bool)
    case note(Text, files: [WireFile] = [])
    /// In the reader's numbers.
    case edited(number: Int64, text: String)
    case deleted(number: Int64)
    case claimed
    case released
    case transferred(to: Destination)
    case participantAdded(PersonName)
    case participantRemoved(PersonName)
    case participantLeft
    case assigneeLost(PersonName)
    case snoozed(until: Int64)
    case woke(WakingReason)
    case closeRequested
    case closeDeclined
    case closingWarned
    /// The note is a supervisor's, for members.
    case closed(ClosingReason, note: String?)
    case reopened
    case erased(ErasingReason)
    case alerted(level: Int64)
    case missedResponse(side: WireSide, dueAt: Int64)
    case callStarted(CallMedium)
    case callAnswered
    case callDeclined
    case callEnded(CallEnding)
    case invited(InvitationMedium)
    case linkShared
    case merged(into: String)
    case mergeUndone
    case absorbed(from: String)
    case absorptionUndone
    case blast(text: String, files: [WireFile] = [])

    /// What a person wrote, until it is deleted.
    package enum Text: Hashable, Sendable {
        case written(String)
        case deleted
    }

    package enum Destination: Hashable, Sendable {
        case member(PersonName)
        case team(TeamName)
    }

    package enum WakingReason: String, Hashable, Sendable, CaseIterable {
        case timeCame, guestWrote, memberWoke
    }

    package enum ErasingReason: String, Hashable, Sendable, CaseIterable {
        case retention, request
    }

    package enum CallMedium: String, Hashable, Sendable, CaseIterable {
        case voice, video
    }

    package enum CallEnding: String, Hashable, Sendable, CaseIterable {
        case hungUp, missed, lost, caseMovedOn
    }

    package enum InvitationMedium: String, Hashable, Sendable, CaseIterable {
        case sms, email
    }
}

/// The word behind an event's `type`.
package enum EventType: String, Hashable, Sendable, CaseIterable {
    case opened, identifiers, ready, message, automatic, closedByItself, note, edited, deleted
    case claimed, released, transferred, participantAdded, participantRemoved, participantLeft, assigneeLost
    case snoozed, woke, closeRequested, closeDeclined, closingWarned, closed, reopened, erased
    case alerted, missedResponse, callStarted, callAnswered, callDeclined, callEnded
    case invited, linkShared, merged, mergeUndone, absorbed, absorptionUndone, blast
}

extension WireEvent {
    package var type: EventType {
        switch self {
        case .opened: .opened
        case .identifiers: .identifiers
        case .ready: .ready
        case .message: .message
        case .automatic: .automatic
        case .closedByItself: .closedByItself
        case .note: .note
        case .edited: .edited
        case .deleted: .deleted
        case .claimed: .claimed
        case .released: .released
        case .transferred: .transferred
        case .participantAdded: .participantAdded
        case .participantRemoved: .participantRemoved
        case .participantLeft: .participantLeft
        case .assigneeLost: .assigneeLost
        case .snoozed: .snoozed
        case .woke: .woke
        case .closeRequested: .closeRequested
        case .closeDeclined: .closeDeclined
        case .closingWarned: .closingWarned
        case .closed: .closed
        case .reopened: .reopened
        case .erased: .erased
        case .alerted: .alerted
        case .missedResponse: .missedResponse
        case .callStarted: .callStarted
        case .callAnswered: .callAnswered
        case .callDeclined: .callDeclined
        case .callEnded: .callEnded
        case .invited: .invited
        case .linkShared: .linkShared
        case .merged: .merged
        case .mergeUndone: .mergeUndone
        case .absorbed: .absorbed
        case .absorptionUndone: .absorptionUndone
        case .blast: .blast
        }
    }
}
