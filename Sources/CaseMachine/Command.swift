/// What somebody, or the clock, wants to happen to a case.
package enum Command: Hashable, Sendable {
    case open(Opening)
    case submitIdentifiers([FieldValue])
    case send(Message)
    case edit(Target, text: String)
    case delete(Target)
    case note(Message)
    /// Up to a number that the actor's own side counts.
    case markSeen(upTo: Int64)
    case markDelivered(upTo: Int64)

    case claim
    case release
    case transfer(TransferTarget)
    case addParticipant(MemberID)
    case removeParticipant(MemberID)
    case leave
    case snooze(until: Timestamp)
    case wake

    case requestClose
    case declineClose
    /// The guest's Close Chat, whether or not closure was requested (S0.20).
    case closeChat
    case closeWithoutConsent(reason: String)
    case reopen

    case startCall(CallKind)
    case answerCall
    case declineCall
    case endCall

    case invite(InvitationChannel)
    case shareLink
    case deliverBlast(BlastID, Message)

    /// On somebody's request, whatever the retention.
    case erase

    // The house's own.
    case assigneeAbsent
    case assigneePresent
    case callPartyGone(Side)
    case callPartyBack(Side)
    case policyChanged
    case deadlineReached

    /// A message that is to be changed, as the log knows it.
    package struct Target: Hashable, Sendable {
        package let numbers: Numbers
        package let author: Author
        /// It is a message or a note, and was not deleted before.
        package let isChangeable: Bool

        package init(numbers: Numbers, author: Author, isChangeable: Bool) {
            self.numbers = numbers
            self.author = author
            self.isChangeable = isChangeable
        }
    }
}

/// What concerns two rooms, and is decided for both or for neither (`decidePair`).
package enum PairCommand: Hashable, Sendable, CaseIterable {
    case merge
    case undoMerge

    /// What it is in the tables of the room that goes and of the one that stays.
    package var halves: (from: CommandName, into: CommandName) {
        switch self {
        case .merge: (.merge, .absorb)
        case .undoMerge: (.undoMerge, .undoAbsorb)
        }
    }
}

/// A command without what it carries: the rows of the tables. A `PairCommand` has two, one for each room.
package enum CommandName: String, Hashable, Sendable, CaseIterable {
    case open, submitIdentifiers, send, edit, delete, note, markSeen, markDelivered
    case claim, release, transfer, addParticipant, removeParticipant, leave, snooze, wake
    case requestClose, declineClose, closeChat, closeWithoutConsent, reopen
    case startCall, answerCall, declineCall, endCall
    case invite, shareLink, merge, undoMerge, absorb, undoAbsorb, deliverBlast, erase
    case assigneeAbsent, assigneePresent, callPartyGone, callPartyBack, policyChanged, deadlineReached
}

extension Command {
    package var name: CommandName {
        switch self {
        case .open: .open
        case .submitIdentifiers: .submitIdentifiers
        case .send: .send
        case .edit: .edit
        case .delete: .delete
        case .note: .note
        case .markSeen: .markSeen
        case .markDelivered: .markDelivered
        case .claim: .claim
        case .release: .release
        case .transfer: .transfer
        case .addParticipant: .addParticipant
        case .removeParticipant: .removeParticipant
        case .leave: .leave
        case .snooze: .snooze
        case .wake: .wake
        case .requestClose: .requestClose
        case .declineClose: .declineClose
        case .closeChat: .closeChat
        case .closeWithoutConsent: .closeWithoutConsent
        case .reopen: .reopen
        case .startCall: .startCall
        case .answerCall: .answerCall
        case .declineCall: .declineCall
        case .endCall: .endCall
        case .invite: .invite
        case .shareLink: .shareLink
        case .deliverBlast: .deliverBlast
        case .erase: .erase
        case .assigneeAbsent: .assigneeAbsent
        case .assigneePresent: .assigneePresent
        case .callPartyGone: .callPartyGone
        case .callPartyBack: .callPartyBack
        case .policyChanged: .policyChanged
        case .deadlineReached: .deadlineReached
        }
    }
}
