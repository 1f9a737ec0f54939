package import CaseMachine

/// A store whose outbox is a table of either database: one wording for both.
package protocol SQLOutbox: CaseOutbox {
    /// A transaction that writes.
    func changeOutbox<Value>(_ body: (OutboxSQL) throws -> Value) throws(StoreError) -> Value
    func readOutbox<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value
}

extension SQLiteStore: SQLOutbox {
    /// One process has the file, and its clock is the store's.
    package func changeOutbox<Value>(_ body: (OutboxSQL) throws -> Value) throws(StoreError) -> Value {
        let clock = settings.clock().milliseconds
        return try database.write { db in try body(OutboxSQL(db: db, clock: clock, isShared: false)) }
    }

    package func readOutbox<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value {
        try database.read(body)
    }
}

extension PostgresStore: SQLOutbox {
    /// Leases run by the database's clock, whatever clocks the nodes have.
    package func changeOutbox<Value>(_ body: (OutboxSQL) throws -> Value) throws(StoreError) -> Value {
        try readers.transaction(.readCommitted) { connection in
            let db = PostgresSession(connection)
            guard
                let clock = try db.firstRow("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT", [])?
                    .integer(0)
            else { throw StoreError.unavailable("The database does not say what time it is.") }
            return try body(OutboxSQL(db: db, clock: clock, isShared: true))
        }
    }

    package func readOutbox<Value>(_ body: (any SQLSession) throws -> Value) throws(StoreError) -> Value {
        try readers.read { connection in try body(PostgresSession(connection)) }
    }
}

extension SQLOutbox {
    package func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem] {
        guard limit > 0 else { return [] }
        return try readOutbox { db in
            try db.rows(
                "SELECT \(PendingItem.columns) FROM outboxItem WHERE id > ? AND state = 0 ORDER BY id LIMIT ?",
                [.integer(id), .integer(Int64(limit))]
            ).compactMap { PendingItem($0) }
        }
    }

    package func leaseOutbox(
        limit: Int, for duration: Duration, at now: Timestamp
    ) throws(StoreError) -> [LeasedItem] {
        guard limit > 0 else { return [] }
        // Mostly there is nothing, and whoever only looks holds up no commit.
        let isAny = try readOutbox { db in
            try db.firstRow(
                "SELECT id FROM outboxItem WHERE state = 0 AND notBefore <= ? LIMIT 1", [.integer(now.milliseconds)])
                != nil
        }
        guard isAny else { return [] }
        return try changeOutbox { outbox in try outbox.lease(limit: limit, for: duration, at: now) }
    }

    package func beginAttempt(_ item: LeasedItem, for duration: Duration) throws(StoreError) -> Bool {
        try changeOutbox { outbox in try outbox.beginAttempt(item, for: duration) }
    }

    package func finish(
        _ item: LeasedItem, _ outcome: LetterOutcome, at now: Timestamp
    ) throws(StoreError) -> Bool {
        try changeOutbox { outbox in try outbox.finish(item, outcome, at: now) }
    }

    package func split(_ item: LeasedItem, among members: [MemberID]) throws(StoreError) -> Bool {
        try changeOutbox { outbox in try outbox.split(item, among: members) }
    }

    package func report(
        _ report: LetterReport, of reference: String, at now: Timestamp
    ) throws(StoreError) -> [CaseID] {
        try changeOutbox { outbox in try outbox.report(report, of: reference, at: now) }
    }

    package func letters(of id: CaseID, limit: Int) throws(StoreError) -> [LetterRecord] {
        try readOutbox { db in try LetterRecord.letters(of: id, limit: limit, db) }
    }

    package func failedLetters(
        of organisation: OrganisationID, before id: Int64?, limit: Int
    ) throws(StoreError) -> [LetterRecord] {
        try readOutbox { db in try LetterRecord.failed(of: organisation, before: id, limit: limit, db) }
    }

    package func sendAgain(
        _ id: Int64, in organisation: OrganisationID, at now: Timestamp
    ) throws(StoreError) -> CaseID? {
        try changeOutbox { outbox in try outbox.sendAgain(id, in: organisation, at: now) }
    }

    package func forgetLetters(finishedBefore moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        try changeOutbox { outbox in try outbox.forget(finishedBefore: moment, limit: limit) }
    }
}
