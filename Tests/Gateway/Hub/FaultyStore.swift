import CaseMachine
import CaseStore
import Synchronization

/// A store that fails when it is told to.
final class FaultyStore: CaseStore {
    struct Faults {
        var cannotLoad = false
        var cannotReadEvents = false
        var cannotCommit = false
        /// Of these the bytes were changed.
        var poisoned: Set<CaseID> = []
    }

    private let store: SQLiteStore
    private let faults = Mutex(Faults())

    init(_ store: SQLiteStore) { self.store = store }

    func set(_ change: (inout Faults) -> Void) { faults.withLock { change(&$0) } }

    private func check(_ isAway: (Faults) -> Bool) throws(StoreError) {
        if faults.withLock({ isAway($0) }) { throw .unavailable("told to fail") }
    }

    private func poison(_ found: Result<LoadedCase, CaseTrouble>) -> Result<LoadedCase, CaseTrouble> {
        found.flatMap { found in
            faults.withLock { $0.poisoned.contains(found.id) } ? .failure(.unreadable("poisoned")) : .success(found)
        }
    }

    func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<SQLiteStore.Prepared, CaseTrouble>] {
        try store.prepare(units)
    }

    func commit(_ units: [SQLiteStore.Prepared]) throws(StoreError) -> [CommitOutcome] {
        try check(\.cannotCommit)
        return try store.commit(units)
    }

    func finishErasing(limit: Int) throws(StoreError) -> Int { try store.finishErasing(limit: limit) }

    func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        try check(\.cannotLoad)
        return try store.load(cases).map(poison)
    }

    func load(named name: PublicID) throws(StoreError) -> Result<LoadedCase, CaseTrouble> {
        try check(\.cannotLoad)
        return poison(try store.load(named: name))
    }

    func answer(to name: KeyName, fingerprint: UInt64) throws(StoreError) -> KeyAnswer {
        try store.answer(to: name, fingerprint: fingerprint)
    }

    func event(
        _ number: Int64, of id: CaseID, for reader: Side
    ) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        try store.event(number, of: id, for: reader)
    }

    func events(
        of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble> {
        try check(\.cannotReadEvents)
        return try store.events(of: id, for: reader, after: number, limit: limit)
    }

    func guestNumber(of id: CaseID, atOrBefore teamNumber: Int64) throws(StoreError) -> Int64 {
        try store.guestNumber(of: id, atOrBefore: teamNumber)
    }

    func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        try store.list(list, after: id, limit: limit)
    }

    func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64] { try store.versions(of: cases) }

    func versions(in list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedVersion] {
        try check(\.cannotLoad)
        return try store.versions(in: list, after: id, limit: limit)
    }

    func due(at now: Timestamp, after last: DueCase?, limit: Int) throws(StoreError) -> [DueCase] {
        try store.due(at: now, after: last, limit: limit)
    }

    func openCases(of team: TeamID, after id: CaseID?, limit: Int) throws(StoreError) -> [CaseID] {
        try store.openCases(of: team, after: id, limit: limit)
    }

    func heartbeat(_ node: NodeID, members: Set<MemberID>?, at now: Timestamp) throws(StoreError) {
        try store.heartbeat(node, members: members, at: now)
    }

    func strayAssignments(
        heardSince moment: Timestamp, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [StrayAssignment] {
        try store.strayAssignments(heardSince: moment, after: id, limit: limit)
    }

    func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem] {
        try store.outbox(after: id, limit: limit)
    }

    func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        try store.forgetKeys(olderThan: moment, limit: limit)
    }

    var generation: Int64 { store.generation }
}
