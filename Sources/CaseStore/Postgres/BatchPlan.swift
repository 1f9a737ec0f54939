import CaseMachine

/// What a batch comes to, decided in memory on rows that are locked: the units in their order, each on what those before it
/// will have written.
struct BatchPlan {
    /// What a commit asks of a case's row.
    private struct Row {
        var version: Int64
        var heads: Heads
        var isErased: Bool
    }

    fileprivate struct Key: Hashable {
        let organisation: Int64
        let key: [UInt8]
        let author: StoredAuthor
    }

    /// A case's row as it will stand: of several changes, the last.
    struct Write {
        let id: Int64
        /// The change that makes the case; nil for one that is there.
        let making: PreparedUnit.Change?
        var version: Int64
        var heads: Heads
        var state: [UInt8]
        var due: Int64?
        var team: Int64
        var assignee: Int64?
        var isAssigneeAbsent: Bool
        var stage: CaseColumns.Stage
        var isUnread: Bool
    }

    private var rows: [Int64: Row] = [:]
    private var keys: [Key: (fingerprint: Int64, receipt: Receipt)] = [:]
    private var publicIDs: Set<[UInt8]> = []

    private(set) var writes: [Int64: Write] = [:]
    /// Rooms that end with another case, and that no unit has changed.
    private(set) var erasedRooms: [Int64] = []
    private(set) var events: [(case: Int64, event: PreparedUnit.Event)] = []
    private(set) var deleted: [(case: Int64, number: Int64)] = []
    private(set) var guests: [Int64: [Int64]] = [:]
    private(set) var commands: [PreparedUnit.Command] = []
    private(set) var outbox: [(case: Int64, item: OutboxItem)] = []

    // MARK: What is there

    /// id, version, teamHead, guestHead, stage. False for a row that cannot be read.
    mutating func note(row: SQLRow) -> Bool {
        guard let id = row.integer(0), let version = row.integer(1), let team = row.integer(2),
            let guest = row.integer(3), let stage = row.integer(4)
        else { return false }
        rows[id] = Row(
            version: version, heads: Heads(team: team, guest: guest),
            isErased: stage == Int64(CaseColumns.Stage.erased.rawValue))
        return true
    }

    /// A public name that is taken.
    mutating func note(publicID: SQLRow) -> Bool {
        guard let name = publicID.blob(0) else { return false }
        publicIDs.insert(name)
        return true
    }

    /// That this command was decided before: fingerprint, caseID, teamHead, guestHead, from the second column on.
    mutating func note(_ command: PreparedUnit.Command, row: SQLRow) -> Bool {
        guard let fingerprint = row.integer(1), let id = row.integer(2), let team = row.integer(3),
            let guest = row.integer(4)
        else { return false }
        keys[Key(command)] = (fingerprint, Receipt(id: CaseID(id), heads: Heads(team: team, guest: guest)))
        return true
    }

    // MARK: Deciding

    /// As `CommitStatements.store`, and in the same order: keys, then versions.
    mutating func decide(_ unit: PreparedUnit) -> CommitOutcome {
        for (command, index) in zip(unit.commands, 0...) {
            guard let known = keys[Key(command)] else { continue }
            return known.fingerprint == command.fingerprint
                ? .known(index: index, known.receipt) : .keyReused(index: index)
        }
        if let index = unit.repeatedKey { return .keyReused(index: index) }
        guard unit.changes.allSatisfy(fits) else { return .conflict }
        for change in unit.changes { write(change) }
        for command in unit.commands {
            keys[Key(command)] = (command.fingerprint, command.receipt)
            commands.append(command)
        }
        return .stored
    }

    private func fits(_ change: PreparedUnit.Change) -> Bool {
        guard let row = rows[change.id] else {
            return change.publicID.map { !publicIDs.contains($0) } ?? false
        }
        return row.version == change.expectedVersion && row.heads == change.headsBefore && !row.isErased
    }

    private mutating func write(_ change: PreparedUnit.Change) {
        let columns = change.columns
        let making = writes[change.id]?.making ?? (rows[change.id] == nil ? change : nil)
        writes[change.id] = Write(
            id: change.id, making: making, version: change.expectedVersion + 1, heads: change.heads,
            state: change.state, due: change.due, team: columns.team.value, assignee: columns.assignee?.value,
            isAssigneeAbsent: columns.isAssigneeAbsent, stage: columns.stage, isUnread: columns.isUnread)
        rows[change.id] = Row(
            version: change.expectedVersion + 1, heads: change.heads, isErased: columns.stage == .erased)
        if let publicID = change.publicID { publicIDs.insert(publicID) }
        for event in change.events { events.append((change.id, event)) }
        for number in change.deleted { deleted.append((change.id, number)) }
        if let others = change.otherGuests { guests[change.id] = others }
        for room in change.erasedRooms { erase(room) }
        for item in change.outbox { outbox.append((change.id, item)) }
    }

    private mutating func erase(_ room: Int64) {
        guard var row = rows[room], !row.isErased else { return }
        row.version &+= 1
        row.isErased = true
        rows[room] = row
        guard var write = writes[room] else { return erasedRooms.append(room) }
        write.version = row.version
        write.stage = .erased
        (write.due, write.assignee, write.isAssigneeAbsent) = (nil, nil, false)
        writes[room] = write
    }
}

extension BatchPlan.Key {
    fileprivate init(_ command: PreparedUnit.Command) {
        self.init(organisation: command.organisation, key: command.key, author: command.author)
    }
}
