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

    /// PostgreSQL's. Names are compared by their bytes, as here.
    static let postgres = """
        CREATE TABLE auditRow (
            node TEXT COLLATE "C" NOT NULL,
            number BIGINT NOT NULL,
            at BIGINT NOT NULL,
            organisation BIGINT NOT NULL,
            actor TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL,
            hash BYTEA NOT NULL,
            PRIMARY KEY (node, number)
        );
        CREATE TABLE auditHead (
            node TEXT COLLATE "C" NOT NULL,
            number BIGINT NOT NULL,
            rows BIGINT NOT NULL,
            at BIGINT NOT NULL,
            hash BYTEA NOT NULL,
            signature BYTEA NOT NULL,
            PRIMARY KEY (node, number)
        );
        """

    static func insert(_ row: AuditRow, hash: [UInt8], _ db: any SQLSession) throws {
        let entry = row.entry
        try db.run(
            """
            INSERT INTO auditRow (node, number, at, organisation, actor, action, subject, detail, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(row.node), .integer(row.number), .integer(entry.at), .integer(entry.organisation),
                .text(entry.actor), .text(entry.action), .text(entry.subject), .text(entry.detail), .blob(hash),
            ])
    }

    static func insert(_ head: AuditHead, _ db: any SQLSession) throws {
        try db.run(
            "INSERT INTO auditHead (node, number, rows, at, hash, signature) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(head.node), .integer(head.number), .integer(head.rows), .integer(head.at), .blob(head.hash),
                .blob(head.signature),
            ])
    }

    /// The number and the hash of the node's newest row.
    static func lastRow(of node: String, _ db: any SQLSession) throws -> (number: Int64, hash: [UInt8])? {
        let row = try db.firstRow(
            "SELECT number, hash FROM auditRow WHERE node = ? ORDER BY number DESC LIMIT 1", [.text(node)])
        guard let row else { return nil }
        guard let number = row.integer(0), let hash = row.blob(1) else {
            throw AuditError("The last audit row of node '\(node)' cannot be read; run: foyer audit verify")
        }
        return (number, hash)
    }

    /// nil stands for a row that holds no head.
    static func heads(_ db: any SQLSession) throws -> [AuditHead?] {
        try db.rows("SELECT node, number, rows, at, hash, signature FROM auditHead ORDER BY node, number", [])
            .map(head)
    }

    static func lastHead(of node: String, _ db: any SQLSession) throws -> AuditHead? {
        try db.firstRow(
            """
            SELECT node, number, rows, at, hash, signature FROM auditHead
            WHERE node = ? ORDER BY number DESC LIMIT 1
            """, [.text(node)]
        ).flatMap(head)
    }

    private static func head(_ row: SQLRow) -> AuditHead? {
        guard let node = row.text(0), let number = row.integer(1), let rows = row.integer(2),
            let at = row.integer(3), let hash = row.blob(4), let signature = row.blob(5)
        else { return nil }
        return AuditHead(node: node, number: number, rows: rows, at: at, hash: hash, signature: signature)
    }
}
