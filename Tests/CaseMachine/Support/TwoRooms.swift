import CaseMachine
import Testing

/// Two rooms of one guest, one of which is to live on in the other.
struct TwoRooms {
    static let ids = (from: CaseID(2), into: CaseID(3))

    var from: Story
    var into: Story

    init(from: Story? = nil, into: Story? = nil) throws {
        self.from = try from ?? Story.room()
        self.into = try into ?? Story.room()
        meet()
    }

    /// One clock for both.
    private mutating func meet() {
        from.now = max(from.now, into.now)
        into.now = from.now
    }

    func decision(on command: PairCommand, by actor: Actor = Cast.member) throws -> PairDecision {
        decidePair(
            command, from: try paired(Self.ids.from, from), into: try paired(Self.ids.into, into), by: actor,
            in: Circumstances(now: max(from.now, into.now)))
    }

    private func paired(_ id: CaseID, _ story: Story) throws -> PairedCase {
        PairedCase(id: id, state: try #require(story.state), policy: story.policy)
    }

    func refusal(of command: PairCommand, by actor: Actor = Cast.member) throws -> Rejection? {
        switch try decision(on: command, by: actor) {
        case .accepted: nil
        case .rejected(let rejection): rejection
        }
    }

    mutating func merge(by actor: Actor = Cast.member) throws { try perform(.merge, by: actor) }
    mutating func undo(by actor: Actor = Cast.member) throws { try perform(.undoMerge, by: actor) }

    private mutating func perform(_ command: PairCommand, by actor: Actor) throws {
        meet()
        let outcomes = try decision(on: command, by: actor).outcomes()
        from.take(outcomes.from)
        into.take(outcomes.into)
    }

    mutating func wait(_ duration: Duration) throws {
        meet()
        try from.waits(duration)
        try into.waits(duration)
    }
}

extension PairDecision {
    func outcomes() throws(Rejection) -> (from: Outcome, into: Outcome) {
        switch self {
        case .accepted(let gone, let stays): (gone, stays)
        case .rejected(let rejection): throw rejection
        }
    }
}
