package import CaseMachine
import CaseStore
import DequeModule

#if FOYER_MUTANTS
import Mutants
#endif

extension CaseEngine {
    /// The members who have a socket at this node.
    package func hold(_ members: Set<MemberID>) {
        guard members != errands.members else { return }
        errands.members = members
        errands.nextHeartbeat = min(errands.nextHeartbeat, moment.monotonic + .seconds(1))
    }

    /// The team's open cases are measured by its new rules from here on.
    package func adopt(_ rules: TeamRules, for team: TeamID) {
        let old = self.rules[team] ?? usualRules
        self.rules[team] = rules
        // Hours and waiting times are looked at when something is decided, and change no deadline.
        guard old.policy != rules.policy else { return }
        errands.add(team, behind: commitsUnderWay.union(batch.map { [$0.id] } ?? []))
        errands.hurry(.policies, to: moment.monotonic)
    }

    /// Nothing is begun any more, and what comes is turned away; what was taken is brought to its end.
    package func end() { errands.isEnding = true }

    /// Before everything else, and also while the store fails: a node that is not heard of loses its members' cases.
    func nextHeartbeat() -> EngineJob? {
        guard !errands.isBeating, !errands.isEnding, moment.monotonic >= errands.nextHeartbeat else { return nil }
        errands.isBeating = true
        errands.nextHeartbeat = moment.monotonic + limits.heartbeat
        return start(.heartbeat(members: errands.members, at: moment.wall), .heartbeat)
    }

    func finishHeartbeat(_ result: JobResult) {
        errands.isBeating = false
        if result.failure != nil { errands.nextHeartbeat = moment.monotonic + limits.retryPause }
    }

    func nextErrand() -> EngineJob? {
        guard let kind = errands.turn(at: moment.monotonic) else { return nil }
        var portion = Errands.Portion(kind: kind)
        let cursor = errands.cursor(of: kind)
        let limit = limits.errandsInHand
        let job: EngineJob.Kind
        switch kind {
        case .deadlines: job = .due(at: moment.wall, after: cursor.due, limit: limit)
        case .strays: job = .strays(heardSince: moment.wall - limits.nodeSilence, after: cursor.id, limit: limit)
        case .erasing: job = .finishErasing(limit: limit)
        case .keys: job = .forgetKeys(olderThan: moment.wall - limits.keyLifetime, limit: limit)
        case .policies:
            guard let change = errands.changes.first else { return nil }
            portion.policy = change.number
            job = .openCases(of: change.team, after: change.cursor.id, limit: limit)
        }
        errands.portion = portion
        return start(job, .errand)
    }

    func finishErrand(_ result: JobResult) {
        guard var portion = errands.portion else { return }
        portion.isAsked = false
        switch result {
        case .due(.success(let due)):
            portion.isFull = due.count >= limits.errandsInHand
            if let last = due.last { portion.cursor = .due(last) }
            errands.portion = portion
            for due in due { run(.deadlineReached, on: due.id) }
        case .strays(.success(let strays)):
            portion.isFull = strays.count >= limits.errandsInHand
            if let last = strays.last { portion.cursor = .id(last.id) }
            errands.portion = portion
            for stray in strays { run(stray.isPresent ? .assigneePresent : .assigneeAbsent, on: stray.id) }
        case .openCases(.success(let cases)):
            portion.isFull = cases.count >= limits.errandsInHand
            if let last = cases.last { portion.cursor = .id(last) }
            errands.portion = portion
            for id in cases { run(.policyChanged, on: id) }
        case .erased(.success(let left)): portion.isFull = left > 0
        case .keysForgotten(.success(let count)): portion.isFull = count >= limits.errandsInHand
        case .due(.failure), .strays(.failure), .openCases(.failure), .erased(.failure), .keysForgotten(.failure),
            .heartbeat, .committed, .loaded:
            portion.turnedAway = 1
        }
        if errands.portion?.isAsked == true { errands.portion = portion }
        endPortionIfDone()
    }

    private func run(_ command: Command, on id: CaseID) {
        let slot = slot(of: id)
        slot.waiting.append(Pending(errand: command, on: id))
        inHand += 1
        errands.portion?.inHand += 1
        queue(slot)
    }

    func errandIsDone(_ reply: Reply) {
        errands.portion?.inHand -= 1
        if case .refused(let refusal) = reply, refusal.mayBeRepeated { errands.portion?.turnedAway += 1 }
        endPortionIfDone()
    }

    /// What was turned away comes up again by itself, but for a change of policy: there this portion is repeated.
    private func endPortionIfDone() {
        guard let portion = errands.portion, !portion.isAsked, portion.inHand == 0 else { return }
        errands.portion = nil
        let now = moment.monotonic
        let soon = portion.turnedAway > 0 ? now + limits.retryPause : now
        switch portion.kind {
        case .deadlines:
            if portion.isFull {
                errands.wait(.deadlines, until: soon, from: portion.cursor)
            } else {
                errands.wait(.deadlines, until: now + limits.duePoll)
            }
        case .strays:
            if portion.isFull {
                errands.wait(.strays, until: soon, from: portion.cursor)
            } else {
                errands.wait(.strays, until: now + limits.heartbeat)
            }
            #if FOYER_MUTANTS
            if Mutants.isPlanted(.absenceNeverRepeated) { errands.wait(.strays, until: .seconds(1_000_000_000)) }
            #endif
        case .policies:
            errands.wait(.policies, until: soon)
            // The team may have changed its mind meanwhile.
            guard portion.turnedAway == 0, errands.changes.first?.number == portion.policy else { return }
            if portion.isFull {
                errands.changes[0].cursor = portion.cursor
            } else {
                errands.changes.removeFirst()
            }
        case .erasing:
            let isWorthwhile = portion.isFull && portion.turnedAway == 0
            errands.wait(.erasing, until: isWorthwhile ? now + limits.retryPause : now + limits.heartbeat)
        case .keys: errands.wait(.keys, until: portion.isFull ? now + limits.retryPause : now + limits.keySweep)
        }
    }
}
