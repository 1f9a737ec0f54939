package import CaseMachine
import Synchronization

/// Cases in PostgreSQL, for many nodes: one connection commits, a few read, and all contents are sealed (docs/store.md).
///
/// Whatever it holds in memory it holds for nobody's sake: what a commit decides, it decides on rows that it has locked.
package final class PostgresStore: CaseStore {
    package typealias Prepared = PreparedUnit

    package struct Settings: Sendable {
        package var postgres = PostgresSettings()
        /// The database was put back from a backup: it gets a generation of its own. All nodes have to start after that.
        package var isRestored = false
        /// Bring an earlier schema up to date; otherwise it is refused.
        package var migrates = true
        /// A case that is due is this node's for so long: then another one may have it, since this one seems to be dead. It
        /// is how late a deadline can be because its node has died.
        package var leaseWithin: Duration = .seconds(10)
        /// Says how old a command's key is.
        package var clock: @Sendable () -> Timestamp = SQLiteStore.wallClock
        /// Called at each step of a commit; for a test that stops somebody there.
        package var reached: (@Sendable (CommitStep) -> Void)?

        package init() {}
    }

    /// The steps of a commit between which a process can die.
    package enum CommitStep: String, Sendable, CaseIterable {
        /// The rows are locked, and nothing is written.
        case locked
        case committed
    }

    let vault: Vault
    let settings: Settings
    let sealers: SealerPool
    private let preparing: Mutex<LentSealer>
    /// One connection: commits come from one thread.
    let writer: PostgresPool
    let readers: PostgresPool
    /// Whose leases are this store's: those of one start of a process.
    let holder = Int64.random(in: 1 ... .max)
    package let generation: Int64

    /// Connects, checks the server, and makes or brings up to date the tables. Refuses a database that a later release has
    /// written, one of somebody else, one whose tables somebody has changed, and an empty one where there are keys of
    /// contents.
    package init(_ url: PostgresURL, _ vault: Vault, _ settings: Settings = Settings()) throws(StoreError) {
        writer = try PostgresPool(url, settings.postgres, most: 1)
        do {
            let hasKeys = try vault.hasKeys()
            generation = try writer.lend { connection in try Self.adopt(connection, url, settings, hasKeys: hasKeys) }
            preparing = Mutex(LentSealer(sealer: try Sealer(vault)))
        } catch {
            throw PostgresPool.storeError(error)
        }
        readers = try PostgresPool(url, settings.postgres, most: settings.postgres.readers)
        sealers = SealerPool(vault)
        self.vault = vault
        self.settings = settings
    }

    private static func adopt(
        _ connection: PostgresConnection, _ url: PostgresURL, _ settings: Settings, hasKeys: Bool
    ) throws -> Int64 {
        let reached = try PostgresMigrations.version(of: connection)
        try PostgresMigrations.demandKnown(url, reached)
        guard reached > 0 || !hasKeys else {
            throw StoreError.fatal(
                "The database \(url) is empty, and there are keys of its contents. Is it the right one? Restore it from a "
                    + "backup; for a new house, remove the keys, too.")
        }
        if reached < PostgresMigrations.newest {
            guard settings.migrates else {
                throw StoreError.unavailable(
                    "The database \(url) has schema \(reached); this release needs \(PostgresMigrations.newest). Bring it "
                        + "up to date first.")
            }
            try PostgresMigrations.run(url, connection, PostgresMigrations.steps)
        }
        let schema = try PostgresSchema.read(connection)
        if let difference = schema.difference(from: try .made(by: PostgresMigrations.steps, connection)) {
            throw StoreError.fatal(
                "The tables in \(url) are not those of schema \(PostgresMigrations.newest): somebody has changed them, or "
                    + "they were not restored whole. In the database, \(difference). Restore it from a backup.")
        }
        if settings.isRestored {
            return try connection.transaction(.readCommitted) { try PostgresGeneration.renew($0) }
        }
        guard let generation = try PostgresGeneration.read(connection) else {
            throw StoreError.fatal("Damaged: the database \(url) has no generation.")
        }
        return generation
    }

    package func prepare(_ units: [CommitUnit]) throws(StoreError) -> [Result<PreparedUnit, CaseTrouble>] {
        let at = settings.clock().milliseconds
        return try preparing.withLock { lent throws(StoreError) in
            try PreparedUnit.prepare(units, at: at, lent.sealer, vault)
        }
    }
}
