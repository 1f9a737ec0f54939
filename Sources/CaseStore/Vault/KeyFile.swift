import GRDB
import Glibc

/// The wrapped keys on disk: a SQLite file of its own, of one process.
///
/// **Destroying a key overwrites it where it stands.** SQLite moves rows between pages as a table grows and shrinks, and
/// promises nothing about what a move leaves behind in a page's unused part. So rows here have no reason to move: their
/// ids only grow, which only appends; all are of one size; none is removed or changes its size; a destroyed key is a
/// slot of zeros, which is its tombstone, too. `secure_delete` stays on nevertheless, and after each destruction the
/// write-ahead log, which holds the key as well, is written back and cut to nothing.
struct KeyFile: KeyDatabase {
    private let queue: DatabaseQueue
    private let firstID: Int64

    init(path: String) throws(VaultError) {
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.label = "foyer.keys"
        configuration.prepareDatabase { db in
            // One process only: another one's cache of unwrapped keys would outlive their destruction.
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try db.execute(sql: "PRAGMA secure_delete = ON")
            // A statement's undo log would otherwise be a file outside of the folder.
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        firstID = KeyTable.firstID(at: time(nil))
        // Before SQLite makes it, which gives its log the same mode. Not opened if it is there: closing it would take away
        // the locks that this process may have on it (POSIX).
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
        guard descriptor >= 0 || errno == EEXIST, chmod(path, 0o600) == 0 else {
            throw .unavailable("The key file '\(path)' cannot be used: \(String(cString: strerror(errno)))")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction(Self.demandDurability)
            try queue.write(Self.createTables)
        } catch {
            throw Self.failure(error, path)
        }
    }

    var name: String { "the key file '\(queue.path)'" }
    var isShared: Bool { false }

    /// GRDB lowers `synchronous` when it opens a file in WAL mode, after `prepareDatabase`.
    private static func demandDurability(_ db: Database) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
            throw VaultError.unavailable("SQLite does not write keys durably (PRAGMA synchronous is not FULL).")
        }
    }

    private static func createTables(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS wrappedKey (
                    id INTEGER PRIMARY KEY,
                    organisation INTEGER NOT NULL,
                    scope INTEGER NOT NULL,
                    subject INTEGER NOT NULL,
                    slot BLOB NOT NULL CHECK (length(slot) = \(KeyTable.slotBytes)),
                    UNIQUE (organisation, scope, subject)
                ) STRICT;
                CREATE INDEX IF NOT EXISTS organisationKey ON wrappedKey (id) WHERE scope = 0;
                """)
    }

    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value {
        do { return try queue.read { db in try body(SQLiteSession(db)) } } catch {
            throw Self.failure(error, queue.path)
        }
    }

    func write<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value {
        do { return try queue.write { db in try body(SQLiteSession(db)) } } catch {
            throw Self.failure(error, queue.path)
        }
    }

    func nextID(_ db: any SQLSession) throws -> UInt64 {
        let last = try db.firstRow("SELECT max(id) FROM wrappedKey", [])?.integer(0) ?? 0
        return UInt64(bitPattern: max(last &+ 1, firstID))
    }

    func destroy(_ owners: [KeyOwner], _ db: any SQLSession) throws {
        for owner in owners {
            let known = try db.run(
                "UPDATE wrappedKey SET slot = ? WHERE organisation = ? AND scope = ? AND subject = ?",
                [.blob(KeyTable.tombstone)] + owner.columns)
            if known == 0 {
                try db.run(
                    "INSERT INTO wrappedKey (id, organisation, scope, subject, slot) VALUES (?, ?, ?, ?, ?)",
                    [.integer(Int64(bitPattern: try nextID(db)))] + owner.columns + [.blob(KeyTable.tombstone)])
            }
            guard owner.scope == .organisation else { continue }
            try db.run(
                "UPDATE wrappedKey SET slot = ? WHERE organisation = ?",
                [.blob(KeyTable.tombstone), .integer(owner.organisation)])
        }
    }

    /// Writes the log back into the file and cuts it to nothing: what was overwritten is then in neither.
    func forgetOverwritten() throws(VaultError) {
        do {
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch {
            throw Self.failure(error, queue.path)
        }
    }

    /// It leaves none.
    func removeTraces() throws(VaultError) {}

    // One process has the file: nobody else destroys keys, or changes the master key.
    func destructions(after number: Int64) throws(VaultError) -> KeyDestructions { KeyDestructions() }
    func masterInForce(_ db: any SQLSession) throws -> UInt64? { nil }
    func putMasterInForce(_ new: UInt64, insteadOf old: UInt64) throws(VaultError) {}

    private static func failure(_ error: any Error, _ path: String) -> VaultError {
        if let error = error as? VaultError { return error }
        if (error as? DatabaseError)?.resultCode == .SQLITE_BUSY {
            return .unavailable("The key file '\(path)' is in use by another process; only one may have it.")
        }
        return .unavailable("The key file '\(path)': \(error)")
    }
}
