package import CaseMachine
import GRDB

extension SQLiteStore {
    package func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        guard let page = ListPage(after: id, limit: limit) else { return [] }
        let records = try read { db in
            try Self.rows(CaseRecord.columns, of: list, page, db).compactMap { CaseRecord(SQLiteRow(row: $0)) }
        }
        return try sealers.open(records, in: list)
    }

    package func versions(
        in list: CaseList, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [ListedVersion] {
        guard let page = ListPage(after: id, limit: limit) else { return [] }
        return try read { db in
            try Self.rows("id, version", of: list, page, db).compactMap { row in
                guard let id = ColumnValue.integer(row, 0), let version = ColumnValue.integer(row, 1) else {
                    return nil
                }
                return ListedVersion(id: CaseID(id), version: version)
            }
        }
    }

    package func versions(of cases: [CaseID]) throws(StoreError) -> [CaseID: Int64] {
        guard !cases.isEmpty else { return [:] }
        return try read { db in
            let statement = try db.cachedStatement(sql: "SELECT version FROM caseRow WHERE id = ?")
            var versions: [CaseID: Int64] = [:]
            for id in cases {
                versions[id] = try Row.fetchOne(statement, arguments: [id.value]).flatMap { ColumnValue.integer($0, 0) }
            }
            return versions
        }
    }

    package func openCases(of team: TeamID, after id: CaseID?, limit: Int) throws(StoreError) -> [CaseID] {
        guard let page = ListPage(after: id, limit: limit) else { return [] }
        return try read { db in
            try Self.rows("id", of: .open(team), page, db)
                .compactMap { ColumnValue.integer($0, 0).map { CaseID($0) } }
        }
    }

    private static func rows(
        _ columns: String, of list: CaseList, _ page: ListPage, _ db: Database
    ) throws -> [Row] {
        try Row.fetchAll(
            try db.cachedStatement(sql: list.sql(columns)), arguments: StatementArguments(list.numbers + page.numbers))
    }

    package func due(at now: Timestamp, after last: DueCase?, limit: Int) throws(StoreError) -> [DueCase] {
        guard limit > 0 else { return [] }
        return try read { db in
            let statement = try db.cachedStatement(sql: Self.dueSQL)
            let last = last ?? DueCase(id: CaseID(.min), at: Timestamp(milliseconds: .min))
            let arguments: StatementArguments = [now.milliseconds, last.at.milliseconds, last.id.value, limit]
            return try Row.fetchAll(statement, arguments: arguments).compactMap { row in
                guard let id = ColumnValue.integer(row, 0), let due = ColumnValue.integer(row, 1) else { return nil }
                return DueCase(id: CaseID(id), at: Timestamp(milliseconds: due))
            }
        }
    }

    static let dueSQL = """
        SELECT id, due FROM caseRow
        WHERE due <= ?1 AND due >= ?2 AND due IS NOT NULL AND (due > ?2 OR id > ?3) ORDER BY due, id LIMIT ?4
        """
}
