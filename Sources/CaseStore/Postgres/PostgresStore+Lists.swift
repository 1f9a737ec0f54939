package import CaseMachine

extension PostgresStore {
    package func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        try sealers.open(
            try rows(CaseRecord.columns, of: list, after: id, limit: limit).compactMap { CaseRecord($0) }, in: list)
    }

    package func versions(
        in list: CaseList, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [ListedVersion] {
        try rows("id, version", of: list, after: id, limit: limit).compactMap { row in
            guard let id = row.integer(0), let version = row.integer(1) else { return nil }
            return ListedVersion(id: CaseID(id), version: version)
        }
    }

    /// The lists of guests in one question, which costs the database little more than one of them alone.
    package func versions(inEach lists: [CaseList]) throws(StoreError) -> [[ListedVersion]] {
        var all = [[ListedVersion]](repeating: [], count: lists.count)
        var ofGuests: [Int] = []
        for (place, list) in lists.enumerated() {
            if case .ofGuest = list {
                ofGuests.append(place)
            } else {
                all[place] = try versions(in: list, behind: [])
            }
        }
        guard !ofGuests.isEmpty else { return all }
        let numbers = ofGuests.map { lists[$0].numbers }
        let found = try rows(
            CaseList.versionsOfGuests,
            [
                .integers(numbers.map { $0[0] }), .integers(numbers.map { $0[1] }),
                .integer(Int64(Self.versionsAtOnce)),
            ])
        for row in found {
            guard let place = row.integer(0).flatMap({ Int(exactly: $0 &- 1) }), let id = row.integer(1),
                let version = row.integer(2),
                ofGuests.indices.contains(place)
            else { continue }
            all[ofGuests[place]].append(ListedVersion(id: CaseID(id), version: version))
        }
        for place in ofGuests where all[place].count == Self.versionsAtOnce {
            all[place] = try versions(in: lists[place], behind: all[place])
        }
        return all
    }

    package func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64] {
        guard !cases.isEmpty else { return [:] }
        var versions: [CaseID: Int64] = [:]
        for row in try rows(
            "SELECT id, version FROM caseRow WHERE id = ANY($1)", [.integers(cases.map(\.value))])
        {
            if let id = row.integer(0) { versions[CaseID(id)] = row.integer(1) }
        }
        return versions
    }

    package func openCases(of team: TeamID, after id: CaseID?, limit: Int) throws(StoreError) -> [CaseID] {
        try rows("id", of: .open(team), after: id, limit: limit).compactMap { $0.integer(0).map { CaseID($0) } }
    }

    private func rows(
        _ columns: String, of list: CaseList, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [SQLRow] {
        guard let page = ListPage(after: id, limit: limit) else { return [] }
        return try rows(list.sql(columns), (list.numbers + page.numbers).map(PostgresValue.integer))
    }

    /// Takes a lease of what it answers with, and leaves out what others have one of, or are committing at this moment.
    /// Time is the database's own, whatever clocks the nodes have. A lease that is lost with the power does no harm: it
    /// keeps two nodes from doing the same work, and the version alone keeps them from storing it twice.
    package func due(at now: Timestamp, after last: DueCase?, limit: Int) throws(StoreError) -> [DueCase] {
        guard limit > 0 else { return [] }
        let last = last ?? DueCase(id: CaseID(.min), at: Timestamp(milliseconds: .min))
        let arguments: [PostgresValue] = [
            .integer(now.milliseconds), .integer(last.at.milliseconds), .integer(last.id.value),
            .integer(Int64(limit)), .integer(holder), .integer(settings.leaseWithin.wholeMilliseconds),
        ]
        return try readers.read { connection in
            try connection.run([
                PostgresTransaction.readCommitted.begin,
                PostgresQuery("SELECT set_config('synchronous_commit', 'off', true)"),
                PostgresQuery(Self.dueSQL, arguments),
                PostgresQuery("COMMIT"),
            ])
        }.flatMap(\.rows).compactMap { row -> DueCase? in
            guard let id = row.integer(0), let due = row.integer(1) else { return nil }
            return DueCase(id: CaseID(id), at: Timestamp(milliseconds: due))
        }.sorted { ($0.at, $0.id) < ($1.at, $1.id) }
    }

    static let dueSQL = """
        WITH clock (now) AS MATERIALIZED (SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT),
        ready AS MATERIALIZED (
            SELECT id FROM caseRow
            WHERE due <= $1 AND due >= $2 AND (due, id) > ($2, $3)
                AND (leaseHolder IS NULL OR leaseHolder = $5 OR leaseEnd <= (SELECT now FROM clock))
            ORDER BY due, id LIMIT $4 FOR UPDATE SKIP LOCKED
        )
        UPDATE caseRow SET leaseHolder = $5, leaseEnd = (SELECT now FROM clock) + $6
        WHERE id IN (SELECT id FROM ready) RETURNING id, due
        """
}
