/// The tables, as PostgreSQL takes them: all numbers BIGINT, all bytes BYTEA, so that arguments are of the types that
/// `PostgresValue` sends. docs/store.md says what each is for.
enum PostgresTables {
    /// The index that says that an event of this number is there; violated, it tells of damage.
    static let eventIndex = "eventbynumber"
    /// "outb": the advisory lock under which the outbox gets its numbers.
    static let outboxLock: Int64 = 0x6F75_7462

    /// Indexes have the id at their end where lists are read in its order; SQLite has it there by itself. What is sealed
    /// cannot be compressed (EXTERNAL). Room is left on a case's page for its next version (fillfactor).
    static let cases = """
        CREATE TABLE meta (
            name TEXT PRIMARY KEY,
            value BIGINT NOT NULL
        );

        CREATE TABLE caseRow (
            id BIGINT PRIMARY KEY,
            publicID BYTEA NOT NULL,
            organisation BIGINT NOT NULL,
            team BIGINT NOT NULL,
            kind BIGINT NOT NULL,
            party BIGINT NOT NULL,
            assignee BIGINT,
            isAssigneeAbsent BIGINT NOT NULL,
            stage BIGINT NOT NULL,
            isUnread BIGINT NOT NULL,
            isErasing BIGINT NOT NULL,
            version BIGINT NOT NULL,
            teamHead BIGINT NOT NULL,
            guestHead BIGINT NOT NULL,
            due BIGINT,
            state BYTEA NOT NULL,
            leaseHolder BIGINT,
            leaseEnd BIGINT
        ) WITH (fillfactor = 80);
        ALTER TABLE caseRow ALTER COLUMN state SET STORAGE EXTERNAL;
        CREATE UNIQUE INDEX caseByPublicID ON caseRow (publicID);
        CREATE INDEX caseByTeam ON caseRow (team, stage, id);
        CREATE INDEX caseUnassigned ON caseRow (team, id) WHERE stage = 0 AND assignee IS NULL AND kind <> 2;
        CREATE INDEX caseUnread ON caseRow (team, id) WHERE stage = 0 AND isUnread = 1;
        CREATE INDEX caseByAssignee ON caseRow (assignee, id, isAssigneeAbsent) WHERE assignee IS NOT NULL;
        CREATE INDEX caseByGuest ON caseRow (party, stage) WHERE kind <> 2;
        CREATE INDEX caseByClient ON caseRow (party, id) WHERE kind = 2;
        CREATE INDEX caseByDue ON caseRow (due, id) WHERE due IS NOT NULL;
        CREATE INDEX caseErasing ON caseRow (id) WHERE isErasing = 1;

        CREATE TABLE caseGuest (
            guest BIGINT NOT NULL,
            caseID BIGINT NOT NULL,
            PRIMARY KEY (guest, caseID)
        );
        CREATE INDEX guestByCase ON caseGuest (caseID);

        CREATE TABLE caseEvent (
            caseID BIGINT NOT NULL,
            number BIGINT NOT NULL,
            guestNumber BIGINT,
            edits BIGINT,
            isDeleted BIGINT NOT NULL,
            body BYTEA NOT NULL,
            CONSTRAINT eventByNumber PRIMARY KEY (caseID, number)
        );
        ALTER TABLE caseEvent ALTER COLUMN body SET STORAGE EXTERNAL;
        CREATE INDEX eventByEdited ON caseEvent (caseID, edits) WHERE edits IS NOT NULL;

        CREATE TABLE commandKey (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            organisation BIGINT NOT NULL,
            key BYTEA NOT NULL,
            authorKind BIGINT NOT NULL,
            author BIGINT NOT NULL,
            fingerprint BIGINT NOT NULL,
            caseID BIGINT NOT NULL,
            teamHead BIGINT NOT NULL,
            guestHead BIGINT NOT NULL,
            at BIGINT NOT NULL
        );
        CREATE UNIQUE INDEX commandByKey ON commandKey (organisation, key, authorKind, author);

        CREATE TABLE outboxItem (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            caseID BIGINT NOT NULL,
            kind BIGINT NOT NULL,
            number BIGINT NOT NULL,
            due BIGINT NOT NULL
        );

        CREATE TABLE node (
            id BIGINT PRIMARY KEY,
            heardAt BIGINT NOT NULL
        );
        CREATE TABLE nodeMember (
            member BIGINT NOT NULL,
            node BIGINT NOT NULL,
            PRIMARY KEY (member, node)
        );
        CREATE INDEX memberByNode ON nodeMember (node);
        """
}
