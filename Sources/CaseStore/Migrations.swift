import GRDB

/// How the database came to be as it is: numbered steps, forward only. A step that has been released is never changed;
/// what is to be different comes as the next one. The number that a database has reached is its `user_version`.
///
/// A new step needs a dump of the schema before it among the tests (Tests/CaseStore/Store/Schemas/SQLite), which fail
/// without.
enum Migrations {
    /// "Foyr", in the file's header: whose database it is.
    static let applicationID: Int32 = 0x466F_7972
    /// Set before the first table is made, and never again. Smaller pages would write fewer bytes a commit, which measured
    /// no faster: it is the number of pages that costs, and the disk's own blocks are not smaller.
    static let pageBytes = 4096

    /// Step n brings version n-1 to version n.
    static let steps: [@Sendable (Database) throws -> Void] = [
        createEverything, DirectoryTables.create, addLettersLinksAndFiles,
    ]

    static var newest: Int { steps.count }

    /// Brings the database to the newest version, in one transaction: all the steps that are missing, or none.
    static func run(_ db: Database, _ steps: [@Sendable (Database) throws -> Void] = steps) throws {
        try db.inTransaction(.immediate) {
            for (number, step) in zip(1..., steps) where number > (try version(of: db)) {
                try step(db)
                try db.execute(sql: "PRAGMA user_version = \(number)")
            }
            return .commit
        }
    }

    static func version(of db: Database) throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }

    /// All tables and indexes, as text to be compared.
    static func schema(of db: Database) throws -> String {
        try String.fetchAll(
            db,
            sql: """
                SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
                ORDER BY type <> 'table', name
                """
        ).map { $0 + ";\n" }.joined(separator: "\n")
    }

    /// What the steps make of nothing.
    static func newestSchema() throws -> String {
        try DatabaseQueue().write { db in
            for step in steps { try step(db) }
            return try schema(of: db)
        }
    }

    private static func addLettersLinksAndFiles(_ db: Database) throws {
        for sql in [OutboxTables.sqlite, FileTables.sqlite] { try db.execute(sql: sql) }
        try MemberLinkTables.create(in: db)
    }

    private static func createEverything(_ db: Database) throws {
        try db.execute(sql: "PRAGMA application_id = \(applicationID)")
        try db.execute(
            sql: """
                CREATE TABLE meta (
                    name TEXT PRIMARY KEY,
                    value INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID;

                CREATE TABLE caseRow (
                    id INTEGER PRIMARY KEY,
                    publicID BLOB NOT NULL,
                    organisation INTEGER NOT NULL,
                    team INTEGER NOT NULL,
                    kind INTEGER NOT NULL,
                    party INTEGER NOT NULL,
                    assignee INTEGER,
                    isAssigneeAbsent INTEGER NOT NULL,
                    stage INTEGER NOT NULL,
                    isUnread INTEGER NOT NULL,
                    isErasing INTEGER NOT NULL,
                    version INTEGER NOT NULL,
                    teamHead INTEGER NOT NULL,
                    guestHead INTEGER NOT NULL,
                    due INTEGER,
                    state BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX caseByPublicID ON caseRow (publicID);
                CREATE INDEX caseByTeam ON caseRow (team, stage);
                CREATE INDEX caseUnassigned ON caseRow (team) WHERE stage = 0 AND assignee IS NULL AND kind <> 2;
                CREATE INDEX caseUnread ON caseRow (team) WHERE stage = 0 AND isUnread = 1;
                CREATE INDEX caseByAssignee ON caseRow (assignee, id, isAssigneeAbsent) WHERE assignee IS NOT NULL;
                CREATE INDEX caseByGuest ON caseRow (party, stage) WHERE kind <> 2;
                CREATE INDEX caseByClient ON caseRow (party) WHERE kind = 2;
                CREATE INDEX caseByDue ON caseRow (due) WHERE due IS NOT NULL;
                CREATE INDEX caseErasing ON caseRow (id) WHERE isErasing = 1;

                CREATE TABLE caseGuest (
                    guest INTEGER NOT NULL,
                    caseID INTEGER NOT NULL,
                    PRIMARY KEY (guest, caseID)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX guestByCase ON caseGuest (caseID);

                CREATE TABLE caseEvent (
                    id INTEGER PRIMARY KEY,
                    caseID INTEGER NOT NULL,
                    number INTEGER NOT NULL,
                    guestNumber INTEGER,
                    edits INTEGER,
                    isDeleted INTEGER NOT NULL,
                    body BLOB NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX eventByNumber ON caseEvent (caseID, number);
                CREATE INDEX eventByEdited ON caseEvent (caseID, edits) WHERE edits IS NOT NULL;

                CREATE TABLE commandKey (
                    id INTEGER PRIMARY KEY,
                    organisation INTEGER NOT NULL,
                    key BLOB NOT NULL,
                    authorKind INTEGER NOT NULL,
                    author INTEGER NOT NULL,
                    fingerprint INTEGER NOT NULL,
                    caseID INTEGER NOT NULL,
                    teamHead INTEGER NOT NULL,
                    guestHead INTEGER NOT NULL,
                    at INTEGER NOT NULL
                ) STRICT;
                CREATE UNIQUE INDEX commandByKey ON commandKey (organisation, key, authorKind, author);

                CREATE TABLE outboxItem (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    caseID INTEGER NOT NULL,
                    kind INTEGER NOT NULL,
                    number INTEGER NOT NULL,
                    due INTEGER NOT NULL
                ) STRICT;

                CREATE TABLE node (
                    id INTEGER PRIMARY KEY,
                    heardAt INTEGER NOT NULL
                ) STRICT;
                CREATE TABLE nodeMember (
                    member INTEGER NOT NULL,
                    node INTEGER NOT NULL,
                    PRIMARY KEY (member, node)
                ) STRICT, WITHOUT ROWID;
                CREATE INDEX memberByNode ON nodeMember (node);
                """)
        try AuditTables.create(in: db)
    }
}
