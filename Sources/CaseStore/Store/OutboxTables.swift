/// Schema 3: what the outbox knows of its items beside what they are.
///
/// Items of before were never sent by anybody. They are not sent months later, because of an upgrade: they count as
/// cancelled.
enum OutboxTables {
    private static let columns = [
        "state INTEGER NOT NULL DEFAULT 0",
        "recipient INTEGER",
        "series INTEGER NOT NULL DEFAULT 0",
        "since INTEGER",
        "notBefore INTEGER NOT NULL DEFAULT 0",
        "attempts INTEGER NOT NULL DEFAULT 0",
        "isOpen INTEGER NOT NULL DEFAULT 0",
        "unknowns INTEGER NOT NULL DEFAULT 0",
        "leaseToken INTEGER",
        "leaseEnd INTEGER",
        "finishedAt INTEGER",
        "channel INTEGER",
        "reference TEXT",
        "reason TEXT",
        "report INTEGER",
        "reportedAt INTEGER",
    ]

    private static let rest = """
        UPDATE outboxItem SET state = 3, finishedAt = due, reason = 'made before notices were sent';
        CREATE INDEX outboxWaiting ON outboxItem (notBefore, id) WHERE state = 0;
        CREATE INDEX outboxByCase ON outboxItem (caseID, id);
        CREATE INDEX outboxByReference ON outboxItem (reference) WHERE reference IS NOT NULL;
        CREATE INDEX outboxFailed ON outboxItem (id) WHERE state = 2 OR report = 2;
        CREATE INDEX outboxFinished ON outboxItem (finishedAt) WHERE finishedAt IS NOT NULL;
        """

    static let sqlite = columns.map { "ALTER TABLE outboxItem ADD COLUMN \($0);\n" }.joined() + rest

    static let postgres =
        columns.map {
            "ALTER TABLE outboxItem ADD COLUMN \($0.replacing("INTEGER", with: "BIGINT"));\n"
        }.joined() + rest
}
