import CaseMachine
import Synchronization

/// Who exists, and who may come in: organisations, teams, members, guests; codes, passwords, sessions and tickets. In the
/// same database as the cases, with all names, contacts and texts sealed (docs/security.md). Nodes that share a database
/// share all of it, but for the roster: what another node has changed of that comes with `refresh`.
///
/// Calls block, and may come from any thread. Moments are the caller's: `now` is the store's wall clock. What is refused
/// is a `DirectoryError`; what a refusal has to leave behind (a counted try, an audit row) is committed with it.
package final class Directory: Sendable {
    package struct Settings: Sendable {
        package var limits = DirectoryLimits()
        package var passwordCost = PasswordCost.usual
        package var randomness = Randomness.system
        /// Names this node's chain in the audit trail.
        package var node = "node"
        /// Development makes a missing signing key of the audit trail; operation does not.
        package var makesSigningKey = true

        package init() {}
    }

    /// Owns what concerns the house and none of its organisations, as in the audit trail: numbers begin at 1.
    static let house: Int64 = 0

    /// What is read once and kept.
    struct Current: Sendable {
        var roster = Roster()
        /// Up to where changes are known, where nodes share the database.
        var changes = SharedChanges.State(roster: 0, ended: 0, forgotten: 0)
    }

    let database: any SQLDatabase
    let vault: Vault
    let sealers: SealerPool
    let settings: Settings
    package let audit: AuditTrail
    let passwords: Passwords
    let tickets: any Tickets
    let guests: GuestCache
    /// Other nodes have the same database.
    let isShared: Bool
    /// Closes with the last that holds it.
    private let store: SQLiteStore?
    let current = Mutex(Current())
    /// Held while something of the roster changes, so that none is replaced by an older one.
    let changing = Mutex(())

    /// Of the house that `store` has opened in `directory`, which this process has alone.
    package convenience init(
        _ store: SQLiteStore, _ directory: DataDirectory, _ settings: Settings = Settings()
    ) throws(DirectoryError) {
        try self.init(
            store.database, store.vault, store.sealers, TicketBox(), directory, settings, holding: store)
    }

    /// Of a house of many nodes. The database has its tables; `directory` is this node's own, for the signing key of the
    /// audit trail, which is the same on all nodes, and for this node's audit heads; `settings.node` is a name that no
    /// other node has.
    package convenience init(
        _ database: SharedDatabase, _ vault: Vault, _ directory: DataDirectory, _ settings: Settings = Settings()
    ) throws(DirectoryError) {
        try self.init(
            database, vault, SealerPool(vault), TicketTable(database: database), directory, settings, holding: nil)
    }

    private init(
        _ database: any SQLDatabase, _ vault: Vault, _ sealers: SealerPool, _ tickets: any Tickets,
        _ directory: DataDirectory, _ settings: Settings, holding store: SQLiteStore?
    ) throws(DirectoryError) {
        self.database = database
        self.vault = vault
        self.sealers = sealers
        self.tickets = tickets
        self.settings = settings
        self.store = store
        isShared = store == nil
        do {
            try vault.createKeys(for: [.organisation(Self.house)])
            audit = try AuditTrail(
                node: settings.node, in: database, directory,
                signer: try AuditSigner.open(directory, generate: settings.makesSigningKey))
        } catch {
            throw DirectoryError(.unavailable("\(error)"))
        }
        guests = GuestCache(bound: settings.limits.cachedGuests, vault)
        passwords = try Passwords(settings.passwordCost, settings.randomness)
        let read = try read { db in try self.readCurrent(db) }
        current.withLock { $0 = read }
    }

    /// Everybody, as of now. Take it once for what belongs together.
    package var roster: Roster { current.withLock { $0.roster } }

    /// Changes what the roster shows, and replaces it.
    func change<Value: Sendable>(_ body: (any SQLSession) throws -> Value) throws(DirectoryError) -> Value {
        try changed(body).value
    }

    /// The same, with the roster as this change has left it: a moment later another one may have come.
    func changed<Value: Sendable>(
        _ body: (any SQLSession) throws -> Value
    ) throws(DirectoryError) -> (value: Value, roster: Roster) {
        try changing.withLock { _ throws(DirectoryError) in
            let (value, roster, version) = try write { db in
                let value = try body(db)
                if isShared { try SharedChanges.rosterChanged(db) }
                return .success((value, try readRoster(db), isShared ? try SharedChanges.state(db).roster : 0))
            }
            current.withLock { current in
                current.roster = roster
                current.changes.roster = version
            }
            return (value, roster)
        }
    }

    private func readCurrent(_ db: any SQLSession) throws -> Current {
        var current = Current(roster: try readRoster(db))
        if isShared { current.changes = try SharedChanges.state(db) }
        return current
    }

    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(DirectoryError) -> Value {
        var refusal: DirectoryError?
        do {
            return try database.read { db in try Self.keeping(&refusal, body, db) }
        } catch {
            throw refusal ?? DirectoryError(error)
        }
    }

    /// A transaction. What the body throws undoes it; a failure that it returns is committed with all that was written.
    func write<Value>(
        _ body: (any SQLSession) throws -> Result<Value, DirectoryError>
    ) throws(DirectoryError) -> Value {
        var refusal: DirectoryError?
        let outcome: Result<Value, DirectoryError>
        do {
            outcome = try database.write { db in try Self.keeping(&refusal, body, db) }
        } catch {
            throw refusal ?? DirectoryError(error)
        }
        return try outcome.get()
    }

    /// The database knows its own errors only: a refusal that undoes the transaction is kept beside it. The body may run
    /// several times; the last one counts.
    private static func keeping<Value>(
        _ refusal: inout DirectoryError?, _ body: (any SQLSession) throws -> Value, _ db: any SQLSession
    ) throws -> Value {
        refusal = nil
        do { return try body(db) } catch let error as DirectoryError {
            refusal = error
            throw StoreError.unavailable("refused")
        }
    }
}
