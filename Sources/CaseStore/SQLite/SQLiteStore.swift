package import CaseMachine
import Foundation
import GRDB
import Synchronization

/// Cases in one SQLite file: a writer, readers beside it, and all contents sealed (docs/store.md).
///
/// The commit does nothing but SQLite's work: packing and sealing is `prepare`'s, on its caller's thread. Reads take what
/// they need out of one snapshot and unseal it after they have let go of it.
package final class SQLiteStore: CaseStore {
    package typealias Prepared = PreparedUnit

    package struct Settings: Sendable {
        /// Pages of the log after which the writer takes them into the file. Small logs mean writing a busy page often;
        /// large ones a longer wait when it happens, and a longer recovery (docs/store.md).
        package var checkpointPages = 65_536
        package var writerCacheBytes = 64 << 20
        package var readerCacheBytes = 8 << 20
        package var readers = 4
        /// The database was put back from a backup: it gets a generation of its own.
        package var isRestored = false
        /// Says how old a command's key is.
        package var clock: @Sendable () -> Timestamp = SQLiteStore.wallClock
        /// Called at each step of a commit; for a test that ends the process there.
        package var reached: (@Sendable (CommitStep) -> Void)?

        package init() {}
    }

    /// The steps of a commit between which a process can die.
    package enum CommitStep: String, Sendable, CaseIterable {
        case beforeBegin
        /// The first unit is written, the others are not.
        case amidUnits
        case beforeCommit
        case afterCommit
    }

    let pool: DatabasePool
    let vault: Vault
    let settings: Settings
    let sealers: SealerPool
    private let preparing: Mutex<LentSealer>
    /// Held during a commit.
    let rowHints = Mutex(RowHints())
    private let lock: DatabaseLock
    package let generation: Int64

    /// Opens the house's database, and makes it for a new house. Refuses a second process, a database that is missing or
    /// damaged, and one that a later release has written.
    package init(_ directory: DataDirectory, _ vault: Vault, _ settings: Settings = Settings()) throws(StoreError) {
        let path = directory.database
        // Released last, after the connections: the order of a class's stored properties is not its end's.
        lock = try DatabaseLock(path: directory.databaseLock)
        do {
            try DatabaseFile(path: path).provide(hasKeys: try vault.hasKeys())
            pool = try DatabasePool(path: path, configuration: Self.configuration(settings))
            generation = try pool.writeWithoutTransaction { db in
                try Self.tune(db, settings)
                return try Self.adopt(db, path, isRestored: settings.isRestored)
            }
            preparing = Mutex(LentSealer(sealer: try Sealer(vault)))
        } catch {
            throw SQLiteFailure.storeError(error, path)
        }
        sealers = SealerPool(vault)
        self.vault = vault
        self.settings = settings
    }

    deinit {
        // Before the lock goes. An error leaves a log to be recovered, as after a crash.
        try? pool.close()
    }

    private static func configuration(_ settings: Settings) -> Configuration {
        var configuration = Configuration()
        configuration.label = "foyer.store"
        configuration.journalMode = .wal
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = settings.readers
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            try db.execute(sql: "PRAGMA cache_size = -\(settings.readerCacheBytes >> 10)")
        }
        return configuration
    }

    /// The writer's own settings. GRDB lowers `synchronous` when it opens a pool, after `prepareDatabase`. Readers are
    /// read-only connections, which never checkpoint.
    private static func tune(_ db: Database, _ settings: Settings) throws {
        for pragma in writerPragmas(settings) { try db.execute(sql: pragma) }
        guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
            throw StoreError.fatal("SQLite does not write durably (PRAGMA synchronous is not FULL).")
        }
    }

    static func writerPragmas(_ settings: Settings) -> [String] {
        [
            "PRAGMA synchronous = FULL", "PRAGMA temp_store = MEMORY",
            "PRAGMA cache_size = -\(settings.writerCacheBytes >> 10)",
            "PRAGMA wal_autocheckpoint = \(settings.checkpointPages)",
        ]
    }

    /// Checks whose database this is and brings it up to date. Not all of it is read at each start: a damaged page is met
    /// when it is read, and ends the process with a clear word.
    private static func adopt(_ db: Database, _ path: String, isRestored: Bool) throws -> Int64 {
        let version = try Migrations.version(of: db)
        guard version <= Migrations.newest else {
            throw StoreError.fatal(
                "The database '\(path)' was written by a later release (schema \(version), this one knows "
                    + "\(Migrations.newest)). Start that release; there is no way back but a backup.")
        }
        guard version > 0 else { throw StoreError.fatal("Damaged: the database '\(path)' has no schema version.") }
        try Migrations.run(db)
        guard try Migrations.schema(of: db) == Migrations.newestSchema() else {
            throw StoreError.fatal(
                "The tables in '\(path)' are not those of schema \(Migrations.newest): somebody has changed them, or the "
                    + "file is damaged. Restore it from a backup.")
        }
        if isRestored { return try Generation.renew(db) }
        guard let generation = try Generation.read(db) else {
            throw StoreError.fatal("Damaged: the database '\(path)' has no generation.")
        }
        return generation
    }

    package static let wallClock: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        do { return try pool.read(body) } catch { throw SQLiteFailure.storeError(error, pool.path) }
    }

    /// What is asked in words that both databases know.
    var database: SQLiteDatabase { SQLiteDatabase(pool: pool, reached: settings.reached) }

    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try database.transaction(body)
    }

    package func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<PreparedUnit, CaseTrouble>] {
        let at = settings.clock().milliseconds
        return try preparing.withLock { lent throws(StoreError) in
            try PreparedUnit.prepare(units, at: at, lent.sealer, vault)
        }
    }
}
