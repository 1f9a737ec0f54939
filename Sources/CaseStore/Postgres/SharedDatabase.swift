import Glibc
import Synchronization

/// The database that many nodes share, for what is asked in words that both databases know. Connections are a pool's; each
/// transaction has one for as long as it takes.
package final class SharedDatabase: SQLDatabase {
    private struct Failure: Sendable {
        let at: ContinuousClock.Instant
        let error: StoreError
    }

    /// How often a transaction is run that meets others: at first beside them, then alone. Beside them alone, a node that is
    /// busy would keep another one from ever coming to its end: measured, one transaction in 50 had lost 16 times.
    private static let runs = (beside: 2, alone: 6)

    /// "FoyA": the advisory lock of `alone`.
    private static let lock: Int64 = 0x466F_7941
    /// How long a process waits for the one that is alone, which makes a few dear passwords at most.
    private static let patience: Duration = .seconds(60)

    private let pool: PostgresPool
    private let gate: String
    /// Held during a transaction that writes: one at a time from this process, as with SQLite. Nearly all of them add to
    /// the audit chain of this node, where only one can come after the last; together they would undo each other.
    private let writing = Mutex<Failure?>(nil)

    /// `gate` is a table that each transaction that writes goes through, and that is held against the others by one that is
    /// to be alone. Reading it goes on.
    package init(_ pool: PostgresPool, gate: String = "directoryChange") {
        self.pool = pool
        self.gate = gate
    }

    package func read<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value {
        try pool.read { connection in
            try connection.transaction(.snapshot) { connection in try body(PostgresSession(connection)) }
        }
    }

    package func write<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value {
        let start = ContinuousClock.now
        // Not the closure's result, which would have to be sendable.
        var value: Value?
        try writing.withLock { failure throws(StoreError) in
            // Whoever has waited in line while the database went away does not wait for it anew, each after the other.
            if let failure, failure.at > start { throw failure.error }
            var isRefusal = false
            do throws(StoreError) {
                value = try repeating { connection in
                    do { return try body(PostgresSession(connection)) } catch let error as PostgresFailure {
                        throw error
                    } catch {
                        isRefusal = true
                        throw error
                    }
                }
            } catch {
                if !isRefusal { failure = Failure(at: .now, error: error) }
                throw error
            }
        }
        guard let value else { throw .unavailable("a transaction came to nothing") }
        return value
    }

    private func repeating<Value>(
        _ body: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
        for _ in 0..<Self.runs.beside {
            if let value = try run("ROW EXCLUSIVE", body) { return value }
            // So that the two do not meet again in the same way.
            usleep(.random(in: 200...2000))
        }
        for _ in 1..<Self.runs.alone {
            if let value = try run("EXCLUSIVE", body) { return value }
        }
        guard let value = try run("EXCLUSIVE", body) else {
            throw .unavailable("Cannot use the database: what was to be stored has met others each time.")
        }
        return value
    }

    /// nil where it met another one, and has left no trace. Locking a table is the one thing that a transaction can do
    /// before the moment of what it sees is fixed (https://www.postgresql.org/docs/15/sql-lock.html).
    private func run<Value>(
        _ mode: String, _ body: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value? {
        try pool.lend { connection in
            do {
                return try connection.transaction(.serializable) { connection in
                    _ = try connection.run("LOCK TABLE \(gate) IN \(mode) MODE")
                    return try body(connection)
                }
            } catch let failure as PostgresFailure where failure.isWorthRepeating || failure.isUniqueViolation {
                // Rows are looked for before they are inserted. Where one is there all the same, another transaction has
                // inserted it meanwhile, and the next run finds it.
                return nil
            }
        }
    }

    /// The lock is a session's, and goes with it: whoever dies in there leaves nobody locked out. Its connection is not
    /// among those that `body` has.
    package func alone<Value>(_ body: () throws -> Value) throws -> Value {
        let result: Result<Value, any Error> = try pool.lend { connection in
            let deadline = ContinuousClock.now + Self.patience
            while try connection.run("SELECT pg_try_advisory_lock($1)", [.integer(Self.lock)]).rows.first?.integer(0)
                != 1
            {
                guard ContinuousClock.now < deadline else {
                    throw StoreError.unavailable("Another node has been filling the database for \(Self.patience).")
                }
                usleep(100_000)
            }
            let result = Result { try body() }
            try connection.run("SELECT pg_advisory_unlock($1)", [.integer(Self.lock)])
            return result
        }
        return try result.get()
    }

    package func rows(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> [SQLRow] {
        try pool.read { connection in try PostgresSession(connection).rows(sql, arguments) }
    }

    @discardableResult package func run(_ sql: String, _ arguments: [SQLValue]) throws(StoreError) -> Int {
        try pool.lend { connection in try PostgresSession(connection).run(sql, arguments) }
    }

    /// One statement that writes and answers with rows, as a transaction of its own.
    func answer(_ query: PostgresQuery) throws(StoreError) -> [SQLRow] {
        try pool.lend { connection in try connection.run(query.sql, query.arguments).rows }
    }
}

/// A transaction on a connection to PostgreSQL.
struct PostgresSession: SQLSession {
    /// Rows fetched at a time where there may be more than fit into memory.
    private static let portion = 1000

    private let connection: PostgresConnection

    init(_ connection: PostgresConnection) { self.connection = connection }

    func rows(_ sql: String, _ arguments: [SQLValue]) throws -> [SQLRow] {
        try connection.run(sql, arguments.map(PostgresValue.init)).rows
    }

    func run(_ sql: String, _ arguments: [SQLValue]) throws -> Int {
        try connection.run(sql, arguments.map(PostgresValue.init)).changed
    }

    func eachRow(_ sql: String, _ arguments: [SQLValue], _ body: (SQLRow) throws -> Void) throws {
        // The server remembers which columns come from a name.
        let cursor = "portions_\(UInt(bitPattern: sql.hashValue))"
        try connection.run("DECLARE \(cursor) NO SCROLL CURSOR FOR \(sql)", arguments.map(PostgresValue.init))
        while true {
            let rows = try connection.run("FETCH \(Self.portion) FROM \(cursor)").rows
            for row in rows { try body(row) }
            guard rows.count == Self.portion else { break }
        }
        try connection.run("CLOSE \(cursor)")
    }
}
