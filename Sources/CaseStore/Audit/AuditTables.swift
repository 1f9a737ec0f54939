import Foundation
package import GRDB

/// The tables of the audit trail, which stand among the data so that a row commits with what it witnesses.
package enum AuditTables {
    /// For a migration.
    package static func create(in db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE auditRow (
                    node TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    at INTEGER NOT NULL,
                    organisation INTEGER NOT NULL,
                    actor TEXT NOT NULL,
                    action TEXT NOT NULL,
                    subject TEXT NOT NULL,
                    detail TEXT NOT NULL,
                    hash BLOB NOT NULL,
                    PRIMARY KEY (node, number)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE auditHead (
                    node TEXT NOT NULL,
                    number INTEGER NOT NULL,
                    rows INTEGER NOT NULL,
                    at INTEGER NOT NULL,
                    hash BLOB NOT NULL,
                    signature BLOB NOT NULL,
                    PRIMARY KEY (node, number)
                ) STRICT, WITHOUT ROWID;
                """)
    }

    static func insert(_ row: AuditRow, hash: [UInt8], _ db: Database) throws {
        let statement = try db.cachedStatement(sql: "INSERT INTO auditRow VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        let entry = row.entry
        try statement.execute(arguments: [
            row.node, row.number, entry.at, entry.organisation, entry.actor, entry.action, entry.subject, entry.detail,
            Data(hash),
        ])
    }

    static func insert(_ head: AuditHead, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO auditHead VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [head.node, head.number, head.rows, head.at, Data(head.hash), Data(head.signature)])
    }

    /// The number and the hash of the node's newest row.
    static func lastRow(of node: String, _ db: Database) throws -> (number: Int64, hash: [UInt8])? {
        let statement = try db.cachedStatement(
            sql: "SELECT number, hash FROM auditRow WHERE node = ? ORDER BY number DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement, arguments: [node]) else { return nil }
        guard let number = ColumnValue.integer(row, 0), let hash = ColumnValue.blob(row, 1) else {
            throw AuditError("The last audit row of node '\(node)' cannot be read; run: foyer audit verify")
        }
        return (number, hash)
    }

    /// nil stands for a row that holds no head.
    static func heads(_ db: Database) throws -> [AuditHead?] {
        try Row.fetchAll(db, sql: "SELECT node, number, rows, at, hash, signature FROM auditHead ORDER BY node, number")
            .map(head)
    }

    static func lastHead(of node: String, _ db: Database) throws -> AuditHead? {
        try Row.fetchOne(
            db,
            sql: """
                SELECT node, number, rows, at, hash, signature FROM auditHead
                WHERE node = ? ORDER BY number DESC LIMIT 1
                """, arguments: [node]
        ).flatMap(head)
    }

    private static func head(_ row: Row) -> AuditHead? {
        guard let node = ColumnValue.text(row, 0), let number = ColumnValue.integer(row, 1),
            let rows = ColumnValue.integer(row, 2), let at = ColumnValue.integer(row, 3),
            let hash = ColumnValue.blob(row, 4), let signature = ColumnValue.blob(row, 5)
        else { return nil }
        return AuditHead(node: node, number: number, rows: rows, at: at, hash: hash, signature: signature)
    }
}
