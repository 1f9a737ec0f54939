import Glibc

/// The wrapped keys of a house of many nodes: a PostgreSQL database of their own, apart from the data's and its backups.
///
/// What PostgreSQL overwrites it keeps, as an older version of the row; and in its log, and in the log's copies. So a
/// destruction is followed by VACUUM, now and then by a rewriting of the whole table (`removeTraces`), and the log is to be kept
/// for a short time only (docs/security.md).
struct KeyServer: KeyDatabase {
    /// The tables as this release knows them.
    private static let shape: Int64 = 1
    /// More destructions than are looked at one by one: a node then forgets all keys, and unwraps again what it needs.
    static let destructionsAtOnce = 1000
    /// Connections for looking up what is not in memory.
    static let connections = 3
    /// Held while the tables are made: two nodes may start at once.
    private static let makingLock: Int64 = 0x666F_7965_726B_6579

    private let url: PostgresURL
    private let settings: PostgresSettings
    private let pool: PostgresPool

    init(_ url: PostgresURL, _ settings: PostgresSettings) throws(VaultError) {
        self.url = url
        self.settings = settings
        let floor = KeyTable.firstID(at: time(nil))
        let shape: Int64?
        do {
            pool = try PostgresPool(url, settings, most: Self.connections)
            shape = try pool.transaction(.readCommitted) { connection in
                try connection.run("SELECT pg_advisory_xact_lock($1)", [.integer(Self.makingLock)])
                try connection.runScript(Self.tables)
                let db = PostgresSession(connection)
                // Only upwards, and beyond what anybody is given meanwhile.
                _ = try db.rows(
                    "SELECT setval('keyNumber', ?) FROM keyNumber WHERE last_value < ?",
                    [.integer(floor), .integer(floor)])
                return try db.firstRow("SELECT value FROM keyFact WHERE name = 'shape'", [])?.integer(0)
            }
        } catch {
            throw .unavailable("The keys' database \(url): \(error)")
        }
        guard shape == Self.shape else {
            throw .unavailable(
                "The keys' database \(url) was made by a later release (shape \(shape ?? 0)). Start that release.")
        }
    }

    private static let tables = """
        CREATE TABLE IF NOT EXISTS wrappedKey (
            id BIGINT PRIMARY KEY,
            organisation BIGINT NOT NULL,
            scope BIGINT NOT NULL,
            subject BIGINT NOT NULL,
            slot BYTEA NOT NULL CHECK (length(slot) = \(KeyTable.slotBytes)),
            destroyed BIGINT,
            UNIQUE (organisation, scope, subject)
        );
        CREATE INDEX IF NOT EXISTS organisationKey ON wrappedKey (id) WHERE scope = 0;
        CREATE INDEX IF NOT EXISTS keyByDestruction ON wrappedKey (destroyed) WHERE destroyed IS NOT NULL;
        CREATE SEQUENCE IF NOT EXISTS keyNumber;
        CREATE TABLE IF NOT EXISTS keyFact (
            name TEXT PRIMARY KEY,
            value BIGINT NOT NULL
        );
        INSERT INTO keyFact (name, value) VALUES ('shape', \(shape)), ('destructions', 0) ON CONFLICT DO NOTHING;
        """

    var name: String { "the keys' database \(url)" }
    var isShared: Bool { true }

    /// Each statement is a transaction of its own: a look-up needs no more.
    func read<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value {
        try keeping { refusal throws(StoreError) in
            try pool.read { connection in try Self.run(body, PostgresSession(connection), &refusal) }
        }
    }

    func write<Value>(_ body: (any SQLSession) throws -> Value) throws(VaultError) -> Value {
        try keeping { refusal throws(StoreError) in
            try pool.transaction(.readCommitted) { connection in
                try Self.run(body, PostgresSession(connection), &refusal)
            }
        }
    }

    /// The pool knows the database's errors only: the vault's own are kept beside them.
    private func keeping<Value>(
        _ body: (inout VaultError?) throws(StoreError) -> Value
    ) throws(VaultError) -> Value {
        var refusal: VaultError?
        do { return try body(&refusal) } catch {
            throw refusal ?? .unavailable("The keys' database \(url): \(error)")
        }
    }

    private static func run<Value>(
        _ body: (any SQLSession) throws -> Value, _ db: PostgresSession, _ refusal: inout VaultError?
    ) throws -> Value {
        refusal = nil
        do { return try body(db) } catch let error as VaultError {
            refusal = error
            throw error
        }
    }

    func nextID(_ db: any SQLSession) throws -> UInt64 {
        guard let id = try db.firstRow("SELECT nextval('keyNumber')", [])?.integer(0) else {
            throw VaultError.unavailable("The keys' database \(url) gives no number.")
        }
        return UInt64(bitPattern: id)
    }

