package import CaseMachine

extension Directory {
    /// Somebody of the team looked at who a case is about.
    package func recordCaseViewed(_ id: CaseID, by member: MemberID, at now: Timestamp) throws(DirectoryError) {
        guard let organisation = roster[member]?.organisation else { throw .noSuchMember }
        try write { db in
            try record("case.viewed", by: "member:\(member)", to: "case:\(id)", "", organisation, now, db)
            return .success(())
        }
    }

    /// An administrator has a letter sent again that had failed.
    package func recordSentAgain(
        _ letter: Int64, by member: MemberID, at now: Timestamp
    ) throws(DirectoryError) {
        guard let organisation = roster[member]?.organisation else { throw .noSuchMember }
        try write { db in
            try record("letter.sentAgain", by: "member:\(member)", to: "letter:\(letter)", "", organisation, now, db)
            return .success(())
        }
    }

    /// Commits with what it witnesses.
    func record(
        _ action: String, by actor: String, to subject: String, _ detail: String, _ organisation: OrganisationID,
        _ now: Timestamp, _ db: any SQLSession
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
                try audit.sign(now: now.milliseconds, in: database)
            } else {
                try audit.signIfDue(now: now.milliseconds, in: database)
            }
        } catch let error as StoreError {
            throw DirectoryError(error)
        } catch {
            throw DirectoryError(.fatal("\(error)"))
        }
    }

    /// Removes what has expired, a bounded portion of it; answers how much that was. To be called every minute, and again
    /// until the answer is 0.
    package func tidy(at now: Timestamp) throws(DirectoryError) -> Int {
        try write { db in
            let expired: [(table: String, id: String, column: String, moment: Timestamp)] = [
                ("challenge", "id", "expiresAt", now),
                ("session", "id", "idleAt", now),
                ("memberLink", "id", "expiresAt", now - DirectoryLimits.linksRemembered),
                ("attempt", "id", "at", now - Attempts.longestRemembered),
            ]
            let tickets = isShared ? [(table: "ticket", id: "hash", column: "expiresAt", moment: now)] : []
            var removed = isShared ? try SharedChanges.tidy(at: now, db) : 0
            for (table, id, column, moment) in expired + tickets {
                removed += try db.run(
                    """
                    DELETE FROM \(table) WHERE \(id) IN (
                        SELECT \(id) FROM \(table) WHERE \(column) <= ? ORDER BY \(column) LIMIT ?)
                    """, [.integer(moment.milliseconds), .integer(Int64(DirectoryLimits.tidiedAtOnce))])
            }
            return .success(removed)
        }
    }
}
