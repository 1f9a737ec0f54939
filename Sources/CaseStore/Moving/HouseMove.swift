/// Moves a house from its files to PostgreSQL, keys and all, and compares both sides row by row afterwards.
///
/// The house does not run meanwhile: its lock is held. Its files stay as they are. What is sealed stays sealed, by the same
/// keys; the master key and the signing key of the audit trail are files that every node needs a copy of. Clients go on
/// where they were: the log keeps its generation.
package struct HouseMove: Sendable {
    /// A table that was moved, and how many rows it has.
    package struct Moved: Sendable, Equatable {
        package let table: String
        package let rows: Int
    }

    private let data: DataDirectory
    private let database: PostgresURL
    private let keys: PostgresURL
    private let settings: PostgresSettings

    /// `data` is the house's directory, `database` and `keys` two empty databases.
    package init(
        _ data: DataDirectory, to database: PostgresURL, keys: PostgresURL,
        settings: PostgresSettings = PostgresSettings()
    ) {
        self.data = data
        self.database = database
        self.keys = keys
        self.settings = settings
    }

    /// Throws in words for the person who moves: nothing is lost, and after the two databases were emptied it can begin
    /// again. `tell` hears of each table that is done.
    package func run(tell: (Moved) -> Void) throws {
        let vault = try Vault.open(data, missingMasterKey: .refuse)
        let store = try SQLiteStore(data, vault)
        try PostgresMigrations.run(database, settings)
        let pool = try PostgresPool(database, settings, most: 1)
        let target = SharedDatabase(pool)
        try demandEmpty(target)
        tell(Moved(table: "wrappedKey", rows: try moveKeys(of: vault)))
        for table in MovedTable.all {
            tell(Moved(table: table.name, rows: try move(table, from: store.database, to: target)))
        }
        // Last of all: a database that was left halfway has another generation, and is not empty.
        try target.write { db in
            _ = try db.run("UPDATE meta SET value = ? WHERE name = 'generation'", [.integer(store.generation)])
        }
    }

    private func demandEmpty(_ target: SharedDatabase) throws {
        for table in MovedTable.all {
            let row = try target.read { db in try db.rows("SELECT 1 FROM \(table.name) LIMIT 1", []) }
            guard row.isEmpty else {
                throw StoreError.fatal(
                    "The database \(database) has rows in '\(table.name)' already. A house moves into an empty one: drop it and "
                        + "create it again.")
            }
        }
    }

    // MARK: Keys

    private func moveKeys(of vault: Vault) throws -> Int {
        let other = try Vault.open(keys, data, missingMasterKey: .refuse, settings: settings)
        guard try !other.hasKeys() else {
            throw StoreError.fatal(
                "The keys' database \(keys) has keys already. A house moves into an empty one: drop it and create it again."
            )
        }
        try eachPage(of: vault.table) { page in try insert(page, into: other.table) }
        let (before, after) = (try digest(of: vault.table), try digest(of: other.table))
        guard before == after else { throw Self.different("wrappedKey", before.rows, after.rows) }
        return after.rows
    }

    private func insert(_ page: [SQLRow], into table: KeyTable) throws {
        try table.write { db in
            for row in page {
                // Destroyed before any node of the new house has begun to ask.
                let isDestroyed = row.blob(4)?.first == 0
                try db.run(
                    """
                    INSERT INTO wrappedKey (id, organisation, scope, subject, slot, destroyed) VALUES (?, ?, ?, ?, ?, ?)
                    """, row.values + [isDestroyed ? .integer(0) : .null])
            }
            guard let last = page.last?.values.first else { return }
            _ = try db.rows("SELECT setval('keyNumber', ?) FROM keyNumber WHERE last_value < ?", [last, last])
        }
    }

    private func eachPage(of table: KeyTable, _ body: ([SQLRow]) throws -> Void) throws {
        var last = SQLValue.integer(.min)
        while true {
            let page = try table.read { db in
                try db.rows(
                    """
                    SELECT id, organisation, scope, subject, slot FROM wrappedKey WHERE id > ?
                    ORDER BY id LIMIT \(TablePages.rowsAtOnce)
                    """, [last])
            }
            if !page.isEmpty { try body(page) }
            guard page.count == TablePages.rowsAtOnce, let next = page.last?.values.first else { return }
            last = next
        }
    }

    private func digest(of table: KeyTable) throws -> TableDigest {
        var digest = TableDigest()
        try eachPage(of: table) { digest.add($0) }
        return digest
    }

    // MARK: Tables

    private func move(_ table: MovedTable, from source: any SQLDatabase, to target: SharedDatabase) throws -> Int {
        let columns = try source.read { db in
            try db.rows("SELECT name FROM pragma_table_info('\(table.name)') ORDER BY cid", [])
        }.compactMap { $0.text(0) }
        // What SQLite needs of its own is not asked for there.
        let wanted = try target.read { db in
            try db.rows(
                """
                SELECT column_name::text FROM information_schema.columns
                WHERE table_schema = current_schema() AND table_name = lower(?)
                """, [.text(table.name)])
        }.compactMap { $0.text(0) }
        let common = columns.filter { wanted.contains($0.lowercased()) }
        guard let pages = TablePages(table, common) else {
            throw StoreError.fatal("The table '\(table.name)' is not as this release knows it.")
        }
        try pages.each(in: source) { page throws(StoreError) in
            try target.write { db in try insert(page, common, into: table, db) }
        }
        if table.hasNumbers { try continueNumbers(of: table, from: source, in: target) }
        var (before, after) = (TableDigest(), TableDigest())
        try pages.each(in: source) { before.add($0) }
        try pages.each(in: target) { after.add($0) }
        guard before == after else { throw Self.different(table.name, before.rows, after.rows) }
        return after.rows
    }

    private func insert(
        _ page: [SQLRow], _ columns: [String], into table: MovedTable, _ db: any SQLSession
    ) throws {
        // One statement a page: a round trip for each row would take a day for a big house.
        let places = "(" + columns.map { _ in "?" }.joined(separator: ", ") + ")"
        try db.run(
            """
            INSERT INTO \(table.name) (\(columns.joined(separator: ", "))) OVERRIDING SYSTEM VALUE
            VALUES \(page.map { _ in places }.joined(separator: ", "))
            """, page.flatMap(\.values))
    }

    /// Behind the highest number that was ever given out, also to what is not there any more.
    private func continueNumbers(
        of table: MovedTable, from source: any SQLDatabase, in target: SharedDatabase
    ) throws {
        let row = try source.read { db in
            try db.rows(
                """
                SELECT max(coalesce((SELECT max(id) FROM \(table.name)), 0),
                    coalesce((SELECT seq FROM sqlite_sequence WHERE name = '\(table.name)'), 0))
                """, [])
        }.first
        guard let highest = row?.integer(0), highest > 0 else { return }
        try target.write { db in
            _ = try db.rows("SELECT setval(pg_get_serial_sequence('\(table.name)', 'id'), ?)", [.integer(highest)])
        }
    }

    private static func different(_ table: String, _ before: Int, _ after: Int) -> StoreError {
        .fatal(
            "What was written of '\(table)' is not what was read (\(before) rows here, \(after) there). The house's files "
                + "are as they were; nothing was moved.")
    }
}
