package import CaseMachine
import CaseStore
import DequeModule

#if FOYER_MUTANTS
import Mutants
#endif

/// What the house does by itself: meets deadlines, notices who has gone, applies changed policies. In bounded portions:
/// the next one is asked for when the last one is done.
struct Errands {
    private let limits: EngineLimits
    private var clock = FiringClock()
    private var now: Duration
    private(set) var mayFire = true
    /// Errands that have reached their cases.
    var inHand = 0
    var isAsking = false
    /// Members whom this node holds.
    var members: Set<MemberID> = []
    var hasErased = true
    /// Teams whose open cases have to be measured again, and how far that has come.
    var policies: [(team: TeamID, after: CaseID?)] = []
    var nextDue: Duration
    var nextHeartbeat: Duration
    var nextStrays: Duration

    init(_ limits: EngineLimits, at now: Duration) {
        self.limits = limits
        self.now = now
        nextDue = now
        nextHeartbeat = now
        // Who was here before a restart comes back within the first heartbeats.
        nextStrays = now + limits.heartbeat
    }

    mutating func advance(to moment: Moment) {
        now = moment.monotonic
        mayFire = clock.mayFire(at: moment)
    }

    var nextWake: Duration {
        // Nothing before the answer comes; and a moment that has passed would have the engine asked again and again.
        guard !isAsking else { return now + limits.heartbeat }
        // The rest waits for what is in hand.
        guard inHand == 0 else { return nextHeartbeat }
        if hasErased || !policies.isEmpty { return now }
        // While the clock is not trusted, deadlines wait; when that ends, only the clock knows.
        let due = mayFire ? nextDue : max(nextDue, now + limits.duePoll)
        return min(due, nextHeartbeat, nextStrays)
    }
}

extension CaseEngine {
    /// The members who have a socket at this node.
    package func hold(_ members: Set<MemberID>) {
        guard members != errands.members else { return }
        errands.members = members
        errands.nextHeartbeat = min(errands.nextHeartbeat, moment.monotonic + .seconds(1))
    }

    /// The team's open cases are measured by its new rules from here on.
    package func adopt(_ rules: TeamRules, for team: TeamID) {
        guard self.rules[team] != rules else { return }
        self.rules[team] = rules
        errands.policies.removeAll { $0.team == team }
        errands.policies.append((team, nil))
    }

    func nextErrand() -> EngineJob? {
        guard !errands.isAsking else { return nil }
        let now = moment.monotonic
        if now >= errands.nextHeartbeat {
            errands.nextHeartbeat = now + limits.heartbeat
            return errand(.heartbeat(members: errands.members, at: moment.wall))
        }
        guard errands.inHand == 0 else { return nil }
        if errands.hasErased { return errand(.finishErasing(limit: limits.errandsInHand)) }
        if let policy = errands.policies.first {
            return errand(.openCases(of: policy.team, after: policy.after, limit: limits.errandsInHand))
        }
        if now >= errands.nextStrays {
            errands.nextStrays = now + limits.heartbeat
            #if FOYER_MUTANTS
            if Mutants.isPlanted(.absenceNeverRepeated) { errands.nextStrays = .seconds(1_000_000_000) }
            #endif
            return errand(.strays(heardSince: moment.wall - limits.nodeSilence, limit: limits.errandsInHand))
        }
        guard now >= errands.nextDue else { return nil }
        errands.nextDue = now + limits.duePoll
        guard errands.mayFire else { return nil }
        return errand(.due(at: moment.wall, limit: limits.errandsInHand))
    }

    private func errand(_ kind: EngineJob.Kind) -> EngineJob {
        errands.isAsking = true
        return start(kind, .errand)
    }

    func finishErrand(_ result: JobResult) {
        errands.isAsking = false
        switch result {
        case .due(.success(let due)):
            for due in due { run(.deadlineReached, on: due.id) }
            // There may be more: asked for as soon as these are done.
            if due.count == limits.errandsInHand { errands.nextDue = moment.monotonic }
        case .strays(.success(let strays)):
            for stray in strays { run(stray.isPresent ? .assigneePresent : .assigneeAbsent, on: stray.id) }
            if strays.count == limits.errandsInHand { errands.nextStrays = moment.monotonic }
        case .openCases(.success(let cases)):
            for id in cases { run(.policyChanged, on: id) }
            guard let policy = errands.policies.first else { return }
            if cases.count == limits.errandsInHand, let last = cases.last {
                errands.policies[0] = (policy.team, last)
            } else {
                errands.policies.removeFirst()
            }
        case .erased(.success(let left)): errands.hasErased = left > 0
        case .heartbeat(nil): break
        case .due(.failure), .strays(.failure), .openCases(.failure), .erased(.failure), .heartbeat, .committed,
            .loaded:
            pausedUntil = moment.monotonic + limits.retryPause
        }
    }

    private func run(_ command: Command, on id: CaseID) {
        let slot = slot(of: id)
        slot.waiting.append(Pending(errand: command, on: id))
        inHand += 1
        errands.inHand += 1
        queue(slot)
    }
}
