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
            slot.isQueued = false
            guard !slot.isBusy, slot.wantsWork else { continue }
            slot.standing = .loading
            asked.append(slot)
        }
        guard !asked.isEmpty else { return nil }
        loadsUnderWay += 1
        count { $0.loads += asked.count }
        return start(.load(asked.map(question)), .load(asked))
    }

    /// On behalf of the first in the queue: it is the one that cannot be decided without.
    private func question(about slot: CaseSlot) -> CaseQuestion {
        let first = slot.waiting.first
        slot.asksForFirst = first != nil
        var event: CaseQuestion.EventName?
        switch first?.command {
        case .edit(_, let number, _), .delete(_, let number):
            if let side = first?.actor.author.side { event = CaseQuestion.EventName(number: number, side: side) }
        case .open, .act, nil: break
        }
        let key = first.flatMap { first in
            first.keyName.flatMap { name in
                first.key.map { CaseQuestion.Key(name: name, fingerprint: $0.fingerprint) }
            }
        }
        return CaseQuestion(id: slot.id, event: event, key: key)
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
        case .success where slot.publicID != nil: return makeAgain(slot)
        case .success(let found): slot.known = found
        case .failure(.noSuchCase) where slot.publicID != nil: slot.known = nil
        case .failure(let trouble): return refuseFirst(slot, trouble, answer.key)
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.wrongKeyVerified) { slot.asksForFirst = true }
        #endif
        // What came while the store was asked has a key that it was not asked about.
        guard slot.asksForFirst, var first = slot.waiting.popFirst() else {
            tellNews(of: slot)
            return queue(slot)
        }
        first.isVerified = true
        switch first.command {
        case .edit, .delete: first.target = (answer.event.map(Command.Target.init), slot.known?.version ?? 0)
        case .open, .act: break
        }
        switch answer.key {
        case .new: slot.waiting.prepend(first)
        case .known(let receipt): repeatAnswer(first, receipt, on: slot)
        case .reused: self.answer(first, .refused(.keyReused))
        }
        tellNews(of: slot)
        queue(slot)
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

    /// One at a time: each may be a repetition of what was decided while the case could be read, such as its erasure.
    private func refuseFirst(_ slot: CaseSlot, _ trouble: CaseTrouble, _ key: KeyAnswer) {
        slot.owesNews = false
        if slot.asksForFirst, let first = slot.waiting.popFirst() {
            switch key {
            case .new: answer(first, Self.reply(to: first.actor, trouble))
            case .known(let receipt):
                count { $0.repeats += 1 }
                answer(first, .accepted(receipt))
            case .reused: answer(first, .refused(.keyReused))
            }
        }
        guard slot.waiting.isEmpty else { return forgetState(of: slot) }
        slots[slot.id] = nil
    }

    private static func reply(to actor: Actor, _ trouble: CaseTrouble) -> Reply {
        switch trouble {
        // As the machine says it of a case that is not there: nobody learns which cases exist.
        case .noSuchCase: .rejected(actor == .system ? .noSuchCase : .notAllowed)
        case .erased: .rejected(.erased)
        case .newerShape, .unreadable: .refused(.trouble(trouble))
        }
    }

    /// The store cannot be read. Commands that were sent before may be asked about again; nobody waits without an end.
    private func giveUp(on slot: CaseSlot) {
        for pending in slot.waiting { answer(pending, .refused(pending.attempts > 0 ? .unknown : .storeAway)) }
        slot.waiting = []
        slots[slot.id] = nil
    }
}

extension Command.Target {
    init(_ stored: StoredEvent) {
        let isText: Bool
        switch stored.event.fact {
        case .messageSent, .noteWritten: isText = true
        default: isText = false
        }
        self.init(
            numbers: stored.numbers, author: stored.event.author, isChangeable: isText && !stored.isDeleted)
    }
}
