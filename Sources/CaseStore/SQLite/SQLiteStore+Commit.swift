import CaseMachine
import GRDB
import Synchronization

extension SQLiteStore {
    package func commit(_ units: [Prepared]) throws(StoreError) -> [CommitOutcome] {
        guard !units.isEmpty else { return [] }
        return try rowHints.withLock { (hints: inout RowHints) throws(StoreError) in
            do throws(StoreError) {
                return try write { db in
                    let statements = try CommitStatements(db)
                    var outcomes: [CommitOutcome] = []
                    outcomes.reserveCapacity(units.count)
                    for unit in units {
                        outcomes.append(try statements.store(unit, &hints))
                        if outcomes.count == 1 { settings.reached?(.amidUnits) }
                    }
                    return outcomes
                }
            } catch {
                hints.forget()
                throw error
            }
        }
    }
}

/// The statements of a commit.
///
/// Everything is looked at before anything of a unit is written: what then fails is not a conflict but damage, so that no
/// unit has to be undone alone (a savepoint would copy every page that it touches). Only where a hint says that looking
/// will find what is expected, writing comes first, and what was written of the keys is taken back if it was not so.
struct CommitStatements {
    private let findKey: HotStatement
    private let findCase: HotStatement
    private let findPublicID: HotStatement
    private let insertCase: HotStatement
    private let updateState: HotStatement
    private let updateDue: HotStatement
    private let updateUnread: HotStatement
    private let updateAll: HotStatement
    private let insertEvent: HotStatement
    private let markDeleted: HotStatement
    private let forgetGuests: HotStatement
    private let insertGuest: HotStatement
    private let eraseRoom: HotStatement
    private let insertKey: HotStatement
    private let deleteKey: HotStatement
    private let insertItem: HotStatement

    init(_ db: Database) throws {
        findKey = try HotStatement(db, CommitSQL.findKey)
        findCase = try HotStatement(db, CommitSQL.findCase)
        findPublicID = try HotStatement(db, CommitSQL.findPublicID)
        insertCase = try HotStatement(db, CommitSQL.insertCase)
        updateState = try HotStatement(db, CommitSQL.updateState)
        updateDue = try HotStatement(db, CommitSQL.updateDue)
        updateUnread = try HotStatement(db, CommitSQL.updateUnread)
        updateAll = try HotStatement(db, CommitSQL.updateAll)
        insertEvent = try HotStatement(db, CommitSQL.insertEvent)
        markDeleted = try HotStatement(db, CommitSQL.markDeleted)
        forgetGuests = try HotStatement(db, CommitSQL.forgetGuests)
        insertGuest = try HotStatement(db, CommitSQL.insertGuest)
        eraseRoom = try HotStatement(db, CommitSQL.eraseRoom)
        insertKey = try HotStatement(db, CommitSQL.insertKey)
        deleteKey = try HotStatement(db, CommitSQL.deleteKey)
        insertItem = try HotStatement(db, CommitSQL.insertItem)
    }

    func store(_ unit: PreparedUnit, _ hints: inout RowHints) throws -> CommitOutcome {
        if try storeByHint(unit, &hints) { return .stored }
        for (command, index) in zip(unit.commands, 0...) {
            guard let known = try find(command) else { continue }
            return known.fingerprint == command.fingerprint
                ? .known(index: index, known.receipt) : .keyReused(index: index)
        }
        if let index = unit.repeatedKey { return .keyReused(index: index) }
        var updates: [Update] = []
        for change in unit.changes {
            guard let update = try update(for: change) else { return .conflict }
            updates.append(update)
        }
        for (change, update) in zip(unit.changes, updates) {
            guard try writeRow(change, update) > 0 else {
                throw StoreError.fatal("Damaged: the row of case \(change.id) was there, and cannot be written.")
            }
            try writeRest(change)
            hints.note(change)
        }
        for command in unit.commands { try insert(command) }
        return .stored
    }

    /// The usual unit: a case that this process wrote last, and keys that are new. False if it is another one; then
    /// nothing of it is written.
    private func storeByHint(_ unit: PreparedUnit, _ hints: inout RowHints) throws -> Bool {
        guard unit.changes.count == 1, let change = unit.changes.first, unit.repeatedKey == nil,
            let update = hints[change.id]?.update(for: change)
        else { return false }
        var keys: [Int64] = []
        for command in unit.commands {
            guard try insert(command) > 0 else {
                try takeBack(keys)
                return false
            }
            keys.append(insertKey.lastRowID)
        }
        guard try writeRow(change, update) > 0 else {
            try takeBack(keys)
            return false
        }
        try writeRest(change)
        hints.note(change)
        return true
    }

    private func takeBack(_ keys: [Int64]) throws {
        for key in keys {
            deleteKey.bind(1, key)
            try deleteKey.run()
        }
    }

    private func find(_ command: PreparedUnit.Command) throws -> (fingerprint: Int64, receipt: Receipt)? {
        findKey.bind(1, command.organisation)
        findKey.bind(2, command.key)
        findKey.bind(3, Int64(command.author.kind))
        findKey.bind(4, command.author.number)
        return try findKey.first { row in
            let heads = Heads(team: row.integer(2), guest: row.integer(3))
            return (row.integer(0), Receipt(id: .init(row.integer(1)), heads: heads))
        }
    }

