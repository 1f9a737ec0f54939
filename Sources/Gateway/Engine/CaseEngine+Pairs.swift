import CaseMachine
import CaseStore
import DequeModule

/// A command that concerns two cases.
///
/// It is a person's click, a few times a day. So it is carried out alone: nothing more is taken in hand until what is in
/// hand is done, then both cases are loaded, decided and committed, and the house goes on. That costs everybody two
/// commits' time, and spares the engine from ever waiting for two cases at once.
struct PairWork {
    enum Stage {
        case waiting
        case loading
        case deciding(from: LoadedCase, into: LoadedCase)
        case committing([Publication], Receipt)
    }

    var pending: Pending
    let command: PairCommand
    let from: CaseID
    let into: CaseID
    var stage = Stage.waiting
}

extension CaseEngine {
    func nextPairJob() -> EngineJob? {
        guard let work = pair else { return nil }
        switch work.stage {
        case .waiting:
            // It alone is in hand: what was taken before it is done, the errands too, and none is begun.
            guard inHand == 1, commitsUnderWay.isEmpty, loadsUnderWay == 0 else { return nil }
            pair?.stage = .loading
            let questions = [
                CaseQuestion(id: work.from, event: nil, keys: [work.pending.question]),
                CaseQuestion(id: work.into, event: nil, keys: []),
            ]
            return start(.load(questions), .pair)
        case .deciding(let from, let into): return decide(work, from, into)
        case .loading, .committing: return nil
        }
    }

    private func decide(_ work: PairWork, _ from: LoadedCase, _ into: LoadedCase) -> EngineJob? {
        func paired(_ known: LoadedCase) -> PairedCase {
            PairedCase(id: known.id, state: known.state, policy: rules(for: known.state.team).policy)
        }
        let decision = decidePair(
            work.command, from: paired(from), into: paired(into), by: work.pending.actor,
            in: Circumstances(now: moment.wall))
        switch decision {
        case .rejected(let rejection):
            endPair(.rejected(rejection))
            return nil
        case .accepted(let ofFrom, let ofInto):
            let changes = [change(from, ofFrom), change(into, ofInto)]
            let receipt = Receipt(id: from.id, heads: Heads(ofFrom.state))
            let news = zip([from, into], changes).map { known, change in
                Publication(
                    KnownCase(
                        id: known.id, publicID: known.publicID, version: known.version + 1, state: change.state),
                    events: change.events)
            }
            pair?.stage = .committing(news, receipt)
            let commands = work.pending.keyed(receipt).map { [$0] } ?? []
            return start(.commit([CommitUnit(changes: changes, commands: commands)]), .pair)
        }
    }

    private func change(_ known: LoadedCase, _ outcome: PairDecision.Outcome) -> CaseChange {
        let numbered = NumberedEvents(outcome.events, after: Heads(known.state))
        let policy = rules(for: outcome.state.team).policy
        return CaseChange(
            id: known.id, expectedVersion: known.version, events: numbered.events, state: outcome.state,
            earliestDeadline: outcome.state.earliestDeadline(under: policy)?.at, outbox: numbered.outbox)
    }

    func finishPairJob(_ result: JobResult) {
        guard let work = pair else { return }
        switch (work.stage, result) {
        case (.loading, .loaded(.success(let answers))): take(answers, for: work)
        case (.loading, .loaded(.failure)): endPair(.refused(work.pending.mayBeStored ? .unknown : .storeAway))
        case (.committing(let news, let receipt), .committed(.success(let outcomes))):
            settle(outcomes.first, news, receipt, work)
        case (.committing, .committed(.failure(.full))), (.committing, .committed(.failure(.unavailable))):
            endPair(.refused(work.pending.mayBeStored ? .unknown : .storeAway))
        case (.committing, _): tryAgain(mayBeStored: true)
        case (.waiting, _), (.loading, _), (.deciding, _): tryAgain(mayBeStored: false)
        }
    }

    private func take(_ answers: [CaseAnswer], for work: PairWork) {
        guard answers.count == 2 else { return tryAgain(mayBeStored: false) }
        switch answers[0].keys.first ?? .new {
        case .known(let receipt): return endPair(.accepted(receipt))
        case .reused: return endPair(.refused(.keyReused))
        case .new: break
        }
        switch (answers[0].found, answers[1].found) {
        case (.success(let from), .success(let into)): pair?.stage = .deciding(from: from, into: into)
        case (.failure(let trouble), _), (_, .failure(let trouble)):
            endPair(Self.reply(to: work.pending.actor, trouble))
        }
    }

    private func settle(
        _ outcome: Result<CommitOutcome, CaseTrouble>?, _ news: [Publication], _ receipt: Receipt, _ work: PairWork
    ) {
        switch outcome {
        case .success(.stored):
            count { $0.stored += 1 }
            endPair(.accepted(receipt))
            for publication in news { say(.publish(publication)) }
        case .success(.known(_, let receipt)): endPair(.accepted(receipt))
        case .success(.keyReused): endPair(.refused(.keyReused))
        case .success(.conflict):
            count { $0.conflicts += 1 }
            tryAgain(mayBeStored: work.pending.mayBeStored)
        case .failure(let trouble): endPair(Self.reply(to: work.pending.actor, trouble))
        case nil: tryAgain(mayBeStored: true)
        }
    }

    private func tryAgain(mayBeStored: Bool) {
        guard var work = pair else { return }
        work.pending.attempts += 1
        work.pending.mayBeStored = mayBeStored
        work.stage = .waiting
        guard work.pending.attempts < limits.attempts, work.pending.mayBeRepeated || !mayBeStored else {
            return endPair(.refused(.unknown))
        }
        pair = work
        if mayBeStored { pausedUntil = moment.monotonic + limits.retryPause }
    }

    private func endPair(_ reply: Reply) {
        guard let work = pair else { return }
        pair = nil
        for id in [work.from, work.into] { if let slot = slots[id] { forgetState(of: slot) } }
        answer(work.pending, reply)
    }
}
