package import CaseStore

extension CaseStore {
    /// Carries out what the engine has asked for. Blocks.
    package func perform(_ kind: EngineJob.Kind, for node: NodeID) -> JobResult {
        switch kind {
        case .commit(let units): .committed(commit(units))
        case .load(let questions): .loaded(attempt { () throws(StoreError) in try answers(to: questions) })
        case .due(let now, let last, let limit):
            .due(attempt { () throws(StoreError) in try due(at: now, after: last, limit: limit) })
        case .strays(let moment, let last, let limit):
            .strays(
                attempt { () throws(StoreError) in
                    try strayAssignments(heardSince: moment, after: last, limit: limit)
                })
        case .openCases(let team, let id, let limit):
            .openCases(attempt { () throws(StoreError) in try openCases(of: team, after: id, limit: limit) })
        case .heartbeat(let members, let now):
            .heartbeat(
                attempt { () throws(StoreError) in try heartbeat(node, members: members, at: now) }.failure)
        case .finishErasing(let limit): .erased(attempt { () throws(StoreError) in try finishErasing(limit: limit) })
        case .forgetKeys(let moment, let limit):
            .keysForgotten(attempt { () throws(StoreError) in try forgetKeys(olderThan: moment, limit: limit) })
        }
    }

    /// A unit that cannot be prepared is left out of the transaction, and its trouble stands in its place.
    package func commit(_ units: [CommitUnit]) -> Result<[Result<CommitOutcome, CaseTrouble>], StoreError> {
        attempt { () throws(StoreError) in try commit(prepared: try prepare(units)) }
    }

    package func commit(
        prepared: [Result<Prepared, CaseTrouble>]
    ) throws(StoreError) -> [Result<CommitOutcome, CaseTrouble>] {
        let good = prepared.compactMap { try? $0.get() }
        var outcomes = (good.isEmpty ? [] : try commit(good)).makeIterator()
        return try prepared.map { unit throws(StoreError) in
            switch unit {
            case .failure(let trouble): return .failure(trouble)
            case .success:
                guard let outcome = outcomes.next() else {
                    throw .unknown("The store has answered for fewer units than it was given.")
                }
                return .success(outcome)
            }
        }
    }

    /// The state first: what is read of the log after it is no older.
    private func answers(to questions: [CaseQuestion]) throws(StoreError) -> [CaseAnswer] {
        let found = try load(questions.map(\.id))
        var answers: [CaseAnswer] = []
        answers.reserveCapacity(questions.count)
        for (question, found) in zip(questions, found) {
            var event = Result<StoredEvent?, CaseTrouble>.success(nil)
            if let name = question.event { event = try self.event(name.number, of: question.id, for: name.side) }
            let keys = try question.keys.map { key throws(StoreError) in
                guard let key else { return KeyAnswer.new }
                return try answer(to: key.name, fingerprint: key.fingerprint)
            }
            answers.append(CaseAnswer(found: found, event: event, keys: keys))
        }
        return answers
    }

    private func attempt<Value>(_ body: () throws(StoreError) -> Value) -> Result<Value, StoreError> {
        do { return .success(try body()) } catch { return .failure(error) }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
