extension Fact {
    /// The number of a fact in the store. Numbers are never used again for another fact.
    private enum Tag: UInt8 {
        case opened = 1, identifiersSubmitted, intakeCompleted
        case messageSent = 10, automaticWelcome, automaticEnd, noteWritten, messageEdited, messageDeleted,
            blastDelivered, messageSentByTeam
        case claimed = 20, released, transferredToMember, transferredToTeam, participantAdded, participantRemoved
        case participantLeft, assigneeLost, snoozed, woke
        case closeRequested = 40, closeDeclined, closingWarned, closed, reopened, erased
        case firstResponseAlerted = 50, missedResponseNoticed
        case callStarted = 60, callAnswered, callDeclined, callEnded
        case invited = 70, linkShared, merged, mergeUndone, absorbed, absorptionUndone
        case seen = 80, delivered, assigneeWentAbsent, assigneeCameBack, callPartyGone, callPartyBack, policyAdopted
    }

    func pack(into packer: inout Packer) {
        packer.write(byte: tag.rawValue)
        switch self {
        case .opened(let opening): opening.pack(into: &packer)
        case .identifiersSubmitted(let values):
            packer.write(values) { packer, value in
                packer.write(value.field)
                packer.write(value.value)
            }
        case .messageSent(let message), .noteWritten(let message): message.pack(into: &packer)
        case .automaticMessageSent(.welcome(let text)): packer.write(text)
        case .automaticMessageSent(.closedByItself(let unanswered)): packer.write(unanswered)
        case .messageEdited(let numbers, let text):
            numbers.pack(into: &packer)
            packer.write(text)
        case .messageDeleted(let numbers): numbers.pack(into: &packer)
        case .blastDelivered(let blast, let message):
            packer.write(blast)
            message.pack(into: &packer)
        case .transferred(.member(let member)), .participantAdded(let member), .participantRemoved(let member),
            .assigneeLost(let member):
            packer.write(member)
        case .transferred(.team(let team)): packer.write(team)
        case .snoozed(let until): packer.write(until)
        case .woke(let reason): packer.write(byte: reason.rawValue)
        case .closed(let reason): reason.pack(into: &packer)
        case .firstResponseAlerted(let level): packer.write(Int64(level))
        case .missedResponseNoticed(let missed): missed.pack(into: &packer)
        case .callStarted(let kind): packer.write(byte: kind.rawValue)
        case .callEnded(let end): packer.write(byte: end.rawValue)
        case .invited(let channel): packer.write(byte: channel.rawValue)
        case .merged(let other), .absorptionUndone(let other): packer.write(other)
        case .mergeUndone(let noticed): packer.write(noticed) { $0.write(byte: $1.rawValue) }
        case .absorbed(let absorption): absorption.pack(into: &packer)
        case .erased(let reason, let absorbed):
            packer.write(byte: reason.rawValue)
            packer.write(absorbed) { $0.write($1) }
        case .callPartyGone(let side), .callPartyBack(let side): packer.write(byte: side.rawValue)
        case .policyAdopted(let policy): policy.pack(into: &packer)
        case .seen(let side, let number), .delivered(let side, let number):
            packer.write(byte: side.rawValue)
            packer.write(number)
        case .intakeCompleted, .claimed, .released, .participantLeft, .closeRequested, .closeDeclined, .closingWarned,
            .reopened, .callAnswered, .callDeclined, .linkShared, .assigneeWentAbsent, .assigneeCameBack:
            break
        }
    }

