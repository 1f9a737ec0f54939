package import CaseMachine
import GRDB

extension SQLiteStore {
    package func heartbeat(_ node: NodeID, members: Set<MemberID>?, at now: Timestamp) throws(StoreError) {
        try write { db in
            try Self.forget("heardAt < ?", (now - NodeID.forgottenAfter).milliseconds, db)
            try Self.forget("heardAt > ?", (now + NodeID.furthestAhead).milliseconds, db)
            guard let members else { return try Self.forget("id = ?", node.value, db) }
            try db.execute(
                sql: "INSERT OR REPLACE INTO node (id, heardAt) VALUES (?, ?)",
                arguments: [node.value, now.milliseconds])
            let held = Set(
                try Row.fetchAll(
                    db, sql: "SELECT member FROM nodeMember WHERE node = ?", arguments: [node.value]
                ).compactMap { ColumnValue.integer($0, 0).map { MemberID($0) } })
            // Only what has changed: most heartbeats change nothing.
            let remove = try db.cachedStatement(sql: "DELETE FROM nodeMember WHERE member = ? AND node = ?")
            for member in held.subtracting(members) { try remove.execute(arguments: [member.value, node.value]) }
            let add = try db.cachedStatement(sql: "INSERT INTO nodeMember (member, node) VALUES (?, ?)")
            for member in members.subtracting(held) { try add.execute(arguments: [member.value, node.value]) }
        }
    }

    private static func forget(_ condition: String, _ argument: Int64, _ db: Database) throws {
        try db.execute(
            sql: "DELETE FROM nodeMember WHERE node IN (SELECT id FROM node WHERE \(condition))", arguments: [argument])
        try db.execute(sql: "DELETE FROM node WHERE \(condition)", arguments: [argument])
    }

    /// Who is held, is found once; then each assigned case is looked at, in the index alone: as many as people work on.
    static let straySQL = """
        WITH present (member) AS MATERIALIZED (
            SELECT DISTINCT member FROM nodeMember WHERE node IN (SELECT id FROM node WHERE heardAt >= ?)
        )
        SELECT id, isAssigneeAbsent FROM caseRow INDEXED BY caseByAssignee
        WHERE assignee IS NOT NULL AND id > ? AND (assignee IN (SELECT member FROM present)) = isAssigneeAbsent
        ORDER BY id LIMIT ?
        """

    package func strayAssignments(
        heardSince moment: Timestamp, after id: CaseID?, limit: Int
    ) throws(StoreError) -> [StrayAssignment] {
        guard limit > 0 else { return [] }
        return try read { db in
            let statement = try db.cachedStatement(sql: Self.straySQL)
            return try Row.fetchAll(statement, arguments: [moment.milliseconds, id?.value ?? .min, limit]).compactMap {
                row in
                guard let id = ColumnValue.integer(row, 0), let absent = ColumnValue.integer(row, 1) else { return nil }
                return StrayAssignment(id: CaseID(id), isPresent: absent != 0)
            }
        }
    }
}
