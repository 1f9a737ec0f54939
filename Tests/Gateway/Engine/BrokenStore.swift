import CaseMachine
import CaseStore
import Simulation

/// A store whose disk fails at each commit, after it was written: whether it is there, nobody can say.
final class BrokenStore: CaseStore {
    private let store: MemoryStore

    init(_ store: MemoryStore) { self.store = store }

    func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<MemoryStore.Prepared, CaseTrouble>] {
        try store.prepare(units)
    }

    func commit(_ units: [MemoryStore.Prepared]) throws(StoreError) -> [CommitOutcome] {
        _ = try store.commit(units)
        throw .fatal("the disk has failed")
    }

    func finishErasing(limit: Int) throws(StoreError) -> Int { try store.finishErasing(limit: limit) }

    func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] { try store.load(cases) }

    func load(named name: PublicID) throws(StoreError) -> Result<LoadedCase, CaseTrouble> {
        try store.load(named: name)
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
        try store.events(of: id, for: reader, after: number, limit: limit)
    }

    func guestNumber(of id: CaseID, atOrBefore teamNumber: Int64) throws(StoreError) -> Int64 {
        try store.guestNumber(of: id, atOrBefore: teamNumber)
    }

    func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        try store.list(list, after: id, limit: limit)
    }

    func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64] { try store.versions(of: cases) }

    func versions(in list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedVersion] {
        try store.versions(in: list, after: id, limit: limit)
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
