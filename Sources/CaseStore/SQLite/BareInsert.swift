import CaseMachine
import GRDB
import GRDBSQLite

/// What the disk and SQLite allow: the store's own rows, prepared and sealed, into the same tables and indexes under the
/// same settings, by a loop that checks nothing: no key is looked up, and no outcome looked at. Of a case's row it writes
/// what every commit changes. `foyer bench engine` measures the store against it.
package final class BareInsert {
    private let connection: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]
    private var written: [Int64: (columns: CaseColumns, due: Int64?)] = [:]

    /// Makes a database of its own at `path`, where there must be none.
    package init(path: String, _ settings: SQLiteStore.Settings = SQLiteStore.Settings()) throws(StoreError) {
        try DatabaseFile(path: path).provide(hasKeys: false)
        var connection: OpaquePointer?
        let code = sqlite3_open_v2(path, &connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let connection else {
            sqlite3_close(connection)
            throw SQLiteFailure.storeError(code, "it cannot be opened", path)
        }
        self.connection = connection
        try execute("PRAGMA journal_mode = WAL")
        for pragma in SQLiteStore.writerPragmas(settings) { try execute(pragma) }
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(connection)
    }

    /// From here on `SyncCounter` counts what this makes durable.
    package func countSyncs() { SyncCounter.install(on: connection) }

    /// One transaction.
    package func insert(_ units: [PreparedUnit]) throws(StoreError) {
        try execute("BEGIN IMMEDIATE")
        for unit in units {
            for change in unit.changes { try insert(change) }
            for command in unit.commands { try insert(command) }
        }
        try execute("COMMIT")
    }

    private func insert(_ change: PreparedUnit.Change) throws(StoreError) {
        let row = try statement(sql(for: change))
        written[change.id] = (change.columns, change.due)
        sqlite3_bind_int64(row, 1, change.expectedVersion + 1)
        sqlite3_bind_int64(row, 2, change.heads.team)
        sqlite3_bind_int64(row, 3, change.heads.guest)
        bind(row, 4, change.state)
        // A statement that has no such argument takes no notice.
        bind(row, 5, change.due)
        sqlite3_bind_int64(row, 6, change.columns.team.value)
        bind(row, 7, change.columns.assignee?.value)
        sqlite3_bind_int64(row, 8, change.columns.isAssigneeAbsent ? 1 : 0)
        sqlite3_bind_int64(row, 9, Int64(change.columns.stage.rawValue))
        sqlite3_bind_int64(row, 10, change.columns.isUnread ? 1 : 0)
        sqlite3_bind_int64(row, 11, 0)
        sqlite3_bind_int64(row, 12, change.id)
        sqlite3_bind_int64(row, 13, change.expectedVersion)
        if let publicID = change.publicID {
            bind(row, 13, publicID)
            sqlite3_bind_int64(row, 14, change.columns.organisation.value)
            sqlite3_bind_int64(row, 15, Int64(change.columns.kind.rawValue))
            sqlite3_bind_int64(row, 16, change.columns.party)
        }
        try run(row)
        for event in change.events {
            let row = try statement(CommitSQL.insertEvent)
            sqlite3_bind_int64(row, 1, change.id)
            sqlite3_bind_int64(row, 2, event.number)
            bind(row, 3, event.guestNumber)
            bind(row, 4, event.edits)
            bind(row, 5, event.body)
            try run(row)
        }
        for item in change.outbox {
            let row = try statement(CommitSQL.insertItem)
            sqlite3_bind_int64(row, 1, change.id)
            sqlite3_bind_int64(row, 2, Int64(item.kind.rawValue))
            sqlite3_bind_int64(row, 3, item.number)
            sqlite3_bind_int64(row, 4, item.due.milliseconds)
            try run(row)
        }
    }

    private func sql(for change: PreparedUnit.Change) -> String {
        guard change.publicID == nil, let before = written[change.id] else { return CommitSQL.insertCase }
        guard before.columns == change.columns else { return CommitSQL.updateAll }
        return before.due == change.due ? CommitSQL.updateState : CommitSQL.updateDue
    }

    private func insert(_ command: PreparedUnit.Command) throws(StoreError) {
        let row = try statement(CommitSQL.insertKey)
        sqlite3_bind_int64(row, 1, command.organisation)
        bind(row, 2, command.key)
        sqlite3_bind_int64(row, 3, Int64(command.author.kind))
        sqlite3_bind_int64(row, 4, command.author.number)
        sqlite3_bind_int64(row, 5, command.fingerprint)
        sqlite3_bind_int64(row, 6, command.receipt.id.value)
        sqlite3_bind_int64(row, 7, command.receipt.heads.team)
        sqlite3_bind_int64(row, 8, command.receipt.heads.guest)
        sqlite3_bind_int64(row, 9, command.at)
        try run(row)
    }

    private func statement(_ sql: String) throws(StoreError) -> OpaquePointer {
        if let known = statements[sql] { return known }
        var statement: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        guard code == SQLITE_OK, let statement else { throw failure(code) }
        statements[sql] = statement
        return statement
    }

    private func bind(_ statement: OpaquePointer, _ index: CInt, _ value: Int64?) {
        if let value { sqlite3_bind_int64(statement, index, value) } else { sqlite3_bind_null(statement, index) }
    }

    private func bind(_ statement: OpaquePointer, _ index: CInt, _ bytes: [UInt8]) {
        sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), HotStatement.transient)
    }

    private func run(_ statement: OpaquePointer) throws(StoreError) {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw failure(code) }
    }

    private func execute(_ sql: String) throws(StoreError) {
        let code = sqlite3_exec(connection, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: CInt) -> StoreError {
        SQLiteFailure.storeError(code, String(cString: sqlite3_errmsg(connection)), "the reference")
    }
}
