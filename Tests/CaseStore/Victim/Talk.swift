import CaseMachine
import CaseStore

/// A house in which guests write messages of usual length to their cases, each in its turn.
struct Talk<Store: CaseStore> where Store.Prepared == PreparedUnit {
    let store: Store
    private let policy = Policy()
    private var states: [CaseState?]
    private var versions: [Int64]
    private var next = 0
    private var keys: UInt128 = 0

    init(_ store: Store, cases: Int) {
        self.store = store
        states = Array(repeating: nil, count: cases)
        versions = Array(repeating: 0, count: cases)
    }

    mutating func open(besides bare: BareInsert?) throws {
        while let first = states.firstIndex(where: { $0 == nil }) {
            let units = (first..<min(first + 1024, states.count)).map { unit($0, opening($0)) }
            let prepared = try store.prepare(units).map { try $0.get() }
            _ = try store.commit(prepared)
            try bare?.insert(prepared)
            // The first message makes the case unread, which happens once.
            let hello = (first..<min(first + 1024, states.count)).map { unit($0, .messageSent(Message(text: "Hello"))) }
            let greeted = try store.prepare(hello).map { try $0.get() }
            _ = try store.commit(greeted)
            try bare?.insert(greeted)
        }
    }

    /// Messages to `count` different cases, spread over all of them.
    mutating func messages(_ count: Int) throws -> [PreparedUnit] {
        try store.prepare(unprepared(count)).map { try $0.get() }
    }

    mutating func unprepared(_ count: Int) -> [CommitUnit] {
        var units: [CommitUnit] = []
        for _ in 0..<count {
            // A prime far from the number of cases: neighbours in time are strangers on disk.
            next = (next + 7919) % states.count
            let text = String(repeating: "It hurts since yesterday. ", count: 4)
            units.append(unit(next, .messageSent(Message(text: text))))
        }
        return units
    }

    private func opening(_ index: Int) -> Fact {
        .opened(
            Opening(
                organisation: OrganisationID(1), team: TeamID(Int64(index % 10)),
                party: .support(GuestID(Int64(index))),
                subject: "Missing report"))
    }

    private mutating func unit(_ index: Int, _ fact: Fact) -> CommitUnit {
        let id = CaseID(Int64(index) + 1)
        let author = Author.guest(GuestID(Int64(index)))
        keys += 1
        let at = Timestamp(milliseconds: 1_700_000_000_000 + Int64(truncatingIfNeeded: keys))
        let event = CaseEvent(at: at, author: author, fact: fact)
        let numbers = states[index]?.nextNumbers(for: .everyone) ?? Numbers(forTeam: 1, forGuest: 1)
        guard let state = CaseState.evolve(states[index], event) else { preconditionFailure("not an opening") }
        states[index] = state
        defer { versions[index] += 1 }
        // The time before the random part, as in UUID version 7.
        let name = UInt128(UInt64(truncatingIfNeeded: keys)) << 64 | UInt128(UInt64.random(in: 0 ... .max))
        return CommitUnit(
            changes: [
                CaseChange(
                    id: id, expectedVersion: versions[index], publicID: versions[index] == 0 ? PublicID(name) : nil,
                    events: [NumberedEvent(numbers: numbers, event: event)], state: state,
                    earliestDeadline: state.earliestDeadline(under: policy)?.at)
            ],
            commands: [
                KeyedCommand(
                    key: CommandKey(name, fingerprint: .random(in: 0 ... .max)), author: author,
                    organisation: OrganisationID(1), receipt: Receipt(id: id, heads: Heads(state)))
            ])
    }
}

extension Talk<SQLiteStore> {
    init(_ path: String, cases: Int, _ settings: SQLiteStore.Settings = SQLiteStore.Settings()) throws {
        let directory = DataDirectory(path: path)
        let vault = try Vault.open(directory, missingMasterKey: .generate)
        self.init(try SQLiteStore(directory, vault, settings), cases: cases)
    }
}

extension Talk<PostgresStore> {
    /// The keys are in `path`.
    init(_ url: String, keys path: String, cases: Int) throws {
        let vault = try Vault.open(DataDirectory(path: path), missingMasterKey: .generate)
        self.init(try PostgresStore(PostgresURL(url), vault), cases: cases)
    }
}
