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
        /// How late the deadline was that it has met.
        let lateness: Duration?
    }

    let slot: CaseSlot
    /// What was decided on: 0 for a case that is to be made.
    let baseVersion: Int64
    private(set) var decided: [Decided] = []
    private(set) var state: CaseState?
    private var numbered: NumberedEvents
    private(set) var byteCount = 0

    init(_ slot: CaseSlot) {
        self.slot = slot
        baseVersion = slot.known?.version ?? 0
        state = slot.known?.state
        numbered = NumberedEvents([], after: slot.known.map { Heads($0.state) } ?? Heads(team: 0, guest: 0))
    }

    var isEmpty: Bool { decided.isEmpty }
    var events: [NumberedEvent] { numbered.events }

    /// A repetition must not be answered from a decision that is not stored yet.
    func holds(_ name: KeyName) -> Bool {
        decided.contains { $0.pending.question?.name == name }
    }

    func add(_ pending: Pending, _ events: [CaseEvent], leadingTo state: CaseState, lateness: Duration?) {
        numbered.append(events)
        self.state = state
        byteCount += pending.command.byteCount
        let receipt = Receipt(id: slot.id, heads: numbered.heads)
        decided.append(Decided(pending: pending, receipt: receipt, lateness: lateness))
    }

    func unit(earliestDeadline: Timestamp?) -> CommitUnit? {
        guard let state else { return nil }
        let change = CaseChange(
            id: slot.id, expectedVersion: baseVersion, publicID: slot.publicID, events: numbered.events, state: state,
            earliestDeadline: earliestDeadline, outbox: numbered.outbox)
        return CommitUnit(changes: [change], commands: decided.compactMap { $0.pending.keyed($0.receipt) })
    }

    /// The place among the decided of the `index`-th command that has a key.
    func place(ofKeyed index: Int) -> Int? {
        var keyed = -1
        return decided.firstIndex { decided in
            if decided.pending.question != nil { keyed += 1 }
            return keyed == index
        }
    }
}

extension Pending {
    func keyed(_ receipt: Receipt) -> KeyedCommand? {
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.keyForgottenOnRetry), attempts > 0 { return nil }
        #endif
        guard let key, let organisation else { return nil }
        return KeyedCommand(key: key, author: actor.author, organisation: organisation, receipt: receipt)
    }
}

/// Events with the numbers that they get in the log, and what has to leave the building because of them.
struct NumberedEvents {
    private(set) var heads: Heads
    private(set) var events: [NumberedEvent] = []
    private(set) var outbox: [OutboxItem] = []

    init(_ events: [CaseEvent], after heads: Heads) {
        self.heads = heads
        append(events)
    }

    mutating func append(_ events: [CaseEvent]) {
        for event in events {
            // What changes the row alone stands in no log.
            guard let audience = event.fact.audience else { continue }
            heads = heads.next(audience)
            let numbers = Numbers(forTeam: heads.team, forGuest: audience == .everyone ? heads.guest : nil)
            self.events.append(NumberedEvent(numbers: numbers, event: event))
            if let item = OutboxItem(for: event, number: heads.team) { outbox.append(item) }
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

extension Publication {
    /// Somebody has to be told by SMS or e-mail.
    var leavesBuilding: Bool {
        events.contains { OutboxItem(for: $0.event, number: $0.numbers.forTeam) != nil }
    }
}

extension OutboxItem {
    /// What has to leave the building because of `event`; nil for most.
    init?(for event: CaseEvent, number: Int64) {
        let kind: Kind
        var due = event.at
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.outboxRowForgotten), case .invited = event.fact { return nil }
        #endif
        switch event.fact {
        case .missedResponseNoticed(let missed):
            kind = .missedResponse
            due = missed.dueAt
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
        self.init(kind: kind, number: number, due: due)
    }
}
