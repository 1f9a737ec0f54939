package import CaseMachine
package import CaseStore
import Synchronization

#if FOYER_MUTANTS
import Mutants
#endif

/// The simulation's store: what the real ones promise, in memory, the same at each run. It does no I/O, reads no clock and
/// never fails by itself; faults are injected around it.
///
/// States and events are kept as the bytes that the others seal, so that every run reads what it wrote in the stored
/// shapes.
package final class MemoryStore: CaseStore {
    package struct Prepared: Sendable {
        fileprivate let unit: CommitUnit
        fileprivate let states: [[UInt8]]
        fileprivate let events: [[[UInt8]]]
    }

    struct EventRow {
        let numbers: Numbers
        let edits: Int64?
        var isDeleted = false
        var body: [UInt8]
    }

    struct CaseRow {
        let publicID: PublicID
        var version: Int64 = 0
        var heads = Heads(team: 0, guest: 0)
        var columns: CaseColumns
        var due: Timestamp?
        var state: [UInt8]
        var events: [EventRow] = []
        /// A case that it was merged into has taken it along.
        var isEndedWithAnother = false

        var isErased: Bool { isEndedWithAnother || columns.stage == .erased }

        var holding: Holding? {
            isErased ? nil : columns.assignee.map { Holding(member: $0, isAbsent: columns.isAssigneeAbsent) }
        }
    }

    /// Whose a case is, and whether its state takes them for absent.
    struct Holding: Hashable {
        let member: MemberID
        let isAbsent: Bool
    }

    /// A case that is due, in the order in which they are.
    struct DuePlace: Comparable {
        let at: Timestamp
        let id: CaseID

        static func < (one: Self, other: Self) -> Bool { (one.at, one.id) < (other.at, other.id) }
    }

    struct KeyRow {
        let name: KeyName
        let fingerprint: UInt64
        let receipt: Receipt
        let at: Timestamp
    }

    struct Node {
        var heardAt: Timestamp
        var members: Set<MemberID>
    }

    struct Contents {
        var cases: [CaseID: CaseRow] = [:]
        /// The ids of `cases`, in their order.
        var order: [CaseID] = []
        // What is asked for again and again would otherwise take a look at every case.
        private(set) var byDue = SortedKeys<DuePlace>()
        private(set) var byHolding: [Holding: SortedKeys<CaseID>] = [:]
        var publicIDs: Set<PublicID> = []
        /// Erased by a commit, and not emptied yet.
        var erasing: Set<CaseID> = []
        var keys: [KeyName: KeyRow] = [:]
        /// In the order in which they were stored.
        var keyOrder: [KeyName] = []
        var outbox: [OutboxRow] = []
        var lastItem: Int64 = 0
        var lastToken: Int64 = 0
        var nodes: [NodeID: Node] = [:]

        fileprivate mutating func enterIndexes(_ id: CaseID, _ row: CaseRow) {
            if let due = row.due { byDue.insert(DuePlace(at: due, id: id)) }
            if let holding = row.holding { byHolding[holding, default: SortedKeys()].insert(id) }
        }

        fileprivate mutating func leaveIndexes(_ id: CaseID, _ row: CaseRow) {
            if let due = row.due { byDue.remove(DuePlace(at: due, id: id)) }
            guard let holding = row.holding else { return }
            byHolding[holding]?.remove(id)
            if byHolding[holding]?.isEmpty == true { byHolding[holding] = nil }
        }
    }

    package let generation: Int64
    let clock: @Sendable () -> Timestamp
    let contents = Mutex(Contents())

    /// The clock says how old a command's key is, and by it leases of the outbox run.
    package init(
        generation: Int64 = 1, clock: @escaping @Sendable () -> Timestamp = { Timestamp(milliseconds: 0) }
    ) {
        self.generation = generation
        self.clock = clock
    }

    package func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<Prepared, CaseTrouble>] {
        units.map { unit in
            if let fault = unit.fault { return .failure(.unreadable(fault)) }
            return .success(
                Prepared(
                    unit: unit, states: unit.changes.map(\.state.packed),
                    events: unit.changes.map { $0.events.map(\.event.packed) }))
        }
    }

    package func commit(_ units: [Prepared]) throws(StoreError) -> [CommitOutcome] {
        let now = clock()
        return contents.withLock { contents in units.map { contents.store($0, at: now) } }
    }

    package func answer(to name: KeyName, fingerprint: UInt64) throws(StoreError) -> KeyAnswer {
        contents.withLock { contents in
            guard let known = contents.keys[name] else { return .new }
            return known.fingerprint == fingerprint ? .known(known.receipt) : .reused
        }
    }

    package func finishErasing(limit: Int) throws(StoreError) -> Int {
        contents.withLock { contents in
            for id in contents.erasing.sorted().prefix(max(0, limit)) {
                contents.erasing.remove(id)
                contents.cases[id]?.events = []
                contents.cases[id]?.state = []
                contents.outbox.removeAll { $0.pending.caseID == id }
            }
            return contents.erasing.count
        }
    }

    package func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        contents.withLock { contents in
            let old = contents.keyOrder.prefix(max(0, limit)).prefix { name in
                contents.keys[name].map { $0.at < moment } ?? true
            }
            for name in old { contents.keys[name] = nil }
            contents.keyOrder.removeFirst(old.count)
            return old.count
        }
    }

    /// As if somebody had changed the stored state's bytes.
    package func replaceState(of id: CaseID, by bytes: [UInt8]) {
        contents.withLock { $0.cases[id]?.state = bytes }
    }

    /// As if somebody had changed an event's bytes.
    package func replaceEvent(_ number: Int64, of id: CaseID, by bytes: [UInt8]) {
        contents.withLock { contents in
            guard let events = contents.cases[id]?.events, events.indices.contains(Int(number) - 1) else { return }
            contents.cases[id]?.events[Int(number) - 1].body = bytes
        }
    }
}

