import Foundation
import GRDB

/// The database of a backup, opened to be looked at.
struct CopiedHouse: ~Copyable {
    private let queue: DatabaseQueue
    private let path: String

    init(_ folder: BackupFolder) throws {
        path = folder.path(HouseBackup.database)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do { queue = try DatabaseQueue(path: path, configuration: configuration) } catch {
            throw SQLiteFailure.storeError(error, path)
        }
    }

    private func read<Value>(_ body: (any SQLSession) throws -> Value) throws -> Value {
        do { return try queue.read { db in try body(SQLiteSession(db)) } } catch let error as DatabaseError {
            throw SQLiteFailure.storeError(error, path)
        }
    }

    var schema: Int64 {
        get throws { try read { db in try db.firstRow("PRAGMA user_version", [])?.integer(0) ?? 0 } }
    }

    var generation: Int64 {
        get throws {
            try read { db in
                try db.firstRow("SELECT value FROM meta WHERE name = 'generation'", [])?.integer(0) ?? 0
            }
        }
    }

    /// Every page of it, and the audit trail's every row. Answers how many rows that has.
    func demandWhole(heads: String, _ key: AuditPublicKey) throws -> Int64 {
        let said = try read { db in try db.rows("PRAGMA integrity_check", []).compactMap { $0.text(0) } }
        guard said == ["ok"] else {
            throw BackupError("Damaged: SQLite says of '\(path)': \(said.prefix(3).joined(separator: "; ")).")
        }
        let verifier = try AuditVerifier(heads: AuditHeadsFile(path: heads), publicKey: key)
        let report = try read { db in try verifier.verify(db) }
        guard report.isIntact else {
            throw BackupError(
                "The audit trail in '\(path)' is not intact: \(report.findings.first.map { "\($0)" } ?? ""). Run 'foyer audit "
                    + "verify' on the house.")
        }
        return report.nodes.reduce(0) { $0 + $1.rows }
    }

    func newestHeads() throws -> [String: Int64] {
        try read { db in
            let rows = try db.rows("SELECT node, max(number) FROM auditHead GROUP BY node", [])
            return Dictionary(
                rows.compactMap { row in row.text(0).flatMap { node in row.integer(1).map { (node, $0) } } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    /// Of every table that there is.
    func rows() throws -> [String: Int64] {
        try read { db in
            let tables = try db.rows(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'", []
            ).compactMap { $0.text(0) }
            var rows: [String: Int64] = [:]
            for table in tables {
                rows[table] = try db.firstRow("SELECT count(*) FROM \(table)", [])?.integer(0)
            }
            return rows
        }
    }
}
