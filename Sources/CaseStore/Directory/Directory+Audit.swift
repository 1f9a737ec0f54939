package import CaseMachine
import GRDB

extension Directory {
    /// Somebody of the team looked at who a case is about.
    package func recordCaseViewed(_ id: CaseID, by member: MemberID, at now: Timestamp) throws(DirectoryError) {
        guard let organisation = roster[member]?.organisation else { throw .noSuchMember }
        try write { db in
            try record("case.viewed", by: "member:\(member)", to: "case:\(id)", "", organisation, now, db)
            return .success(())
        }
    }

    /// Commits with what it witnesses.
    func record(
        _ action: String, by actor: String, to subject: String, _ detail: String, _ organisation: OrganisationID,
        _ now: Timestamp, _ db: Database
    ) throws {
        let entry = AuditEntry(
            at: now.milliseconds, organisation: organisation.value, actor: actor, action: action, subject: subject,
            detail: detail)
        try audit.append([entry], in: db)
    }

    /// Signs the head of the audit trail if it is time, and whatever there is at close.
    package func signAudit(at now: Timestamp, isClosing: Bool = false) throws(DirectoryError) {
        do {
            if isClosing {
                try audit.sign(now: now.milliseconds, in: store.pool)
            } else {
                try audit.signIfDue(now: now.milliseconds, in: store.pool)
            }
        } catch {
            throw DirectoryError(SQLiteFailure.storeError(error, store.pool.path))
        }
    }

    /// Removes what has expired, a bounded portion of it; answers how much that was. To be called every minute, and again
    /// until the answer is 0.
    package func tidy(at now: Timestamp) throws(DirectoryError) -> Int {
        try write { db in
            let expired: [(table: String, column: String, moment: Timestamp)] = [
                ("challenge", "expiresAt", now),
                ("session", "idleAt", now),
                ("attempt", "at", now - Attempts.longestRemembered),
            ]
            var removed = 0
            for (table, column, moment) in expired {
                try db.execute(
                    sql: """
                        DELETE FROM \(table) WHERE id IN (
                            SELECT id FROM \(table) WHERE \(column) <= ? ORDER BY \(column) LIMIT ?)
                        """, arguments: [moment.milliseconds, DirectoryLimits.tidiedAtOnce])
                removed += db.changesCount
            }
            return .success(removed)
        }
    }
}
