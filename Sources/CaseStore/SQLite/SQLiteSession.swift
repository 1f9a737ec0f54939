import GRDB
import GRDBSQLite

/// A transaction on a SQLite connection. Statements are compiled once for a connection, by GRDB, and driven by SQLite's own
/// interface, which reads a text to its end: GRDB's reads it up to its first NUL, behind which somebody could hide some.
struct SQLiteSession: SQLSession {
    private let db: Database

    init(_ db: Database) { self.db = db }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try eachRow(sql, arguments) { rows.append($0) }
        return rows
    }

    func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try eachRow(sql, arguments) { _ in }
        return db.changesCount
    }

    func eachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        let compiled = try db.cachedStatement(sql: sql)
        try withExtendedLifetime(compiled) {
            let statement = compiled.sqliteStatement
            defer {
                sqlite3_reset(statement)
                // What was bound may be large, and the statement lives as long as the connection.
                sqlite3_clear_bindings(statement)
            }
            precondition(
                Int(sqlite3_bind_parameter_count(statement)) == arguments.count, "arguments do not fit: \(sql)")
            for (index, argument) in zip(CInt(1)..., arguments) { Self.bind(argument, index, statement) }
            while true {
                switch sqlite3_step(statement) {
                case SQLITE_ROW: try body(Self.row(statement))
                case SQLITE_DONE: return
                case let code: throw failure(code)
                }
            }
        }
    }

    private static func bind(_ value: SQLValue, _ index: CInt, _ statement: OpaquePointer) {
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        // Without bytes there may be no address, which SQLite takes for NULL.
        case .text(""): sqlite3_bind_text(statement, index, "", 0, HotStatement.transient)
        case .text(let text):
            var text = text
            text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    _ = sqlite3_bind_text64(
                        statement, index, bytes.baseAddress, UInt64(bytes.count), HotStatement.transient,
                        UInt8(SQLITE_UTF8))
                }
            }
        case .blob(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(statement, index, 0)
        case .blob(let bytes):
            sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), HotStatement.transient)
        }
    }

    private static func row(_ statement: OpaquePointer) -> SQLRow {
        SQLRow((0..<sqlite3_column_count(statement)).map { value(statement, $0) })
    }

    private static func value(_ statement: OpaquePointer, _ index: CInt) -> SQLValue {
        switch sqlite3_column_type(statement, index) {
        case SQLITE_INTEGER: .integer(sqlite3_column_int64(statement, index))
        case SQLITE_TEXT:
            .text(
                String(decoding: bytes(sqlite3_column_text(statement, index), statement, index), as: UTF8.self))
        case SQLITE_BLOB: .blob(Array(bytes(sqlite3_column_blob(statement, index), statement, index)))
        // No column of ours holds a floating-point number: it reads as one of another type than expected.
        default: .null
        }
    }

    /// Valid until the statement's next step. SQLite counts the bytes of a value once it has been asked for it.
    private static func bytes(
        _ start: UnsafeRawPointer?, _ statement: OpaquePointer, _ index: CInt
    ) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, index)))
    }

    private func failure(_ code: CInt) -> DatabaseError {
        let message = db.sqliteConnection.flatMap(sqlite3_errmsg).map { String(cString: $0) }
        return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
}