    /// How the row has to be written.
    enum Update {
        case insert
        case state
        case due
        case unread
        case all
    }

    /// Nil for a conflict.
    private func update(for change: PreparedUnit.Change) throws -> Update? {
        findCase.bind(1, change.id)
        let found = try findCase.first { row -> Update? in
            guard row.integer(0) == change.expectedVersion, row.integer(1) == change.headsBefore.team,
                row.integer(2) == change.headsBefore.guest,
                row.integer(3) != Int64(CaseColumns.Stage.erased.rawValue)
            else { return nil }
            let columns = change.columns
            guard row.integer(3) == Int64(columns.stage.rawValue), row.integer(5) == columns.team.value,
                row.optional(6) == columns.assignee?.value, (row.integer(7) != 0) == columns.isAssigneeAbsent
            else { return .all }
            guard (row.integer(8) != 0) == columns.isUnread else { return .unread }
            return row.optional(4) == change.due ? .state : .due
        }
        if let found { return found }
        guard let publicID = change.publicID else { return nil }
        findPublicID.bind(1, publicID)
        return try findPublicID.first { _ in true } == nil ? .insert : nil
    }

    /// How many rows it has changed: none if the row is not the one that was decided on.
    private func writeRow(_ change: PreparedUnit.Change, _ update: Update) throws -> Int {
        switch update {
        case .insert: return try insert(change)
        case .state: return try overwrite(updateState, change)
        case .due:
            updateDue.bind(5, change.due)
            return try overwrite(updateDue, change)
        case .unread:
            updateUnread.bind(5, change.due)
            updateUnread.bind(10, change.columns.isUnread)
            return try overwrite(updateUnread, change)
        case .all:
            bindLists(updateAll, change)
            return try overwrite(updateAll, change)
        }
    }

    private func writeRest(_ change: PreparedUnit.Change) throws {
        for event in change.events {
            insertEvent.bind(1, change.id)
            insertEvent.bind(2, event.number)
            insertEvent.bind(3, event.guestNumber)
            insertEvent.bind(4, event.edits)
            insertEvent.bind(5, event.body)
            try insertEvent.run()
        }
        for number in change.deleted {
            markDeleted.bind(1, change.id)
            markDeleted.bind(2, number)
            try markDeleted.run()
        }
        if let guests = change.otherGuests { try replaceGuests(of: change.id, by: guests) }
        for room in change.erasedRooms {
            eraseRoom.bind(1, room)
            try eraseRoom.run()
        }
        for item in change.outbox {
            insertItem.bind(1, change.id)
            insertItem.bind(2, Int64(item.kind.rawValue))
            insertItem.bind(3, item.number)
            insertItem.bind(4, item.due.milliseconds)
            try insertItem.run()
        }
    }

    private func replaceGuests(of id: Int64, by guests: [Int64]) throws {
        forgetGuests.bind(1, id)
        try forgetGuests.run()
        for guest in guests {
            insertGuest.bind(1, guest)
            insertGuest.bind(2, id)
            try insertGuest.run()
        }
    }

    private func insert(_ change: PreparedUnit.Change) throws -> Int {
        guard let publicID = change.publicID else { return 0 }
        bindLists(insertCase, change)
        insertCase.bind(13, publicID)
        insertCase.bind(14, change.columns.organisation.value)
        insertCase.bind(15, Int64(change.columns.kind.rawValue))
        insertCase.bind(16, change.columns.party)
        return try run(insertCase, change)
    }

    private func bindLists(_ statement: HotStatement, _ change: PreparedUnit.Change) {
        let columns = change.columns
        statement.bind(5, change.due)
        statement.bind(6, columns.team.value)
        statement.bind(7, columns.assignee?.value)
        statement.bind(8, columns.isAssigneeAbsent)
        statement.bind(9, Int64(columns.stage.rawValue))
        statement.bind(10, columns.isUnread)
        statement.bind(11, columns.stage == .erased)
    }

    /// Of the row that was decided on, and of no other.
    private func overwrite(_ statement: HotStatement, _ change: PreparedUnit.Change) throws -> Int {
        statement.bind(13, change.expectedVersion)
        return try run(statement, change)
    }

    private func run(_ statement: HotStatement, _ change: PreparedUnit.Change) throws -> Int {
        statement.bind(1, change.expectedVersion + 1)
        statement.bind(2, change.heads.team)
        statement.bind(3, change.heads.guest)
        statement.bind(4, change.state)
        statement.bind(12, change.id)
        return try statement.run()
    }

    /// How many it has inserted: none if there is a command of this key.
    @discardableResult private func insert(_ command: PreparedUnit.Command) throws -> Int {
        insertKey.bind(1, command.organisation)
        insertKey.bind(2, command.key)
        insertKey.bind(3, Int64(command.author.kind))
        insertKey.bind(4, command.author.number)
        insertKey.bind(5, command.fingerprint)
        insertKey.bind(6, command.receipt.id.value)
        insertKey.bind(7, command.receipt.heads.team)
        insertKey.bind(8, command.receipt.heads.guest)
        insertKey.bind(9, command.at)
        return try insertKey.run()
    }
}
