import Foundation
import GRDB
import Testing

@testable import CaseStore

/// Every schema that was ever released stands in `Store/Schemas/SQLite` as text, with a row in each table. A step that is added
/// without the text of what it makes fails here, and so does one that is changed after it was released.
///
/// `FOYER_WRITE_SCHEMA=1 swift test --filter MigrationTests` writes the newest one, once: rows are added by hand.
@Suite struct MigrationTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Schemas/SQLite")

    private static func file(_ version: Int) -> URL { folder.appending(path: "schema-\(version).sql") }

    /// The tables and indexes of a stored schema, and the statements that fill them.
    private func stored(_ version: Int) throws -> (schema: String, rows: String) {
        let text = try String(contentsOf: Self.file(version), encoding: .utf8)
        let parts = text.components(separatedBy: "\n-- Rows\n")
        try #require(parts.count == 2)
        return (parts[0], parts[1])
    }

    @Test func `each schema that was released is kept, and the newest is as it was written down`() throws {
        let newest = Migrations.newest
        let made = try Migrations.newestSchema()
        if ProcessInfo.processInfo.environment["FOYER_WRITE_SCHEMA"] != nil,
            !FileManager.default.fileExists(atPath: Self.file(newest).path())
        {
            try (made + "\n-- Rows\n").write(to: Self.file(newest), atomically: true, encoding: .utf8)
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()
        #expect(files == (1...newest).map { "schema-\($0).sql" }.sorted())
        #expect(try stored(newest).schema == made, "a released step was changed, or a new one has no schema-n.sql")
    }

    @Test(arguments: 1...Migrations.newest)
    func `a database of any earlier schema is brought up to date with all its rows`(_ version: Int) throws {
        let (schema, rows) = try stored(version)
        try DatabaseQueue().writeWithoutTransaction { db in
            try db.execute(sql: schema)
            try db.execute(sql: rows)
            try db.execute(sql: "PRAGMA user_version = \(version)")
            let before = try counts(db)
            #expect(before.values.allSatisfy { $0 > 0 }, "a table without a row proves nothing")
            try Migrations.run(db)
            #expect(try Migrations.version(of: db) == Migrations.newest)
            #expect(try Migrations.schema(of: db) == Migrations.newestSchema())
            #expect(try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
            for (table, count) in try counts(db) where before[table] != nil { #expect(before[table] == count) }
        }
    }

    private func counts(_ db: Database) throws -> [String: Int] {
        let tables = try String.fetchAll(
            db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return try tables.reduce(into: [:]) { counts, table in
            counts[table] = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(table)")
        }
    }

    @Test func `steps run in order, each once, all that are missing or none`() throws {
        let first: @Sendable (Database) throws -> Void = { try $0.execute(sql: "CREATE TABLE a (x)") }
        let second: @Sendable (Database) throws -> Void = { try $0.execute(sql: "ALTER TABLE a ADD COLUMN y") }
        let failing: @Sendable (Database) throws -> Void = { db in
            try db.execute(sql: "CREATE TABLE b (x)")
            throw UnexpectedTrouble()
        }
        try DatabaseQueue().writeWithoutTransaction { db in
            try Migrations.run(db, [first])
            #expect(throws: UnexpectedTrouble.self) { try Migrations.run(db, [first, second, failing]) }
            #expect(try Migrations.version(of: db) == 1)
            #expect(try db.columns(in: "a").count == 1)
            #expect(try !db.tableExists("b"))
            for _ in 1...2 { try Migrations.run(db, [first, second]) }
            #expect(try Migrations.version(of: db) == 2)
            #expect(try db.columns(in: "a").count == 2)
        }
    }
}
