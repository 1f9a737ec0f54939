import GRDB

/// A pool of connections to one SQLite file: a writer, and readers beside it.
struct SQLiteDatabase: SQLDatabase {
    let pool: DatabasePool
    /// Called at each step of a transaction that writes; for a test that ends the process there.
    var reached: (@Sendable (SQLiteStore.CommitStep) -> Void)?

    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value {
        do { return try pool.read { db in try body(SQLiteSession(db)) } } catch {
            throw SQLiteFailure.storeError(error, pool.path)
        }
    }

    func write<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value {
        try transaction { db in try body(SQLiteSession(db)) }
    }

    /// One transaction, which takes the writer's place at its beginning: nothing in it can be overtaken.
    func transaction<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do {
            return try pool.writeWithoutTransaction { db in
                reached?(.beforeBegin)
                try db.beginTransaction(.immediate)
                do {
                    let value = try body(db)
                    reached?(.beforeCommit)
                    try db.commit()
                    reached?(.afterCommit)
                    return value
                } catch {
                    // SQLite may have done so itself. If it cannot, the error that is thrown ends the process or, where
                    // the disk was full, the next transaction says so again.
                    if db.isInsideTransaction { try db.rollback() }
                    throw error
                }
            }
        } catch {
            throw SQLiteFailure.storeError(error, pool.path)
        }
    }
}
