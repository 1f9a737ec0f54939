import CaseMachine
import CaseStore

#if FOYER_MUTANTS
import Mutants
#endif

/// Commands of one case that were decided on each other, to be stored together or not at all.
///
/// A class, because a state has half a dozen arrays in it, which copies of a run would count again and again.
final class Run {
    struct Decided {
        let pending: Pending
        let receipt: Receipt
    }

    let slot: CaseSlot
    /// What was decided on: 0 for a case that is to be made.
    let baseVersion: Int64
    private(set) var decided: [Decided] = []
    private(set) var state: CaseState?
    private(set) var events: [NumberedEvent] = []
    private(set) var outbox: [OutboxItem] = []
    private(set) var byteCount = 0

    init(_ slot: CaseSlot) {
        self.slot = slot
        baseVersion = slot.known?.version ?? 0
        state = slot.known?.state
    }

    var isEmpty: Bool { decided.isEmpty }

    /// A repetition must not be answered from a decision that is not stored yet.
    func holds(_ name: KeyName) -> Bool {
        decided.contains { $0.pending.keyName == name }
    }

    func add(_ pending: Pending, _ events: [CaseEvent], leadingTo state: CaseState) {
        var heads = self.state.map(Heads.init) ?? Heads(team: 0, guest: 0)
        for event in events {
            guard let audience = event.fact.audience else { continue }
            heads = heads.next(audience)
            let numbers = Numbers(forTeam: heads.team, forGuest: audience == .everyone ? heads.guest : nil)
            self.events.append(NumberedEvent(numbers: numbers, event: event))
            if let item = OutboxItem(for: event, number: heads.team) { outbox.append(item) }
        }
        self.state = state
        byteCount += pending.command.byteCount
        decided.append(Decided(pending: pending, receipt: Receipt(id: slot.id, heads: heads)))
    }

    func unit(earliestDeadline: Timestamp?) -> CommitUnit? {
        guard let state else { return nil }
        let change = CaseChange(
            id: slot.id, expectedVersion: baseVersion, publicID: slot.publicID,
            events: events, state: state, earliestDeadline: earliestDeadline, outbox: outbox)
        return CommitUnit(changes: [change], commands: commands)
    }

    private var commands: [KeyedCommand] {
        decided.compactMap { decided in
            let pending = decided.pending
            #if FOYER_MUTANTS
            if Mutants.isPlanted(.keyForgottenOnRetry), pending.attempts > 0 { return nil }
            #endif
            guard let key = pending.key, let organisation = pending.organisation else { return nil }
            return KeyedCommand(
                key: key, author: pending.actor.author, organisation: organisation, receipt: decided.receipt)
        }
    }

    /// The place among the decided of the `index`-th command that has a key.
    func place(ofKeyed index: Int) -> Int? {
        var keyed = -1
        return decided.firstIndex { decided in
            if decided.pending.keyName != nil { keyed += 1 }
            return keyed == index
        }
    }
}

extension Heads {
    func next(_ audience: Audience) -> Heads {
        switch audience {
        case .everyone: Heads(team: team + 1, guest: guest + 1)
        case .team: Heads(team: team + 1, guest: guest)
        }
    }
}

extension OutboxItem {
    /// What has to leave the building because of `event`; nil for most.
    init?(for event: CaseEvent, number: Int64) {
        let kind: Kind
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.outboxRowForgotten), case .invited = event.fact { return nil }
        #endif
        switch event.fact {
        case .missedResponseNoticed: kind = .missedResponse
        case .firstResponseAlerted: kind = .firstResponse
        case .invited: kind = .invitation
        case .closingWarned, .automaticMessageSent(.closedByItself): kind = .closing
        case .opened, .identifiersSubmitted, .intakeCompleted, .messageSent, .automaticMessageSent(.welcome),
            .noteWritten, .messageEdited, .messageDeleted, .blastDelivered, .claimed, .released, .transferred,
            .participantAdded, .participantRemoved, .participantLeft, .assigneeLost, .snoozed, .woke, .closeRequested,
            .closeDeclined, .closed, .reopened, .erased, .callStarted, .callAnswered, .callDeclined,
            .callEnded, .linkShared, .merged, .mergeUndone, .absorbed, .absorptionUndone, .seen, .delivered,
            .assigneeWentAbsent, .assigneeCameBack, .callPartyGone, .callPartyBack, .policyAdopted:
            return nil
        }
        self.init(kind: kind, number: number, due: event.at)
    }
}