extension MemoryStore.Contents {
    fileprivate mutating func store(_ prepared: MemoryStore.Prepared, at now: Timestamp) -> CommitOutcome {
        let unit = prepared.unit
        for (index, command) in unit.commands.enumerated() {
            guard let known = keys[command.name] else { continue }
            guard known.fingerprint == command.key.fingerprint else { return .keyReused(index: index) }
            return .known(index: index, known.receipt)
        }
        if let index = unit.repeatedKey { return .keyReused(index: index) }
        guard unit.changes.allSatisfy(fits) else { return .conflict }
        for (change, index) in zip(unit.changes, 0...) {
            write(change, state: prepared.states[index], events: prepared.events[index])
        }
        for command in unit.commands {
            let name = command.name
            keys[name] = MemoryStore.KeyRow(
                name: name, fingerprint: command.key.fingerprint, receipt: command.receipt, at: now)
            keyOrder.append(name)
        }
        return .stored
    }

    private func fits(_ change: CaseChange) -> Bool {
        guard let row = cases[change.id] else {
            return change.publicID.map { !publicIDs.contains($0) } ?? false
        }
        #if FOYER_MUTANTS
        if Mutants.isPlanted(.versionNotCompared) { return change.headsBefore == row.heads }
        #endif
        return change.expectedVersion == row.version && change.headsBefore == row.heads && !row.isErased
    }

    private mutating func write(_ change: CaseChange, state: [UInt8], events: [[UInt8]]) {
        let columns = CaseColumns(change.state)
        if let publicID = change.publicID { create(change.id, publicID, columns) }
        guard var row = cases.removeValue(forKey: change.id) else { return }
        leaveIndexes(change.id, row)
        row.version = change.expectedVersion + 1
        row.heads = Heads(change.state)
        row.columns = columns
        row.due = columns.stage == .erased ? nil : change.earliestDeadline
        row.state = state
        for (event, body) in zip(change.events, events) {
            row.events.append(MemoryStore.EventRow(numbers: event.numbers, edits: event.event.edits, body: body))
        }
        for target in change.events.compactMap(\.event.deletes) {
            for index in row.events.indices
            where row.events[index].numbers.forTeam == target || row.events[index].edits == target {
                row.events[index].isDeleted = true
            }
        }
        if columns.stage == .erased { erasing.insert(change.id) }
        enterIndexes(change.id, row)
        cases[change.id] = row
        for room in change.events.flatMap(\.event.erases) { erase(room) }
        for item in change.outbox {
            lastItem += 1
            outbox.append(MemoryStore.OutboxRow(pending: PendingItem(id: lastItem, caseID: change.id, item: item)))
        }
    }

    private mutating func erase(_ room: CaseID) {
        guard var row = cases[room], !row.isErased else { return }
        leaveIndexes(room, row)
        row.version += 1
        row.isEndedWithAnother = true
        row.due = nil
        cases[room] = row
        erasing.insert(room)
    }

    private mutating func create(_ id: CaseID, _ publicID: PublicID, _ columns: CaseColumns) {
        cases[id] = MemoryStore.CaseRow(publicID: publicID, columns: columns, state: [])
        publicIDs.insert(publicID)
        order.insert(id, at: order.firstIndex(notBefore: id))
    }
}
