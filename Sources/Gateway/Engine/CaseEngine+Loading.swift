import CaseMachine
import CaseStore
import DequeModule

#if FOYER_MUTANTS
import Mutants
#endif

// Cases that are not known, and questions about the log's older part.
extension CaseEngine {
    func nextLoad() -> EngineJob? {
        // Two at a time: one waits for the disk while the next is put together.
        guard loadsUnderWay < 2, !toLoad.isEmpty else { return nil }
        var asked: [CaseSlot] = []
        while asked.count < limits.casesPerLoad, let slot = toLoad.popFirst() {
            guard slot.queue == .toLoad else { continue }
            slot.queue = .none
            guard !slot.isBusy, slot.wantsWork else { continue }
            slot.standing = .loading
            asked.append(slot)
        }
        guard !asked.isEmpty else { return nil }
        loadsUnderWay += 1
        count { $0.loads += asked.count }
        return start(.load(asked.map(question)), .load(asked))
    }

    /// On behalf of those that wait now: whoever comes while the store is asked has a key that it was not asked about.
    private func question(about slot: CaseSlot) -> CaseQuestion {
        let first = slot.waiting.prefix(limits.commandsPerRun)
        slot.askedFor = first.count
        return CaseQuestion(id: slot.id, event: first.first?.event, keys: first.map(\.question))
    }

    func finishLoad(_ asked: [CaseSlot], _ result: Result<[CaseAnswer], StoreError>) {
        switch result {
        case .success(let answers):
            for (slot, answer) in zip(asked, answers) { take(answer, for: slot) }
            for slot in asked.dropFirst(answers.count) { forgetState(of: slot) }
        case .failure:
            pausedUntil = moment.monotonic + limits.retryPause
            for slot in asked { giveUp(on: slot) }
        }
    }

    private func take(_ answer: CaseAnswer, for slot: CaseSlot) {
        slot.standing = .idle
        switch answer.found {
        // The id that was drawn for a new case is taken.
        case .success where slot.isNew: return makeAgain(slot)
        case .success(let found): slot.known = KnownCase(found)
        case .failure(.noSuchCase) where slot.isNew: slot.known = nil
        case .failure where slot.isNew: return makeAgain(slot)
        case .failure(let trouble): return refuse(slot, trouble, answer.keys)
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.wrongKeyVerified) { slot.askedFor = slot.waiting.count }
        #endif
        verify(answer, for: slot)
        tellNews(of: slot)
        queue(slot)
        dropIfNeverMade(slot)
    }

    /// What the question was asked for: those that were decided before are answered, the others may be decided now.
    private func verify(_ answer: CaseAnswer, for slot: CaseSlot) {
        var verified: [Pending] = []
        for place in 0..<min(slot.askedFor, slot.waiting.count) {
            guard var pending = slot.waiting.popFirst() else { break }
            if place == 0, pending.event != nil {
                pending.target = (answer.event.map { $0.map(Command.Target.init) }, slot.known?.version ?? 0)
            }
            switch place < answer.keys.count ? answer.keys[place] : .new {
            case .new:
                pending.isVerified = true
                verified.append(pending)
            case .known(let receipt): repeatAnswer(pending, receipt, on: slot)
            case .reused: self.answer(pending, .refused(.keyReused))
            }
        }
        slot.askedFor = 0
        slot.waiting.prepend(contentsOf: verified)
    }

    /// The first answer again; and the news again, in case they were lost with whoever decided it.
    func repeatAnswer(_ pending: Pending, _ receipt: Receipt, on slot: CaseSlot) {
        count { $0.repeats += 1 }
        answer(pending, .accepted(receipt))
        let slot = receipt.id == slot.id ? slot : self.slot(of: receipt.id)
        slot.owesNews = true
        queue(slot)
    }

    private func tellNews(of slot: CaseSlot) {
        guard slot.owesNews, let known = slot.known else { return }
        slot.owesNews = false
        say(.publish(Publication(known)))
    }

    /// Some may be repetitions of what was decided while the case could be read, such as its erasure.
    private func refuse(_ slot: CaseSlot, _ trouble: CaseTrouble, _ keys: [KeyAnswer]) {
        for key in keys.prefix(slot.askedFor) {
            guard let pending = slot.waiting.popFirst() else { break }
            switch key {
            case .new: answer(pending, Self.reply(to: pending.actor, trouble))
            case .known(let receipt):
                count { $0.repeats += 1 }
                answer(pending, .accepted(receipt))
            case .reused: answer(pending, .refused(.keyReused))
            }
        }
        slot.askedFor = 0
        slot.owesNews = false
        if slot.waiting.isEmpty { leave(slot) } else { forgetState(of: slot) }
    }

    static func reply(to actor: Actor, _ trouble: CaseTrouble) -> Reply {
        switch trouble {
        // As the machine says it of a case that is not there: nobody learns which cases exist.
        case .noSuchCase: .rejected(actor == .system ? .noSuchCase : .notAllowed)
        case .erased: .rejected(.erased)
        case .newerShape, .unreadable: .refused(.trouble(trouble))
        }
    }

    /// The store cannot be read. Commands that were sent before may be asked about again; nobody waits without an end.
    private func giveUp(on slot: CaseSlot) {
        for pending in slot.waiting { answer(pending, .refused(pending.mayBeStored ? .unknown : .storeAway)) }
        leave(slot)
    }

    /// Nothing is known of it and nothing waits for it.
    private func leave(_ slot: CaseSlot) {
        slot.waiting = []
        slot.owesNews = false
        slot.standing = .unknown
        slot.known = nil
        if slots[slot.id] === slot { slots[slot.id] = nil }
    }
}

extension Pending {
    /// The event that is to be changed.
    fileprivate var event: CaseQuestion.EventName? {
        switch command {
        case .edit(_, let number, _), .delete(_, let number):
            actor.author.side.map { CaseQuestion.EventName(number: number, side: $0) }
        case .open, .act, .pair: nil
        }
    }
}

extension Command.Target {
    fileprivate init(_ stored: StoredEvent) {
        let isText: Bool
        switch stored.event.fact {
        case .messageSent, .noteWritten: isText = true
        default: isText = false
        }
        self.init(
            numbers: stored.numbers, author: stored.event.author, isChangeable: isText && !stored.isDeleted)
    }
}
