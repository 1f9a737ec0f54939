package import CaseMachine

/// The outbox in words that both databases know, within one transaction.
package struct OutboxSQL {
    let db: any SQLSession
    /// The store's own clock, by which leases run.
    let clock: Int64
    /// Other nodes write at the same time: PostgreSQL's rows are locked, and those that others have locked left out.
    /// SQLite has one writer.
    let isShared: Bool

    func lease(limit: Int, for duration: Duration, at now: Timestamp) throws -> [LeasedItem] {
        // Neighbours may draw the same number once in a universe.
        let token = Int64.random(in: 1 ... .max)
        let rows = try db.rows(
            """
            WITH ready AS MATERIALIZED (
                SELECT id FROM outboxItem
                WHERE state = 0 AND notBefore <= ? AND (leaseEnd IS NULL OR leaseEnd <= ?)
                ORDER BY notBefore, id LIMIT ?\(isShared ? " FOR UPDATE SKIP LOCKED" : "")
            )
            UPDATE outboxItem SET leaseToken = ?, leaseEnd = ?,
                unknowns = CASE WHEN isOpen = 1 THEN unknowns + 1 ELSE unknowns END, isOpen = 0
            WHERE id IN (SELECT id FROM ready)
            RETURNING id, caseID, kind, number, due, recipient, series, since, attempts, unknowns
            """,
            [
                .integer(now.milliseconds), .integer(clock), .integer(Int64(limit)), .integer(token),
                .integer(end(duration)),
            ])
        return rows.compactMap { LeasedItem($0, token) }.sorted { $0.pending.id < $1.pending.id }
    }

    func beginAttempt(_ item: LeasedItem, for duration: Duration) throws -> Bool {
        try db.run(
            """
            UPDATE outboxItem SET attempts = attempts + 1, isOpen = 1, leaseEnd = ?
            WHERE id = ? AND leaseToken = ? AND state = 0 AND leaseEnd > ?
            """,
            [.integer(end(duration)), .integer(item.pending.id), .integer(item.token), .integer(clock)]) == 1
    }

    /// The token stays, so that the same may be said again; `leaseOutbox` and `sendAgain` put another in its place.
    func finish(_ item: LeasedItem, _ outcome: LetterOutcome, at now: Timestamp) throws -> Bool {
        let row = OutcomeRow(outcome)
        return try db.run(
            """
            UPDATE outboxItem SET state = ?, notBefore = ?, finishedAt = ?, channel = ?, reference = ?, reason = ?,
                unknowns = \(row.isUnknown ? "CASE WHEN isOpen = 1 THEN unknowns + 1 ELSE unknowns END" : "unknowns"),
                isOpen = 0, leaseEnd = NULL
            WHERE id = ? AND leaseToken = ?
            """,
            [
                .integer(Int64(row.state.rawValue)), .integer((row.nextTry ?? Timestamp(milliseconds: 0)).milliseconds),
                row.state == .waiting ? .null : .integer(now.milliseconds),
                row.channel.map { .integer(Int64($0.rawValue)) } ?? .null, row.reference.map(SQLValue.text) ?? .null,
                row.reason.map(SQLValue.text) ?? .null, .integer(item.pending.id), .integer(item.token),
            ]) == 1
    }

    func split(_ item: LeasedItem, among members: [MemberID]) throws -> Bool {
        let isOurs = try db.run(
            "DELETE FROM outboxItem WHERE id = ? AND leaseToken = ? AND state = 0 AND leaseEnd > ?",
            [.integer(item.pending.id), .integer(item.token), .integer(clock)])
        guard isOurs == 1 else { return false }
        // As a commit does, so that numbers become visible in their order.
        if isShared { _ = try db.rows("SELECT pg_advisory_xact_lock(?)", [.integer(PostgresTables.outboxLock)]) }
        let what = item.pending.item
        for member in members {
            try db.run(
                """
                INSERT INTO outboxItem (caseID, kind, number, due, recipient, series, since)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .integer(item.pending.caseID.value), .integer(Int64(what.kind.rawValue)), .integer(what.number),
                    .integer(what.due.milliseconds), .integer(member.value), .integer(item.series),
                    .integer(item.since.milliseconds),
                ])
        }
        return true
    }

    func report(_ report: LetterReport, of reference: String, at now: Timestamp) throws -> [CaseID] {
        let found = try db.rows("SELECT id, caseID FROM outboxItem WHERE reference = ?", [.text(reference)])
        for row in found {
            guard let id = row.integer(0) else { continue }
            let (delivery, reason): (LetterRecord.Delivery, String?) =
                switch report {
                case .delivered: (.delivered, nil)
                case .failed(let reason): (.failed, reason)
                }
            try db.run(
                """
                UPDATE outboxItem SET report = ?, reportedAt = ?, reason = ?
                WHERE id = ? AND (report IS NULL OR report <> 1)
                """,
                [
                    .integer(Int64(delivery.rawValue)), .integer(now.milliseconds),
                    reason.map(SQLValue.text) ?? .null, .integer(id),
                ])
        }
        return Set(found.compactMap { $0.integer(1).map { CaseID($0) } }).sorted()
    }

    func sendAgain(_ id: Int64, in organisation: OrganisationID, at now: Timestamp) throws -> CaseID? {
        try db.firstRow(
            """
            UPDATE outboxItem SET state = 0, notBefore = 0, since = ?, attempts = 0, series = series + 1,
                leaseToken = NULL, leaseEnd = NULL, finishedAt = NULL, reference = NULL, report = NULL,
                reportedAt = NULL, reason = NULL, unknowns = CASE WHEN unknowns > 1 THEN 1 ELSE unknowns END
            WHERE id = ? AND (state = 2 OR report = 2)
                AND EXISTS (SELECT 1 FROM caseRow WHERE caseRow.id = outboxItem.caseID AND organisation = ?)
            RETURNING caseID
            """, [.integer(now.milliseconds), .integer(id), .integer(organisation.value)]
        )?.integer(0).map { CaseID($0) }
    }

    func forget(finishedBefore moment: Timestamp, limit: Int) throws -> Int {
        try db.run(
            """
            DELETE FROM outboxItem WHERE id IN (
                SELECT id FROM outboxItem WHERE finishedAt < ? AND finishedAt IS NOT NULL ORDER BY finishedAt LIMIT ?)
            """, [.integer(moment.milliseconds), .integer(Int64(max(0, limit)))])
    }

    private func end(_ duration: Duration) -> Int64 { clock &+ duration.wholeMilliseconds }
}

/// An outcome as the columns have it.
package struct OutcomeRow {
    package let state: LetterRecord.State
    package var nextTry: Timestamp?
    package var channel: LetterChannel?
    package var reference: String?
    package var reason: String?
    package var isUnknown = false

    package init(_ outcome: LetterOutcome) {
        switch outcome {
        case .sent(let channel, let reference):
            (state, self.channel, self.reference) = (.sent, channel, reference)
        case .later(let moment, let channel, let reason, let isUnknown):
            (state, nextTry, self.channel, self.reason) = (.waiting, moment, channel, reason)
            self.isUnknown = isUnknown
        case .dead(let channel, let reason, let isUnknown):
            (state, self.channel, self.reason, self.isUnknown) = (.dead, channel, reason, isUnknown)
        case .cancelled(let reason): (state, self.reason) = (.cancelled, reason)
        }
    }
}

extension LeasedItem {
    fileprivate init?(_ row: SQLRow, _ token: Int64) {
        guard let pending = PendingItem(row), let series = row.integer(6), let attempts = row.integer(8),
            let unknowns = row.integer(9)
        else { return nil }
        self.init(
            pending, token: token, recipient: row.integer(5).map { MemberID($0) }, series: series,
            since: row.integer(7).map { Timestamp(milliseconds: $0) }, attempts: attempts, unknowns: unknowns)
    }
}

extension PendingItem {
    static let columns = "id, caseID, kind, number, due"

    init?(_ row: SQLRow) {
        guard let id = row.integer(0), let caseID = row.integer(1), let item = OutboxItem(row) else { return nil }
        self.init(id: id, caseID: CaseID(caseID), item: item)
    }
}

extension OutboxItem {
    fileprivate init?(_ row: SQLRow) {
        guard let kind = row.integer(2).flatMap(UInt8.init(exactly:)).flatMap(Kind.init), let number = row.integer(3),
            let due = row.integer(4)
        else { return nil }
        self.init(kind: kind, number: number, due: Timestamp(milliseconds: due))
    }
}

extension LetterRecord {
    private static let columns = """
        id, caseID, kind, number, due, recipient, state, attempts, unknowns, notBefore, finishedAt, channel, reason, \
        report, reportedAt
        """

    static func letters(of id: CaseID, limit: Int, _ db: any SQLSession) throws -> [LetterRecord] {
        try db.rows(
            "SELECT \(columns) FROM outboxItem WHERE caseID = ? ORDER BY id DESC LIMIT ?",
            [.integer(id.value), .integer(Int64(max(0, limit)))]
        ).compactMap { LetterRecord($0) }.reversed()
    }

    static func failed(
        of organisation: OrganisationID, before id: Int64?, limit: Int, _ db: any SQLSession
    ) throws -> [LetterRecord] {
        try db.rows(
            """
            SELECT \(columns) FROM outboxItem
            WHERE (state = 2 OR report = 2) AND id < ?
                AND EXISTS (SELECT 1 FROM caseRow WHERE caseRow.id = outboxItem.caseID AND organisation = ?)
            ORDER BY id DESC LIMIT ?
            """,
            [.integer(id ?? .max), .integer(organisation.value), .integer(Int64(max(0, limit)))]
        ).compactMap { LetterRecord($0) }
    }

    private init?(_ row: SQLRow) {
        guard let pending = PendingItem(row), let state = row.byte(6).flatMap(State.init),
            let attempts = row.integer(7), let unknowns = row.integer(8), let notBefore = row.integer(9)
        else { return nil }
        self.init(
            id: pending.id, caseID: pending.caseID, item: pending.item, recipient: row.integer(5).map { MemberID($0) },
            state: state, attempts: attempts, unknowns: unknowns,
            nextTry: state == .waiting && notBefore > 0 ? Timestamp(milliseconds: notBefore) : nil,
            finishedAt: row.integer(10).map { Timestamp(milliseconds: $0) },
            channel: row.byte(11).flatMap(LetterChannel.init), reason: row.text(12),
            delivery: row.byte(13).flatMap(Delivery.init),
            reportedAt: row.integer(14).map { Timestamp(milliseconds: $0) })
    }
}

extension SQLRow {
    fileprivate func byte(_ index: Int) -> UInt8? { integer(index).flatMap(UInt8.init(exactly:)) }
}
