package import CaseMachine

extension PostgresStore {
    package func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        guard !cases.isEmpty else { return [] }
        let rows = try rows(
            "SELECT \(CaseRecord.columns) FROM caseRow WHERE id = ANY($1)", [.integers(cases.map(\.value))])
        var found: [Int64: SQLRow] = [:]
        for row in rows { if let id = row.integer(0) { found[id] = row } }
        return try sealers.open(cases.map { CaseRecord.found(found[$0.value]) })
    }

    package func load(named names: [PublicID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        guard !names.isEmpty else { return [] }
        let names = names.map(\.value.bigEndianBytes)
        let rows = try rows("SELECT \(CaseRecord.columns) FROM caseRow WHERE publicID = ANY($1)", [.blobs(names)])
        var found: [[UInt8]: SQLRow] = [:]
        for row in rows { if let name = row.blob(1) { found[name] = row } }
        return try sealers.open(names.map { CaseRecord.found(found[$0]) })
    }

    package func answer(to name: KeyName, fingerprint: UInt64) throws(StoreError) -> KeyAnswer {
        let author = StoredAuthor(name.author)
        let rows = try rows(
            """
            SELECT fingerprint, caseID, teamHead, guestHead FROM commandKey
            WHERE organisation = $1 AND key = $2 AND authorKind = $3 AND author = $4
            """,
            [
                .integer(name.organisation.value), .blob(name.value.bigEndianBytes), .integer(Int64(author.kind)),
                .integer(author.number),
            ])
        guard let row = rows.first else { return .new }
        guard let known = row.integer(0), let id = row.integer(1), let team = row.integer(2), let guest = row.integer(3)
        else { throw .fatal("Damaged: a command's key in \(readers.url) cannot be read.") }
        guard known == Int64(bitPattern: fingerprint) else { return .reused }
        return .known(Receipt(id: CaseID(id), heads: Heads(team: team, guest: guest)))
    }

    package func event(
        _ number: Int64, of id: CaseID, for reader: Side
    ) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        let (found, events) = try page(of: id, for: reader, after: max(0, number &- 1), limit: number > 0 ? 1 : 0)
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success(let record):
            let event = number <= record.heads.of(reader) ? events.first : nil
            return try sealers.open(event, numbered: number, of: record, for: reader)
        }
    }

    package func events(
        of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble> {
        let after = max(0, number)
        let (found, events) = try page(of: id, for: reader, after: after, limit: max(0, limit))
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success(let record):
            return try sealers.open(events, of: record, for: reader, after: after, limit: limit)
        }
    }

    /// A case's row and events of one moment: one statement sees one. An event's columns stand in those of the row that are
    /// of their types.
    private func page(
        of id: CaseID, for reader: Side, after: Int64, limit: Int
    ) throws(StoreError) -> (Result<CaseRecord, CaseTrouble>, [EventRecord]) {
        let rows = try rows(
            Self.pageSQL(for: reader), [.integer(id.value), .integer(after), .integer(Int64(limit))])
        let cases = rows.filter { $0.integer(Self.isCase) == 1 }
        let events = rows.filter { $0.integer(Self.isCase) == 0 }.compactMap { EventRecord(EventPart(row: $0)) }
        return (CaseRecord.found(cases.first), events.sorted { $0.numbers.forTeam < $1.numbers.forTeam })
    }

    /// Behind the columns of `CaseRecord`.
    private static let isCase = 14

    private static func pageSQL(for reader: Side) -> String {
        """
        SELECT \(CaseRecord.columns), 1 FROM caseRow WHERE id = ?1
        UNION ALL
        SELECT number, NULL, guestNumber, isDeleted, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, body, 0
        FROM (\(EventRecord.sql(for: reader))) AS event
        """
    }

    /// An event in a row of `pageSQL`, in the order that `EventRecord` reads.
    private struct EventPart: StoredRow {
        private static let columns = [0, 2, 3, 13]
        let row: SQLRow

        func integer(_ index: Int) -> Int64? { row.integer(Self.columns[index]) }
        func blob(_ index: Int) -> [UInt8]? { row.blob(Self.columns[index]) }
    }

    package func guestNumber(of id: CaseID, atOrBefore teamNumber: Int64) throws(StoreError) -> Int64 {
        // Walks back over the private events before it, which are few.
        let rows = try rows(
            """
            SELECT guestNumber FROM caseEvent WHERE caseID = $1 AND number <= $2 AND guestNumber IS NOT NULL
            ORDER BY number DESC LIMIT 1
            """, [.integer(id.value), .integer(teamNumber)])
        return rows.first?.integer(0) ?? 0
    }

    func rows(_ sql: String, _ arguments: [PostgresValue]) throws(StoreError) -> [SQLRow] {
        try readers.read { connection in try connection.run(sql, arguments).rows }
    }
}
