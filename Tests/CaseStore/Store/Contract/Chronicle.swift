import CaseMachine
import CaseStore
import Testing

/// One case as a test writes it: facts, with the numbers, states and versions that follow from them.
struct Chronicle {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    static let clinic = OrganisationID(1)
    static let team = TeamID(1)
    static let maria = GuestID(1)
    static let anna = MemberID(11)
    static let ben = MemberID(12)

    let id: CaseID
    private(set) var version: Int64 = 0
    private(set) var state: CaseState?
    var due: Timestamp?
    private let publicID: PublicID

    init(_ id: Int64, publicID: UInt128? = nil) {
        self.id = CaseID(id)
        self.publicID = PublicID(publicID ?? UInt128(UInt64(bitPattern: id)) &+ 1000)
    }

    /// A support case of Maria's that waits in the queue.
    static func opened(_ id: Int64) -> (Chronicle, CommitUnit) {
        var chronicle = Chronicle(id)
        let unit = chronicle.open()
        return (chronicle, unit)
    }

    mutating func open(
        _ party: Party = .support(maria), team: TeamID = team, organisation: OrganisationID = clinic,
        by author: Author = .guest(maria), key: KeyedCommand? = nil
    ) -> CommitUnit {
        add(
            [.opened(Opening(organisation: organisation, team: team, party: party, subject: "Missing report"))],
            by: author, commands: key.map { [$0] } ?? [])
    }

    /// The unit of these facts, and this chronicle as it is after them. Facts without a number change the row alone.
    mutating func add(
        _ facts: [Fact], by author: Author = .guest(maria), at moment: Timestamp = start,
        commands: [KeyedCommand] = [], outbox: [OutboxItem] = []
    ) -> CommitUnit {
        CommitUnit(changes: [change(facts, by: author, at: moment, outbox: outbox)], commands: commands)
    }

    mutating func change(
        _ facts: [Fact], by author: Author = .guest(maria), at moment: Timestamp = start, outbox: [OutboxItem] = []
    ) -> CaseChange {
        var events: [NumberedEvent] = []
        for fact in facts {
            let event = CaseEvent(at: moment, author: author, fact: fact)
            if let audience = fact.audience {
                let numbers = state?.nextNumbers(for: audience) ?? Numbers(forTeam: 1, forGuest: 1)
                events.append(NumberedEvent(numbers: numbers, event: event))
            }
            state = CaseState.evolve(state, event)
        }
        guard let state else { preconditionFailure("a chronicle begins with an opening") }
        defer { version += 1 }
        return CaseChange(
            id: id, expectedVersion: version, publicID: version == 0 ? publicID : nil, events: events, state: state,
            earliestDeadline: due, outbox: outbox)
    }

    mutating func say(_ text: String, by author: Author = .guest(maria), commands: [KeyedCommand] = []) -> CommitUnit {
        add([.messageSent(Message(text: text))], by: author, commands: commands)
    }

    func receipt() throws -> Receipt { Receipt(id: id, heads: Heads(try #require(state))) }
}

extension KeyedCommand {
    static func test(
        _ key: UInt128, fingerprint: UInt64 = 1, author: Author = .guest(Chronicle.maria),
        organisation: OrganisationID = Chronicle.clinic, case id: Int64 = 1, heads: Heads = Heads(team: 1, guest: 1)
    ) -> Self {
        KeyedCommand(
            key: CommandKey(key, fingerprint: fingerprint), author: author, organisation: organisation,
            receipt: Receipt(id: CaseID(id), heads: heads))
    }
}
