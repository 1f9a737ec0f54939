package import CaseMachine
import GRDB

extension SQLiteStore {
    package func list(_ list: CaseList, after id: CaseID?, limit: Int) throws(StoreError) -> [ListedCase] {
        guard let page = Page(after: id, limit: limit) else { return [] }
        let rows = try read { db in
            try Row.fetchAll(try list.statement(CaseRecord.columns, db), arguments: list.arguments + page.arguments)
                .compactMap(CaseRecord.init)
        }
        return try sealers.lend { sealer throws(StoreError) in
            var listed: [ListedCase] = []
            listed.reserveCapacity(rows.count)
            for row in rows {
                // What the database says of who may see it is compared with what was sealed.
                let state = try row.open(sealer).flatMap { state in
                    CaseColumns(state).belong(to: list)
                        ? .success(state) : .failure(CaseTrouble.unreadable("it does not belong to this list"))
                }
                listed.append(ListedCase(id: row.id, publicID: row.publicID, version: row.version, state: state))
            }
            return listed
        }
    }

    package func versions(
        in list: CaseList, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [ListedVersion] {
        guard let page = Page(after: id, limit: limit) else { return [] }
        return try read { db in
            let statement = try list.statement("id, version", db)
            return try Row.fetchAll(statement, arguments: list.arguments + page.arguments).compactMap { row in
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
        let list = CaseList.open(team)
        guard let page = Page(after: id, limit: limit) else { return [] }
        return try read { db in
            try Row.fetchAll(try list.statement("id", db), arguments: list.arguments + page.arguments)
                .compactMap { ColumnValue.integer($0, 0).map { CaseID($0) } }
        }
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

    package func outbox(after id: Int64, limit: Int) throws(StoreError) -> [PendingItem] {
        guard limit > 0 else { return [] }
        return try read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT id, caseID, kind, number, due FROM outboxItem WHERE id > ? ORDER BY id LIMIT ?")
            return try Row.fetchAll(statement, arguments: [id, limit]).compactMap { row in
                guard let id = ColumnValue.integer(row, 0), let caseID = ColumnValue.integer(row, 1),
                    let kind = ColumnValue.integer(row, 2).flatMap(UInt8.init(exactly:)).flatMap(OutboxItem.Kind.init),
                    let number = ColumnValue.integer(row, 3), let due = ColumnValue.integer(row, 4)
                else { return nil }
                let item = OutboxItem(kind: kind, number: number, due: Timestamp(milliseconds: due))
                return PendingItem(id: id, caseID: CaseID(caseID), item: item)
            }
        }
    }
}

/// Where a page begins, and how long it may be.
private struct Page {
    let arguments: StatementArguments

    /// nil for a page that has no room, or that nothing can stand on.
    init?(after id: CaseID?, limit: Int) {
        guard limit > 0, id?.value != .max else { return nil }
        arguments = [id.map { $0.value + 1 } ?? .min, limit]
    }
}

extension CaseList {
    /// In the words of the partial index that holds it, which SQLite otherwise does not take.
    fileprivate var condition: String {
        switch self {
        case .unassigned: "stage = 0 AND assignee IS NULL AND kind <> 2 AND team = ?"
        case .mine: "assignee IS NOT NULL AND assignee = ?"
        case .open: "team = ? AND stage = 0"
        case .unread: "stage = 0 AND isUnread = 1 AND team = ?"
        case .closed: "team = ? AND stage = 1"
        // A guest's cases are few: they are gathered, then read.
        case .ofGuest:
            """
            stage = ?2 AND id IN (
                SELECT id FROM caseRow WHERE kind <> 2 AND party = ?1 AND stage = ?2
                UNION ALL SELECT caseID FROM caseGuest WHERE guest = ?1)
            """
        case .ofClient: "kind = 2 AND stage <> 2 AND party = ?"
        }
    }

    fileprivate var arguments: StatementArguments {
        switch self {
        case .unassigned(let team), .open(let team), .unread(let team), .closed(let team): [team.value]
        case .mine(let member): [member.value]
        case .ofGuest(let guest, let open):
            [guest.value, Int64((open ? CaseColumns.Stage.open : .ended).rawValue)]
        case .ofClient(let client): [client.value]
        }
    }

    func sql(_ columns: String) -> String {
        "SELECT \(columns) FROM caseRow WHERE \(condition) AND id >= ? ORDER BY id LIMIT ?"
    }

    fileprivate func statement(_ columns: String, _ db: Database) throws -> Statement {
        try db.cachedStatement(sql: sql(columns))
    }
}
