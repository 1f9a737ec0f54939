package import CaseMachine
import GRDB

extension SQLiteStore {
    /// The keys first: from then on the contents are unreadable, also in every copy of the file. What a crash leaves to be
    /// removed is found again, and destroying a key twice does no harm.
    package func finishErasing(limit: Int) throws(StoreError) -> Int {
        let erased = try read { db in
            try Row.fetchAll(db, sql: Self.erasingSQL, arguments: [max(0, limit)]).compactMap { row -> KeyOwner? in
                guard let id = ColumnValue.integer(row, 0), let organisation = ColumnValue.integer(row, 1)
                else { return nil }
                return .case(id, of: organisation)
            }
        }
        if !erased.isEmpty {
            do { try vault.destroy(erased) } catch { throw .unavailable(error.description) }
            try write { db in for owner in erased { try Self.removeContents(of: owner.subject, db) } }
        }
        return try read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM caseRow INDEXED BY caseErasing WHERE isErasing = 1") ?? 0
        }
    }

    static let erasingSQL = """
        SELECT id, organisation FROM caseRow INDEXED BY caseErasing WHERE isErasing = 1 ORDER BY id LIMIT ?
        """

    /// The row stays, as the place where the case was: its id and its public name are never another's.
    private static func removeContents(of id: Int64, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM caseEvent WHERE caseID = ?", arguments: [id])
        try db.execute(sql: "DELETE FROM caseGuest WHERE caseID = ?", arguments: [id])
        try db.execute(sql: "DELETE FROM outboxItem WHERE caseID = ?", arguments: [id])
        try db.execute(sql: FileTables.erase("caseID = ?"), arguments: [id])
        try db.execute(sql: "UPDATE caseRow SET isErasing = 0, party = 0, state = x'' WHERE id = ?", arguments: [id])
    }

    package func forgetKeys(olderThan moment: Timestamp, limit: Int) throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        return try write { db in
            let oldest = try Row.fetchAll(
                db, sql: "SELECT id, at FROM commandKey ORDER BY id LIMIT ?", arguments: [limit])
            let old = oldest.prefix { (ColumnValue.integer($0, 1) ?? .max) < moment.milliseconds }
            guard let last = old.last.flatMap({ ColumnValue.integer($0, 0) }) else { return 0 }
            try db.execute(sql: "DELETE FROM commandKey WHERE id <= ?", arguments: [last])
            return old.count
        }
    }
}
