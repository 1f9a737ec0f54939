import CaseMachine
import CaseStore
import Gateway

extension Fact {
    /// What has to be told outside, said once more.
    var leavesBuilding: OutboxItem.Kind? {
        switch self {
        case .missedResponseNoticed: .missedResponse
        case .firstResponseAlerted: .firstResponse
        case .invited: .invitation
        case .closingWarned, .automaticMessageSent(.closedByItself): .closing
        default: nil
        }
    }

    /// After it nobody of those who talked goes on talking.
    var movesCaseOn: Bool {
        switch self {
        case .released, .transferred, .closed, .merged, .snoozed, .participantRemoved, .participantLeft, .assigneeLost,
            .automaticMessageSent(.closedByItself), .erased, .woke:
            true
        default: false
        }
    }
}

extension CaseState {
    /// Whether what the log tells, replayed, is what `stored` says. Cursors, absences and the like are in no log.
    func isTold(by stored: CaseState) -> Bool {
        organisation == stored.organisation && party == stored.party && openedAt == stored.openedAt
            && category == stored.category && team == stored.team && phase.isTold(by: stored.phase)
            && teamHead == stored.teamHead && guestHead == stored.guestHead && participants == stored.participants
            && idleSince == stored.idleSince && warnedAt == stored.warnedAt && unanswered == stored.unanswered
            && wasAnswered == stored.wasAnswered && lastWord == stored.lastWord
            && call?.startedAt == stored.call?.startedAt
            && call?.answeredAt == stored.call?.answeredAt && invitationCount == stored.invitationCount
            && absorbed == stored.absorbed && isErased == stored.isErased
    }
}

extension Phase {
    fileprivate func isTold(by stored: Phase) -> Bool {
        switch (self, stored) {
        case (.active(let one), .active(let other)): one.member == other.member
        case (.closing(let one, let request), .closing(let other, let otherRequest)):
            one.member == other.member && request == otherRequest
        case (.snoozed(let until, let one), .snoozed(let otherUntil, let other)):
            until == otherUntil && one?.member == other?.member
        default: self == stored
        }
    }
}

extension CaseCommand {
    var word: String {
        switch self {
        case .open: "open"
        case .act(_, let command): command.name.rawValue
        case .edit: "edit"
        case .delete: "delete"
        case .pair(.merge, from: _, into: _): "merge"
        case .pair(.undoMerge, from: _, into: _): "undoMerge"
        }
    }

    /// The case that it is about; nil for one that is to be made.
    var about: CaseID? {
        switch self {
        case .open: nil
        case .act(let id, _), .edit(let id, _, _), .delete(let id, _), .pair(_, let id, into: _): id
        }
    }

    /// What a person writes with it.
    var text: String? {
        switch self {
        case .act(_, .send(let message)), .act(_, .note(let message)), .act(_, .deliverBlast(_, let message)):
            message.text
        case .edit(_, _, let text): text
        case .act, .open, .delete, .pair: nil
        }
    }
}

extension CaseMachine.Reading {
    /// Later beginnings share the last place.
    var isLong: Bool { unseen.count >= Self.longestStreak || unseen.contains(where: \.isShared) }
}