    init(from unpacker: inout Unpacker) throws(ShapeError) {
        guard let tag = Tag(rawValue: try unpacker.byte()) else { throw .damaged }
        switch tag {
        case .opened: self = .opened(try Opening(from: &unpacker))
        case .identifiersSubmitted:
            self = .identifiersSubmitted(
                try unpacker.list { (unpacker) throws(ShapeError) in
                    FieldValue(field: try unpacker.id(), value: try unpacker.text())
                })
        case .intakeCompleted: self = .intakeCompleted
        case .messageSent: self = .messageSent(try Message(from: &unpacker, in: .own))
        case .messageSentByTeam: self = .messageSent(try Message(from: &unpacker, in: .team))
        case .automaticWelcome: self = .automaticMessageSent(.welcome(try unpacker.text()))
        case .automaticEnd: self = .automaticMessageSent(.closedByItself(unanswered: try unpacker.flag()))
        case .noteWritten: self = .noteWritten(try Message(from: &unpacker, in: .own))
        case .messageEdited: self = .messageEdited(try Numbers(from: &unpacker), text: try unpacker.text())
        case .messageDeleted: self = .messageDeleted(try Numbers(from: &unpacker))
        case .blastDelivered: self = .blastDelivered(try unpacker.id(), try Message(from: &unpacker, in: .own))
        case .claimed: self = .claimed
        case .released: self = .released
        case .transferredToMember: self = .transferred(.member(try unpacker.id()))
        case .transferredToTeam: self = .transferred(.team(try unpacker.id()))
        case .participantAdded: self = .participantAdded(try unpacker.id())
        case .participantRemoved: self = .participantRemoved(try unpacker.id())
        case .participantLeft: self = .participantLeft
        case .assigneeLost: self = .assigneeLost(try unpacker.id())
        case .snoozed: self = .snoozed(until: try unpacker.moment())
        case .woke: self = .woke(try unpacker.small())
        case .closeRequested: self = .closeRequested
        case .closeDeclined: self = .closeDeclined
        case .closingWarned: self = .closingWarned
        case .closed: self = .closed(try CloseReason(from: &unpacker))
        case .reopened: self = .reopened
        case .erased: self = .erased(try unpacker.small(), absorbed: try unpacker.ids())
        case .firstResponseAlerted:
            let level = try unpacker.number()
            guard (1...1_000_000).contains(level) else { throw .damaged }
            self = .firstResponseAlerted(level: Int(level))
        case .missedResponseNoticed: self = .missedResponseNoticed(try MissedResponse(from: &unpacker))
        case .callStarted: self = .callStarted(try unpacker.small())
        case .callAnswered: self = .callAnswered
        case .callDeclined: self = .callDeclined
        case .callEnded: self = .callEnded(try unpacker.small())
        case .invited: self = .invited(try unpacker.small())
        case .linkShared: self = .linkShared
        case .merged: self = .merged(into: try unpacker.id())
        case .mergeUndone:
            self = .mergeUndone(noticed: try unpacker.list { (unpacker) throws(ShapeError) in try unpacker.small() })
        case .absorbed: self = .absorbed(try Absorption(from: &unpacker))
        case .absorptionUndone: self = .absorptionUndone(try unpacker.id())
        case .seen: self = .seen(try unpacker.small(), upTo: try unpacker.number())
        case .delivered: self = .delivered(try unpacker.small(), upTo: try unpacker.number())
        case .assigneeWentAbsent: self = .assigneeWentAbsent
        case .assigneeCameBack: self = .assigneeCameBack
        case .callPartyGone: self = .callPartyGone(try unpacker.small())
        case .callPartyBack: self = .callPartyBack(try unpacker.small())
        case .policyAdopted: self = .policyAdopted(try AdoptedPolicy(from: &unpacker))
        }
    }

    private var tag: Tag {
        switch self {
        case .opened: .opened
        case .identifiersSubmitted: .identifiersSubmitted
        case .intakeCompleted: .intakeCompleted
        case .messageSent(let message): message.voice == .team ? .messageSentByTeam : .messageSent
        case .automaticMessageSent(.welcome): .automaticWelcome
        case .automaticMessageSent(.closedByItself): .automaticEnd
        case .noteWritten: .noteWritten
        case .messageEdited: .messageEdited
        case .messageDeleted: .messageDeleted
        case .blastDelivered: .blastDelivered
        case .claimed: .claimed
        case .released: .released
        case .transferred(.member): .transferredToMember
        case .transferred(.team): .transferredToTeam
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
        case .firstResponseAlerted: .firstResponseAlerted
        case .missedResponseNoticed: .missedResponseNoticed
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
        case .seen: .seen
        case .delivered: .delivered
        case .assigneeWentAbsent: .assigneeWentAbsent
        case .assigneeCameBack: .assigneeCameBack
        case .callPartyGone: .callPartyGone
        case .callPartyBack: .callPartyBack
        case .policyAdopted: .policyAdopted
        }
    }
}
