import Foundation
import GRDB
import Testing

@testable import CaseStore

/// The databases that the directory, its audit trail and its keys can stand in.
enum DatabaseKind: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case sqlite
    case postgres

    var testDescription: String { rawValue }
}

extension SharedDatabase {
    /// Of a schema, with the tables if it is new.
    static func house(_ url: PostgresURL) throws -> SharedDatabase {
        let pool = try PostgresPool(url, PostgresSettings(), most: 8)
        try pool.lend { connection in
            let tables = try connection.run(
                "SELECT count(*) FROM pg_class WHERE relname = 'auditrow' AND relnamespace = current_schema()::regnamespace"
            )
            guard tables.rows.first?.integer(0) == 0 else { return }
            for step in PostgresMigrations.steps { try connection.runScript(step) }
        }
        return SharedDatabase(pool)
    }
}

extension SQLDatabase {
    /// Several statements, as somebody runs them who has the database.
    func tamper(_ sql: String) throws {
        for statement in sql.split(separator: ";") where statement.contains(where: { !$0.isWhitespace }) {
            try run(String(statement), [])
        }
    }

    func count(_ table: String) throws -> Int64? { try rows("SELECT count(*) FROM \(table)", []).first?.integer(0) }
}
