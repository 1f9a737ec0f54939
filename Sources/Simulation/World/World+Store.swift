import CaseMachine
import CaseStore
import Gateway

/// What becomes of a commit, beside what the store makes of it.
private enum CommitFate {
    case told
    case failsBefore(StoreError)
    /// Stored, or not; and the node does not learn which.
    case unknown(isStored: Bool)
    case fatal
}

// The engine's jobs on their way to the store and back. The store itself never fails: what surrounds it does.
extension World {
    func start(_ job: EngineJob, of node: Node) {
        let rules = node.rules
        switch job.kind {
        case .commit:
            // One thread commits, in the order in which it is asked.
            let begin = max(now, node.commitsFreeAt) + dice.microseconds(50...600)
            node.commitsFreeAt = begin
            plan(at: begin) { $0.commit(job, of: node, under: rules) }
        case .load, .due, .strays, .openCases, .heartbeat, .finishErasing, .forgetKeys:
            plan(in: dice.microseconds(50...800)) { $0.ask(job, of: node) }
        }
    }

    private func ask(_ job: EngineJob, of node: Node) {
        let isAway = now < storeAwayUntil && !isCalm
        if isAway || strikes(.readFailed, weather.readFails) {
            return finish(job, of: node, job.kind.failure(.unavailable("away")), in: dice.microseconds(50...2000))
        }
        let result = memory.perform(job.kind, for: storeNode(node.number))
        if case .load(let questions) = job.kind { noteLoad(questions, node) }
        if case .heartbeat(let members, let at) = job.kind { oracle.heard(node.number, members: members, at: at) }
        finish(job, of: node, result, in: latency())
    }

    private func noteLoad(_ questions: [CaseQuestion], _ node: Node) {
        for question in questions {
            note(
                "load", node.number, oracle.place(of: question.id),
                Int64(question.keys.count))
        }
    }

    private func commit(_ job: EngineJob, of node: Node, under rules: [TeamID: TeamRules]) {
        guard case .commit(let units) = job.kind else { return }
        // What a dead process had sent may arrive all the same.
        guard node.isAlive || dice.perMille(500) else { return }
        let fate = commitFate()
        var result: JobResult
        switch fate {
        case .failsBefore(let error): result = .committed(.failure(error))
        case .unknown(isStored: false): result = .committed(.failure(.unknown("no answer")))
        case .told, .unknown(isStored: true), .fatal:
            result = memory.perform(job.kind, for: storeNode(node.number))
            look(at: units, result, of: node, under: rules)
            if case .unknown = fate { result = .committed(.failure(.unknown("no answer"))) }
        }
        if case .fatal = fate { return kill(node) }
        if strikes(.nodeDiedBeforeResult, weather.nodeDies) { return kill(node) }
        finish(job, of: node, result, in: latency())
    }

    private func look(
        at units: [CommitUnit], _ result: JobResult, of node: Node, under rules: [TeamID: TeamRules]
    ) {
        guard case .committed(.success(let outcomes)) = result else { return }
        for (unit, outcome) in zip(units, outcomes) {
            switch outcome {
            case .success(.stored):
                lastStoredAt = now
                for change in unit.changes {
                    note(
                        "stored", node.number, oracle.place(of: change.id), change.expectedVersion + 1,
                        Int64(change.events.count))
                }
                if let complaint = oracle.stored(unit, by: node.number, under: rules, coverage: &coverage) {
                    complain(complaint)
                }
            case .success(.conflict): note("conflict", node.number, oracle.place(of: unit.changes[0].id))
            case .success(.known): note("known", node.number, oracle.place(of: unit.changes[0].id))
            case .success(.keyReused): complain("a key was used for two commands")
            case .failure(let trouble): complain("the store refuses a unit: \(trouble)")
            }
        }
    }

    private func commitFate() -> CommitFate {
        guard !isCalm else { return .told }
        if now < storeAwayUntil { return .failsBefore(.unavailable("away")) }
        if now < storeFullUntil { return .failsBefore(.full("full")) }
        guard dice.perMille(weather.commitFails) else { return .told }
        let fate: (Fault, CommitFate)
        switch dice.number(1...20) {
        case 1...6: fate = (.commitUnknownStored, .unknown(isStored: true))
        case 7...11: fate = (.commitUnknownNotStored, .unknown(isStored: false))
        case 12...15: fate = (.commitFailedBefore, .failsBefore(.unavailable("refuses")))
        case 16...18: fate = (.commitFull, .failsBefore(.full("full")))
        default: fate = (.storeFatal, .fatal)
        }
        coverage.had(fate.0)
        note(fate.0.rawValue)
        return fate.1
    }

    private func finish(_ job: EngineJob, of node: Node, _ result: JobResult, in delay: Duration) {
        var moment = now + delay
        if case .commit = job.kind {
            moment = max(moment, node.resultsFreeAt)
            node.resultsFreeAt = moment
        }
        plan(at: moment) { world in
            guard node.isAlive else { return }
            node.engine.advance(to: world.moment(at: node))
            node.engine.finish(job.id, result)
            world.pump(node)
        }
    }

    private func latency() -> Duration {
        strikes(.slowResult, weather.slowResult) ? dice.milliseconds(5...3000) : dice.microseconds(100...2000)
    }

    /// For a session: like the engine's jobs, but nil when the store could not be asked.
    func read<Value>(
        for node: Node, _ ask: @escaping (MemoryStore) throws -> Value, then: @escaping (World, Value?) -> Void
    ) {
        plan(in: dice.microseconds(50...800)) { world in
            let isAway = world.now < world.storeAwayUntil && !world.isCalm
            let value =
                isAway || world.strikes(.readFailed, world.weather.readFails) ? nil : try? ask(world.memory)
            world.plan(in: world.latency()) { world in
                if node.isAlive { then(world, value) }
            }
        }
    }
}

extension EngineJob.Kind {
    fileprivate func failure(_ error: StoreError) -> JobResult {
        switch self {
        case .commit: .committed(.failure(error))
        case .load: .loaded(.failure(error))
        case .due: .due(.failure(error))
        case .strays: .strays(.failure(error))
        case .openCases: .openCases(.failure(error))
        case .heartbeat: .heartbeat(error)
        case .finishErasing: .erased(.failure(error))
        case .forgetKeys: .keysForgotten(.failure(error))
        }
    }
}

/// Here because presence has a `NodeID` of its own.
private func storeNode(_ number: Int64) -> NodeID { NodeID(number) }
