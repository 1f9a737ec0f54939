import GRDB
import GRDBSQLite

/// A statement of the commit, driven by SQLite's own interface: GRDB's takes each argument through an existential and a
/// `Data`, which is measured to cost more than 10 % of a large batch (docs/store.md).
///
/// GRDB compiles it and keeps it for the connection's life. What is bound stays bound until it is bound anew, so that
/// every use binds all.
struct HotStatement {
    private let owner: Statement
    private var statement: OpaquePointer { owner.sqliteStatement }

    init(_ db: Database, _ sql: String) throws {
        owner = try db.cachedStatement(sql: sql)
    }

    func bind(_ index: CInt, _ value: Int64) { sqlite3_bind_int64(statement, index, value) }
    func bind(_ index: CInt, _ flag: Bool) { sqlite3_bind_int64(statement, index, flag ? 1 : 0) }

    func bind(_ index: CInt, _ value: Int64?) {
        if let value { bind(index, value) } else { sqlite3_bind_null(statement, index) }
    }

    /// SQLite copies the bytes, which costs less than keeping them in place up to the step.
    func bind(_ index: CInt, _ bytes: [UInt8]) {
        sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), Self.transient)
    }

    static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    /// Runs it to its end; how many rows it changed.
    @discardableResult func run() throws -> Int {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else { throw failure(code) }
        return Int(sqlite3_changes(sqlite3_db_handle(statement)))
    }

    /// The first row, if there is one; it can be read within `body`.
    func first<Row>(_ body: (borrowing HotRow) -> Row) throws -> Row? {
        defer { sqlite3_reset(statement) }
        switch sqlite3_step(statement) {
        case SQLITE_ROW: return body(HotRow(statement: statement))
        case SQLITE_DONE: return nil
        case let code: throw failure(code)
        }
    }

    private func failure(_ code: CInt) -> DatabaseError {
        let connection = sqlite3_db_handle(statement)
        return DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: connection.flatMap(sqlite3_errmsg).map { String(cString: $0) })
    }
}

/// A row while its statement stands on it. Its tables are STRICT, and a column of another type reads as 0.
struct HotRow: ~Copyable {
    fileprivate let statement: OpaquePointer

    func integer(_ index: CInt) -> Int64 { sqlite3_column_int64(statement, index) }

    func optional(_ index: CInt) -> Int64? {
        sqlite3_column_type(statement, index) == SQLITE_NULL ? nil : integer(index)
    }
}
