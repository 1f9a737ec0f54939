import CaseMachine
import CaseStore

/// What the house does by itself, and when: meets deadlines, notices who has gone, applies changed policies, erases. One
/// portion at a time, each kind in its turn, and none holds up another by failing.
struct Errands {
    enum Kind: Hashable, CaseIterable {
        case deadlines
        case strays
        case policies
        case erasing
        case keys
    }

    /// A portion that the store was asked for, and then its errands until the last is done.
    struct Portion {
        let kind: Kind
        /// Which change of policy it belongs to.
        var policy = 0
        var isAsked = true
        var inHand = 0
        /// Errands that came to nothing because the store was away.
        var turnedAway = 0
        /// There may be more after it.
        var isFull = false
        /// Where the next one begins, once this one is done.
        var cursor = Cursor.start
    }

    enum Cursor {
        case start
        case due(DueCase)
        case id(CaseID)

        var due: DueCase? { if case .due(let due) = self { due } else { nil } }
        var id: CaseID? { if case .id(let id) = self { id } else { nil } }
    }

    /// A team's open cases have to be measured again.
    struct PolicyChange {
        let number: Int
        let team: TeamID
        /// Commits that were under way when the policy came: their rows are not to be seen yet, and are of the old one.
        var behind: Set<JobID>
        var cursor = Cursor.start
    }

    private var clock = FiringClock()
    private(set) var mayFire = true
    /// The house closes: nothing new is begun.
    var isEnding = false
    var portion: Portion?
    private var next: [Kind: Duration]
    private var cursors: [Kind: Cursor] = [:]
    var changes: [PolicyChange] = []
    private var lastChange = 0

    // The heartbeat is apart: it must go on whatever the others do.
    /// Members whom this node holds.
    var members: Set<MemberID> = []
    var nextHeartbeat: Duration
    var isBeating = false

    init(_ limits: EngineLimits, at now: Duration) {
        // Who was here before a restart comes back within the first heartbeats.
        next = [
            .deadlines: now, .strays: now + limits.heartbeat, .policies: now, .erasing: now,
            .keys: now + limits.keySweep,
        ]
        nextHeartbeat = now
    }

    mutating func advance(to moment: Moment) { mayFire = clock.mayFire(at: moment) }

    func cursor(of kind: Kind) -> Cursor { cursors[kind] ?? .start }

    mutating func wait(_ kind: Kind, until moment: Duration, from cursor: Cursor = .start) {
        next[kind] = moment
        cursors[kind] = cursor
    }

    mutating func hurry(_ kind: Kind, to moment: Duration) { next[kind] = min(next[kind] ?? moment, moment) }

    mutating func add(_ team: TeamID, behind: Set<JobID>) {
        lastChange += 1
        changes.removeAll { $0.team == team }
        changes.append(PolicyChange(number: lastChange, team: team, behind: behind))
    }

    /// What has waited longest, if anything's time has come.
    func turn(at now: Duration) -> Kind? {
        guard portion == nil, !isEnding else { return nil }
        return waiting(now).filter { $0.at <= now }.min { $0.at < $1.at }?.kind
    }

    /// When to look again; nil while a portion is at work, or the house closes.
    func nextTurn(after now: Duration) -> Duration? {
        guard portion == nil, !isEnding else { return nil }
        return waiting(now).map(\.at).min()
    }

    private func waiting(_ now: Duration) -> [(kind: Kind, at: Duration)] {
        Kind.allCases.compactMap { kind in
            guard let at = next[kind] else { return nil }
            switch kind {
            // By a clock that is not trusted nobody is late, and nobody has been away for long. When it is trusted again
            // only the clock knows.
            case .deadlines, .strays: return (kind, mayFire ? at : max(at, now + .seconds(1)))
            case .policies: return changes.first?.behind.isEmpty == true ? (kind, at) : nil
            case .erasing, .keys: return (kind, at)
            }
        }
    }
}
