package import CaseMachine

extension PostgresStore {
    /// The keys first: from then on the contents are unreadable, also in every copy of the database. What a crash leaves to
    /// be removed is found again, and destroying a key twice does no harm.
    package func finishErasing(limit: Int) throws(StoreError) -> Int {
        let erased = try rows(
            "SELECT id, organisation FROM caseRow WHERE isErasing = 1 ORDER BY id LIMIT $1",
            [.integer(Int64(max(0, limit)))]
        ).compactMap { row -> KeyOwner? in
            guard let id = row.integer(0), let organisation = row.integer(1) else { return nil }
            return .case(id, of: organisation)
        }
        if !erased.isEmpty {
            do { try vault.destroy(erased) } catch { throw .unavailable(error.description) }
            try removeContents(of: .integers(erased.map(\.subject)))
        }
        return try rows("SELECT count(*) FROM caseRow WHERE isErasing = 1", []).first?.integer(0)
            .flatMap { Int(exactly: $0) } ?? 0
    }

    /// The rows stay, as the places where the cases were: their ids and their public names are never others'.
    private func removeContents(of cases: PostgresValue) throws(StoreError) {
        try atomically([
            PostgresQuery("SELECT id FROM caseRow WHERE id = ANY($1) ORDER BY id FOR UPDATE", [cases]),
            PostgresQuery("DELETE FROM caseEvent WHERE caseID = ANY($1)", [cases]),
            PostgresQuery("DELETE FROM caseGuest WHERE caseID = ANY($1)", [cases]),
            PostgresQuery("DELETE FROM outboxItem WHERE caseID = ANY($1)", [cases]),
            PostgresQuery(FileTables.erase("caseID = ANY($1)"), [cases]),
            PostgresQuery("UPDATE caseRow SET isErasing = 0, party = 0, state = '' WHERE id = ANY($1)", [cases]),
        ])
    }

    /// Of the oldest by their numbers. Nodes' clocks and commits overlap: among old ones, a newer one stays.
    package func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        return try readers.repeating(where: { failure, _ in failure.isWorthRepeating }) { connection in
            try connection.transaction(.readCommitted) { connection in
                try connection.run(
                    """
                    DELETE FROM commandKey WHERE id IN (
                        SELECT id FROM (SELECT id, at FROM commandKey ORDER BY id LIMIT $1) AS oldest WHERE at < $2)
                    """, [.integer(Int64(limit)), .integer(moment.milliseconds)]
                ).changed
            }
        }
    }
}
