/// A value in a column, as both databases have them.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// A row as it was read. Somebody may have tampered with the database: a column of another type than expected reads nil,
/// as does one that is not there.
package struct SQLRow: Hashable, Sendable {
    package let values: [SQLValue]

    package init(_ values: [SQLValue]) { self.values = values }

    package func integer(_ index: Int) -> Int64? {
        if case .integer(let value) = self[index] { value } else { nil }
    }

    package func text(_ index: Int) -> String? {
        if case .text(let value) = self[index] { value } else { nil }
    }

    package func blob(_ index: Int) -> [UInt8]? {
        if case .blob(let value) = self[index] { value } else { nil }
    }

    private subscript(index: Int) -> SQLValue { values.indices.contains(index) ? values[index] : .null }
}

/// A transaction on a connection of either database: what is rarely asked is written once for both.
///
/// Arguments stand for `?` in their order. Names are written without quotation marks, so that PostgreSQL, which folds them
/// to small letters, and SQLite agree on them.
package protocol SQLSession {
    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow]

    /// One row at a time, for what does not fit into memory. `body` asks nothing of this session.
    func eachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws

    /// How many rows were changed.
    @discardableResult func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int
}

extension SQLSession {
    func firstRow(_ sql: String, _ arguments: [SQLValue]) throws -> SQLRow? { try rows(sql, arguments).first }

    /// The number that the statement answers with: it ends with `RETURNING` and one column.
    func insert(_ sql: String, _ arguments: [SQLValue]) throws -> Int64 {
        guard let id = try firstRow(sql, arguments)?.integer(0) else {
            throw StoreError.fatal("The database has answered without a number.")
        }
        return id
    }
}

/// A database of either kind. The bodies may be run again from the start where two transactions met, so they do nothing
/// that a repetition would do twice.
package protocol SQLDatabase: Sendable {
    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value

    /// As if there were no other transaction at the same time; all of it is durable when this returns, or nothing of it is
    /// there.
    func write<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value

    /// One statement that reads, as a transaction of its own.
    func rows(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> [SQLRow]

    /// One statement that writes, as a transaction of its own: for what holds whatever others do at the same time.
    @discardableResult func run(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> Int

    /// Runs `body`, with transactions of its own, while no other process is in such a `body`.
    func alone<Value>(_ body: () throws -> Value) throws -> Value
}

extension SQLDatabase {
    /// Of a database that this process has alone.
    package func alone<Value>(_ body: () throws -> Value) throws -> Value { try body() }

    package func rows(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> [SQLRow] {
        try read { db in try db.rows(sql, arguments) }
    }

    @discardableResult package func run(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> Int {
        try write { db in try db.run(sql, arguments) }
    }
}
