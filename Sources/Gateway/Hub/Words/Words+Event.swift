import CaseMachine
import CaseStore
import Wire

extension Words {
    /// An event as one side reads it; nil for what it may not see. The machine says what that is (`asSeen`), and nothing
    /// is taken from the event but what it has left.
    func push(_ stored: StoredEvent, of name: PublicID, for side: Side) throws -> EventPush? {
        guard let number = stored.numbers.number(for: side), let seen = stored.event.asSeen(by: side) else {
            return nil
        }
        return EventPush(
            caseID: name.text, seq: number, shared: side == .team ? stored.numbers.forGuest : nil,
            at: max(0, seen.at.milliseconds), author: try author(of: seen, for: side),
            event: try event(seen.fact, isDeleted: stored.isDeleted, for: side))
    }

    private func author(of event: CaseEvent, for side: Side) throws -> WireAuthor {
        switch event.author {
        case .guest(let guest): .guest(try person(guest))
        case .member(let member): .member(self.member(member))
        // Users of client organisations have no directory yet.
        case .client: .client(PersonName(id: Self.nobody, name: ""))
        case .system:
            // `asSeen` took the member's name away.
            if case .messageSent = event.fact { .team } else { .system }
        }
    }

    private func event(_ fact: Fact, isDeleted: Bool, for side: Side) throws -> WireEvent {
        switch fact {
        case .opened(let opening):
            .opened(
                subject: opening.subject, category: opening.category.flatMap { category($0, of: opening.team) })
        case .identifiersSubmitted(let values): .identifiers(values.map(identifier))
        case .intakeCompleted: .ready
        case .messageSent(let message):
            .message(
                text(message, isDeleted), voice: Wire.Voice(message.voice), files: try files(message, isDeleted))
        case .noteWritten(let message): .note(text(message, isDeleted), files: try files(message, isDeleted))
        case .automaticMessageSent(.welcome(let text)): .automatic(text: text)
        case .automaticMessageSent(.closedByItself(let unanswered)): .closedByItself(isUnanswered: unanswered)
        case .messageEdited(let numbers, let text): .edited(number: numbers.number(for: side) ?? 0, text: text)
        case .messageDeleted(let numbers): .deleted(number: numbers.number(for: side) ?? 0)
        case .blastDelivered(_, let message): .blast(text: message.text, files: try files(message, isDeleted))
        case .claimed: .claimed
        case .released: .released
        case .transferred(.member(let member)): .transferred(to: .member(self.member(member)))
        case .transferred(.team(let team)): .transferred(to: .team(self.team(team)))
        case .participantAdded(let member): .participantAdded(self.member(member))
        case .participantRemoved(let member): .participantRemoved(self.member(member))
        case .participantLeft: .participantLeft
        case .assigneeLost(let member): .assigneeLost(self.member(member))
        case .snoozed(let until): .snoozed(until: max(0, until.milliseconds))
        case .woke(let reason): .woke(WireEvent.WakingReason(reason))
        case .closeRequested: .closeRequested
        case .closeDeclined: .closeDeclined
        case .closingWarned: .closingWarned
        case .closed(let reason): .closed(ClosingReason(reason), note: reason.note)
        case .reopened: .reopened
        case .erased(let reason, absorbed: _): .erased(reason == .retention ? .retention : .request)
        case .firstResponseAlerted(let level): .alerted(level: Int64(level))
        case .missedResponseNoticed(let missed):
            .missedResponse(side: WireSide(missed.side), dueAt: max(0, missed.dueAt.milliseconds))
        case .callStarted(let kind): .callStarted(kind == .voice ? .voice : .video)
        case .callAnswered: .callAnswered
        case .callDeclined: .callDeclined
        case .callEnded(let end): .callEnded(WireEvent.CallEnding(end))
        case .invited(let channel): .invited(channel == .sms ? .sms : .email)
        case .linkShared: .linkShared
        case .merged(let other): .merged(into: try name(of: other))
        case .mergeUndone: .mergeUndone
        case .absorbed(let absorption):
            .absorbed(from: try absorption.rooms.first.map { try name(of: $0) } ?? Self.nobody)
        case .absorptionUndone: .absorptionUndone
        // In no log.
        case .seen, .delivered, .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            throw NotAtHand()
        }
    }

    func identifier(_ value: FieldValue) -> IdentifierAnswer {
        // The label travels with the answer: a field that a team has done away with keeps none.
        let field = roster.teams.values.lazy.compactMap { $0.fields.first { $0.id == value.field } }.first
        return IdentifierAnswer(
            field: field?.publicID.text ?? Self.nobody, label: field?.label ?? "", value: value.value)
    }

    /// How they are now: their rows say it, which only a reader may look at.
    private func files(_ message: Message, _ isDeleted: Bool) throws -> [WireFile] {
        guard !isDeleted else { return [] }
        return try message.files.map { shared in
            guard mayRead else { throw NotAtHand() }
            let record = try house.files.find(shared.file)
            return WireFile(
                id: record?.publicID.text ?? Self.nobody, title: shared.title, bytes: max(0, shared.byteCount),
                type: shared.mediaType, standing: record.map { FileStanding($0) } ?? .removed)
        }
    }

    private func text(_ message: Message, _ isDeleted: Bool) -> WireEvent.Text {
        isDeleted ? .deleted : .written(message.text)
    }
}

extension FileStanding {
    /// One that is still being uploaded is in no message.
    init(_ record: FileRecord) {
        switch (record.state, record.reason) {
        case (.quarantined, .checking), (.uploading, _): self = .quarantined(.checking)
        case (.quarantined, .scannerAway): self = .quarantined(.scannerAway)
        case (.quarantined, .tooLargeToScan): self = .quarantined(.tooLargeToScan)
        case (.ready, _): self = .ready
        case (.refused, _): self = .refused
        case (.removed, _): self = .removed
        }
    }
}

extension Wire.Voice {
    init(_ voice: CaseMachine.Voice) {
        switch voice {
        case .own: self = .own
        case .team: self = .team
        }
    }
}

extension CaseMachine.Voice {
    init(_ voice: Wire.Voice) {
        switch voice {
        case .own: self = .own
        case .team: self = .team
        }
    }
}

extension WireSide {
    init(_ side: Side) {
        switch side {
        case .guest: self = .guest
        case .team: self = .team
        }
    }
}

extension ClosingReason {
    init(_ reason: CloseReason) {
        switch reason {
        case .agreed: self = .agreed
        case .byGuest: self = .byGuest
        case .bySupervisor: self = .bySupervisor
        case .inactive: self = .inactive
        case .unanswered: self = .unanswered
        case .abandoned: self = .abandoned
        }
    }
}

extension CloseReason {
    fileprivate var note: String? {
        if case .bySupervisor(let note) = self { note } else { nil }
    }
}

extension WireEvent.WakingReason {
    fileprivate init(_ reason: WakeReason) {
        switch reason {
        case .timeCame: self = .timeCame
        case .guestWrote: self = .guestWrote
        case .memberWoke: self = .memberWoke
        }
    }
}

extension WireEvent.CallEnding {
    fileprivate init(_ end: CallEnd) {
        switch end {
        case .hungUp: self = .hungUp
        case .missed: self = .missed
        case .lost: self = .lost
        case .caseMovedOn: self = .caseMovedOn
        }
    }
}
