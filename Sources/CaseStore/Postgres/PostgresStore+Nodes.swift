package import CaseMachine

extension PostgresStore {
    package func heartbeat(_ node: NodeID, members: Set<MemberID>?, at now: Timestamp) throws(StoreError) {
        let id = PostgresValue.integer(node.value)
        var queries: [PostgresQuery] = []
        func forget(_ condition: String, _ argument: PostgresValue) {
            queries += [
                PostgresQuery(
                    "DELETE FROM nodeMember WHERE node IN (SELECT id FROM node WHERE \(condition))", [argument]),
                PostgresQuery("DELETE FROM node WHERE \(condition)", [argument]),
            ]
        }
        forget("heardAt < $1", .integer((now - NodeID.forgottenAfter).milliseconds))
        forget("heardAt > $1", .integer((now + NodeID.furthestAhead).milliseconds))
        if let members {
            let held = PostgresValue.integers(members.map(\.value).sorted())
            queries += [
                PostgresQuery(
                    "INSERT INTO node (id, heardAt) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET heardAt = $2",
                    [id, .integer(now.milliseconds)]),
                // Only what has changed: most heartbeats change nothing.
                PostgresQuery("DELETE FROM nodeMember WHERE node = $1 AND member <> ALL($2)", [id, held]),
                PostgresQuery(
                    """
                    INSERT INTO nodeMember (member, node) SELECT member, $1 FROM unnest($2::BIGINT[]) AS held (member)
                    ON CONFLICT DO NOTHING
                    """, [id, held]),
            ]
        } else {
            forget("id = $1", id)
        }
        try atomically(queries)
    }

    /// Who is held, is found once; then each assigned case is looked at, in the index alone: as many as people work on.
    static let straySQL = """
        WITH present (member) AS MATERIALIZED (
            SELECT DISTINCT member FROM nodeMember WHERE node IN (SELECT id FROM node WHERE heardAt >= $1)
        )
        SELECT id, isAssigneeAbsent FROM caseRow
        WHERE assignee IS NOT NULL AND id > $2
            AND (assignee IN (SELECT member FROM present)) = (isAssigneeAbsent = 1)
        ORDER BY id LIMIT $3
        """

    package func strayAssignments(
        heardSince moment: Timestamp, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [StrayAssignment] {
        guard limit > 0 else { return [] }
        return try rows(
            Self.straySQL, [.integer(moment.milliseconds), .integer(id?.value ?? .min), .integer(Int64(limit))]
        ).compactMap { row in
            guard let id = row.integer(0), let absent = row.integer(1) else { return nil }
            return StrayAssignment(id: CaseID(id), isPresent: absent != 0)
        }
    }

    /// One transaction, one round trip. For what may be run twice: where it meets another, it is run again.
    func atomically(_ queries: [PostgresQuery]) throws(StoreError) {
        try readers.repeating(where: { failure, _ in failure.isWorthRepeating }) { connection in
            _ = try connection.commit([PostgresTransaction.readCommitted.begin] + queries)
        }
    }
}