    /// The number comes first, from a row that is held until this commits: so numbers become visible in their order.
    func destroy(_ owners: [KeyOwner], _ db: any SQLSession) throws {
        let number = SQLValue.integer(
            try db.insert("UPDATE keyFact SET value = value + 1 WHERE name = 'destructions' RETURNING value", []))
        let tombstone = SQLValue.blob(KeyTable.tombstone)
        for owner in owners {
            try db.run(
                """
                INSERT INTO wrappedKey (id, organisation, scope, subject, slot, destroyed) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (organisation, scope, subject) DO UPDATE SET slot = ?, destroyed = ?
                """,
                [.integer(Int64(bitPattern: try nextID(db)))] + owner.columns + [tombstone, number, tombstone, number])
            guard owner.scope == .organisation else { continue }
            try db.run(
                "UPDATE wrappedKey SET slot = ?, destroyed = ? WHERE organisation = ? AND destroyed IS NULL",
                [tombstone, number, .integer(owner.organisation)])
        }
    }

    func forgetOverwritten() throws(VaultError) {
        try vacuum("VACUUM wrappedKey")
    }

    /// Writes the table anew, and gives the old file back to the file system: of what was overwritten nothing is left in the
    /// database's files. Nobody gets a key that is not in memory meanwhile: a second for some 500,000 keys.
    func removeTraces() throws(VaultError) {
        try vacuum("VACUUM FULL wrappedKey")
    }

    /// On a connection of its own: it takes longer than the pool's may.
    private func vacuum(_ sql: String) throws(VaultError) {
        var settings = settings
        // Another node may be at the same.
        (settings.lockWithin, settings.statementWithin, settings.answerWithin) = (
            .seconds(60), .seconds(600), .seconds(660)
        )
        do {
            try PostgresConnection(url, settings).runScript(sql)
        } catch {
            throw .unavailable("The keys' database \(url) cannot remove what was overwritten: \(error)")
        }
    }

    func destructions(after number: Int64) throws(VaultError) -> KeyDestructions {
        try read { db in
            let fact = try db.firstRow("SELECT value FROM keyFact WHERE name = 'destructions'", [])
            guard let newest = fact?.integer(0) else {
                throw VaultError.unavailable("The keys' database \(url) has lost its facts.")
            }
            // Numbers that went back: another copy of the keys was put in place.
            guard newest > number else { return KeyDestructions(newest: newest, owners: newest == number ? [] : nil) }
            let rows = try db.rows(
                "SELECT organisation, scope, subject FROM wrappedKey WHERE destroyed > ? ORDER BY destroyed LIMIT ?",
                [.integer(number), .integer(Int64(Self.destructionsAtOnce) + 1)])
            guard rows.count <= Self.destructionsAtOnce else { return KeyDestructions(newest: newest, owners: nil) }
            let owners = rows.compactMap { row -> KeyOwner? in
                guard let organisation = row.integer(0), let scope = row.integer(1), let subject = row.integer(2)
                else { return nil }
                return KeyOwner(organisation: organisation, scopeCode: scope, subject: subject)
            }
            return KeyDestructions(newest: newest, owners: owners)
        }
    }

    // MARK: The master key

    /// Held against a change: an organisation's key that is being made is committed before the change begins, and found by
    /// it, or is wrapped by the new one.
    func masterInForce(_ db: any SQLSession) throws -> UInt64? {
        try db.firstRow("SELECT value FROM keyFact WHERE name = 'master' FOR SHARE", [])?.integer(0)
            .map { UInt64(bitPattern: $0) }
    }

    /// The master key of the house; `id` if it has none yet.
    func foundingMaster(_ id: UInt64) throws(VaultError) -> UInt64 {
        let stored = try write { db in
            try db.run(
                "INSERT INTO keyFact (name, value) VALUES ('master', ?) ON CONFLICT DO NOTHING",
                [.integer(Int64(bitPattern: id))])
            return try masterInForce(db)
        }
        return stored ?? id
    }

    func hasMaster() throws(VaultError) -> Bool {
        try read { db in try db.firstRow("SELECT value FROM keyFact WHERE name = 'master'", []) != nil }
    }

    func putMasterInForce(_ new: UInt64, insteadOf old: UInt64) throws(VaultError) {
        let (new, old) = (SQLValue.integer(Int64(bitPattern: new)), SQLValue.integer(Int64(bitPattern: old)))
        let changed = try write { db in
            try db.run(
                "UPDATE keyFact SET value = ? WHERE name = 'master' AND (value = ? OR value = ?)", [new, old, new])
        }
        guard changed == 1 else {
            throw .unavailable(
                "The master key that \(name) is in use with is neither this node's nor its next one: another change is "
                    + "under way. Put the same 'master.key.next' on all nodes.")
        }
    }
}
