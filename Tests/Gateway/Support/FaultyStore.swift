import CaseMachine
import CaseStore
import Foundation
import Synchronization

/// A store that fails, or lets one wait, when it is told to.
final class FaultyStore<Store: CaseStore>: CaseStore {
    struct Faults {
        var cannotLoad = false
        var cannotReadEvents = false
        var cannotCommit = false
        /// A commit is written, and then the disk fails: whether it is there, nobody can say.
        var failsAfterCommit = false
        /// What came of a letter cannot be written down.
        var cannotFinish = false
        /// Loads with one of these among them fail, so many times from now on.
        var failingLoads: [CaseID: Int] = [:]
        /// Of these the bytes were changed.
        var poisoned: Set<CaseID> = []
        /// What has been read is kept back until this is taken away: others are faster.
        var held: Set<Read> = []
        /// Reads that are being kept back.
        fileprivate(set) var waiting = 0
    }

    enum Read {
        case byNumber, byName, events, lists
    }

    private let store: Store
    private let faults = Mutex(Faults())

    init(_ store: Store) { self.store = store }

    func set(_ change: (inout Faults) -> Void) { faults.withLock { change(&$0) } }

    private func check(_ isAway: (Faults) -> Bool) throws(StoreError) {
        if faults.withLock({ isAway($0) }) { throw .unavailable("told to fail") }
    }

    var waiting: Int { faults.withLock(\.waiting) }

    private func hold(_ read: Read) {
        guard faults.withLock({ $0.held.contains(read) }) else { return }
        faults.withLock { $0.waiting += 1 }
        while faults.withLock({ $0.held.contains(read) }) { Thread.sleep(forTimeInterval: 0.002) }
        faults.withLock { $0.waiting -= 1 }
    }

    private func poison(_ found: Result<LoadedCase, CaseTrouble>) -> Result<LoadedCase, CaseTrouble> {
        found.flatMap { found in
            faults.withLock { $0.poisoned.contains(found.id) } ? .failure(.unreadable("poisoned")) : .success(found)
        }
    }

    func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<Store.Prepared, CaseTrouble>] {
        try store.prepare(units)
    }

    func commit(_ units: [Store.Prepared]) throws(StoreError) -> [CommitOutcome] {
        try check(\.cannotCommit)
        let outcomes = try store.commit(units)
        if faults.withLock(\.failsAfterCommit) { throw .fatal("the disk has failed") }
        return outcomes
    }

    func finishErasing(limit: Int) throws(StoreError) -> Int { try store.finishErasing(limit: limit) }

    func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        try check(\.cannotLoad)
        let fails = faults.withLock { faults in
            guard let id = cases.first(where: { faults.failingLoads[$0, default: 0] > 0 }) else { return false }
            faults.failingLoads[id, default: 0] -= 1
            return true
        }
        if fails { throw .unavailable("told to fail") }
        let found = try store.load(cases).map(poison)
        hold(.byNumber)
        return found
    }

    func load(named names: [PublicID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        try check(\.cannotLoad)
        let found = try store.load(named: names).map(poison)
        hold(.byName)
        return found
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
        let page = try store.events(of: id, for: reader, after: number, limit: limit)
        hold(.events)
        return page
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
        let versions = try store.versions(in: list, after: id, limit: limit)
        hold(.lists)
        return versions
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

    func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        try store.forgetKeys(olderThan: moment, limit: limit)
    }

    var generation: Int64 { store.generation }
}

extension FaultyStore {
    func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem] {
        try store.outbox(after: id, limit: limit)
    }

    func leaseOutbox(limit: Int, for duration: Duration, at now: Timestamp) throws(StoreError) -> [LeasedItem] {
        try store.leaseOutbox(limit: limit, for: duration, at: now)
    }

    func beginAttempt(_ item: LeasedItem, for duration: Duration) throws(StoreError) -> Bool {
        try store.beginAttempt(item, for: duration)
    }

    func finish(_ item: LeasedItem, _ outcome: LetterOutcome, at now: Timestamp) throws(StoreError) -> Bool {
        try check(\.cannotFinish)
        return try store.finish(item, outcome, at: now)
    }

    func split(_ item: LeasedItem, among members: [MemberID]) throws(StoreError) -> Bool {
        try store.split(item, among: members)
    }

    func report(_ report: LetterReport, of reference: String, at now: Timestamp) throws(StoreError) -> [CaseID] {
        try store.report(report, of: reference, at: now)
    }

    func letters(of id: CaseID, limit: Int) throws(StoreError) -> [LetterRecord] {
        try store.letters(of: id, limit: limit)
    }

    func failedLetters(
        of organisation: OrganisationID, before id: Int64?, limit: Int
    ) throws(StoreError) -> [LetterRecord] {
        try store.failedLetters(of: organisation, before: id, limit: limit)
    }

    func sendAgain(_ id: Int64, in organisation: OrganisationID, at now: Timestamp) throws(StoreError) -> CaseID? {
        try store.sendAgain(id, in: organisation, at: now)
    }

    func forgetLetters(finishedBefore moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        try store.forgetLetters(finishedBefore: moment, limit: limit)
    }
}
