import Foundation
import Glibc

/// How the database came to be as it is: numbered steps, forward only, as SQLite's (`Migrations`), and to the same tables.
/// The number that it has reached stands in `meta`.
///
/// A new step needs a dump of the database before it among the tests (Tests/CaseStore/Store/Schemas/Postgres), which fail
/// without.
///
/// Nodes of the release before may be at work while a step is made, and go on working on what it has made.
package enum PostgresMigrations {
    /// "Foyr": the advisory lock under which the steps are made, one process at a time.
    private static let lock: Int64 = 0x466F_7972
    /// How long a process waits for another one that is making them.
    private static let patience: Duration = .seconds(60)
    /// How long one step may take, in a big house.
    private static let longestStep: Duration = .seconds(3600)

    /// Step n brings version n-1 to version n. One that has been released is never changed.
    static let steps: [String] = [
        PostgresTables.cases, AuditTables.postgres + DirectoryTables.postgres,
        OutboxTables.postgres + MemberLinkTables.postgres + FileTables.postgres,
    ]

    /// From here on there is an audit trail.
    static let firstWithAudit: Int64 = 2

    package static var newest: Int64 { Int64(steps.count) }

    /// Brings the database to the newest version: all the steps that are missing, or none. Answers from which version it
    /// came; 0 for a new house. Refuses a database of somebody else, and one that a later release has written.
    @discardableResult
    package static func run(
        _ url: PostgresURL, _ settings: PostgresSettings = PostgresSettings()
    ) throws(StoreError) -> Int64 {
        try run(url, try PostgresConnection(url, settings), steps)
    }

    @discardableResult
    static func run(
        _ url: PostgresURL, _ connection: PostgresConnection, _ steps: [String]
    ) throws(StoreError) -> Int64 {
        do {
            let reached = try version(of: connection)
            guard reached != Int64(steps.count) else { return reached }
            try demandKnown(url, reached, newest: Int64(steps.count))
            let deadline = ContinuousClock.now + patience
            while true {
                if let before = try make(url, connection, steps) { return before }
                guard ContinuousClock.now < deadline else {
                    throw StoreError.unavailable(
                        "Another process has been bringing the database \(url) up to date for \(patience). Wait for it."
                    )
                }
                usleep(100_000)
            }
        } catch {
            throw PostgresPool.storeError(error)
        }
    }

    static func demandKnown(_ url: PostgresURL, _ reached: Int64, newest: Int64 = newest) throws(StoreError) {
        guard reached <= newest else {
            throw .fatal(
                "The database \(url) was written by a later release (schema \(reached), this one knows \(newest)). Start "
                    + "that release; there is no way back but a backup.")
        }
    }

    /// 0 where there are no tables yet.
    static func version(of connection: PostgresConnection) throws -> Int64 {
        let tables = try connection.run(
            """
            SELECT count(*), count(*) FILTER (WHERE relname = 'meta') FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            """)
        guard let all = tables.rows.first?.integer(0), let meta = tables.rows.first?.integer(1), all > 0 else {
            return 0
        }
        guard meta > 0 else {
            throw StoreError.fatal("The database holds tables that are not Foyer's. Give it a database of its own.")
        }
        let rows = try connection.run("SELECT value FROM meta WHERE name = 'schema'").rows
        guard let version = rows.first?.integer(0), version > 0 else {
            throw StoreError.fatal("Damaged: the database has no schema version.")
        }
        return version
    }

    /// nil if another process is at it.
    private static func make(
        _ url: PostgresURL, _ connection: PostgresConnection, _ steps: [String]
    ) throws -> Int64? {
        try connection.transaction(.readCommitted) { connection in
            let answers = try connection.run([
                PostgresQuery("SELECT set_config('statement_timeout', '0', true)"),
                PostgresQuery("SELECT pg_try_advisory_xact_lock($1)", [.integer(lock)]),
            ])
            guard answers.last?.rows.first?.integer(0) == 1 else { return nil }
            let before = try version(of: connection)
            try demandKnown(url, before, newest: Int64(steps.count))
            for step in steps.dropFirst(Int(before)) { try connection.runScript(step, within: longestStep) }
            try connection.run(
                "INSERT INTO meta (name, value) VALUES ('schema', $1) ON CONFLICT (name) DO UPDATE SET value = $1",
                [.integer(Int64(steps.count))])
            if before == 0 { try PostgresGeneration.renew(connection) }
            return before
        }
    }
}

/// Names this log (`Generation`).
enum PostgresGeneration {
    static func read(_ connection: PostgresConnection) throws -> Int64? {
        try connection.run("SELECT value FROM meta WHERE name = 'generation'").rows.first?.integer(0)
    }

    @discardableResult static func renew(_ connection: PostgresConnection) throws -> Int64 {
        let generation = Int64.random(in: 1 ... .max)
        try connection.run(
            "INSERT INTO meta (name, value) VALUES ('generation', $1) ON CONFLICT (name) DO UPDATE SET value = $1",
            [.integer(generation)])
        return generation
    }
}
