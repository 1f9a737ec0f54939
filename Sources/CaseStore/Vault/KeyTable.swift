import Foundation
import GRDB
import Glibc

/// The wrapped keys on disk: a SQLite file of its own, apart from the data.
///
/// **Destroying a key overwrites it where it stands.** SQLite moves rows between pages as a table grows and shrinks, and
/// promises nothing about what a move leaves behind in a page's unused part. So rows here have no reason to move: their
/// ids only grow, which only appends; all are of one size; none is removed or changes its size; a destroyed key is a
/// slot of zeros, which is its tombstone, too. `secure_delete` stays on nevertheless, and after each destruction the
/// write-ahead log, which holds the key as well, is written back and cut to nothing.
struct KeyTable: Sendable {
    /// A wrapped key, sealed like content.
    static let slotBytes = AESGCM.overheadBytes + SecretBytes.count
    private static let tombstone = [UInt8](repeating: 0, count: slotBytes)
    /// Ids of one start of the program begin at its second times this; see `firstID`.
    private static let idsPerSecond: Int64 = 1 << 20

    struct Record {
        let id: UInt64
        let owner: KeyOwner
        let slot: [UInt8]

        var isDestroyed: Bool { slot.first == 0 }
    }

    private let queue: DatabaseQueue
    /// No key of this start has a smaller id. Ids follow the clock from start to start, so that an older copy of the key
    /// file, put back, does not give out an id again that newer blobs name: those say `unknownKey`, not `tampered`.
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
        firstID = Int64(time(nil)) &* Self.idsPerSecond
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
                    slot BLOB NOT NULL CHECK (length(slot) = \(slotBytes)),
                    UNIQUE (organisation, scope, subject)
                ) STRICT;
                CREATE INDEX IF NOT EXISTS organisationKey ON wrappedKey (id) WHERE scope = 0;
                """)
    }

    func read<Result>(_ body: (Database) throws -> Result) throws(VaultError) -> Result {
        do { return try queue.read(body) } catch { throw Self.failure(error, queue.path) }
    }

    func write<Result>(_ body: (Database) throws -> Result) throws(VaultError) -> Result {
        do { return try queue.write(body) } catch { throw Self.failure(error, queue.path) }
    }

    /// Writes the log back into the file and cuts it to nothing: what was overwritten is then in neither.
    func forgetLog() throws(VaultError) {
        do {
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        } catch {
            throw Self.failure(error, queue.path)
        }
    }

    private static func failure(_ error: any Error, _ path: String) -> VaultError {
        if let error = error as? VaultError { return error }
        if (error as? DatabaseError)?.resultCode == .SQLITE_BUSY {
            return .unavailable("The key file '\(path)' is in use by another process; only one may have it.")
        }
        return .unavailable("The key file '\(path)': \(error)")
    }
}

// What is done within one transaction.
extension KeyTable {
    func find(_ owner: KeyOwner, _ db: Database) throws -> Record? {
        let statement = try db.cachedStatement(
            sql: "SELECT id, slot FROM wrappedKey WHERE organisation = ? AND scope = ? AND subject = ?")
        statement.setUncheckedArguments([owner.organisation, Int64(owner.scopeCode), owner.subject])
        let row = try Row.fetchOne(statement)
        return row.map { Record(id: UInt64(bitPattern: $0[0]), owner: owner, slot: [UInt8]($0[1] as Data)) }
    }

    func contains(_ id: UInt64, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT 1 FROM wrappedKey WHERE id = ?", arguments: [Int64(bitPattern: id)]) != nil
    }

    func isEmpty(_ db: Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT 1 FROM wrappedKey LIMIT 1") == nil
    }

    func nextID(_ db: Database) throws -> UInt64 {
        let last = try Int64.fetchOne(db, sql: "SELECT max(id) FROM wrappedKey") ?? 0
        return UInt64(bitPattern: max(last &+ 1, firstID))
    }

    func insert(_ record: Record, _ db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO wrappedKey (id, organisation, scope, subject, slot) VALUES (?, ?, ?, ?, ?)")
        try statement.execute(arguments: [
            Int64(bitPattern: record.id), record.owner.organisation, Int64(record.owner.scopeCode),
            record.owner.subject, Data(record.slot),
        ])
    }

    func replaceSlot(of id: UInt64, by slot: [UInt8], _ db: Database) throws {
        try db.execute(
            sql: "UPDATE wrappedKey SET slot = ? WHERE id = ?", arguments: [Data(slot), Int64(bitPattern: id)])
    }

    /// Also for a key that is not there, so that none is made later for what has been erased.
    func destroy(_ owner: KeyOwner, _ db: Database) throws {
        if let record = try find(owner, db) {
            try replaceSlot(of: record.id, by: Self.tombstone, db)
        } else {
            try insert(Record(id: try nextID(db), owner: owner, slot: Self.tombstone), db)
        }
    }

    func destroyEverything(of organisation: Int64, _ db: Database) throws {
        try destroy(.organisation(organisation), db)
        try db.execute(
            sql: "UPDATE wrappedKey SET slot = zeroblob(\(Self.slotBytes)) WHERE organisation = ?",
            arguments: [organisation])
    }

    /// The live keys of organisations, after `id` and at most `limit` of them, in the order of their ids.
    func organisationKeys(after id: UInt64, limit: Int, _ db: Database) throws -> [Record] {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT id, organisation, slot FROM wrappedKey INDEXED BY organisationKey
                WHERE scope = 0 AND id > ? AND substr(slot, 1, 1) <> x'00' ORDER BY id LIMIT ?
                """, arguments: [Int64(bitPattern: id), limit])
        return rows.map {
            Record(id: UInt64(bitPattern: $0[0]), owner: .organisation($0[1]), slot: [UInt8]($0[2] as Data))
        }
    }
}
