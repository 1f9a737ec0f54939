import CaseMachine
import Foundation
import GRDB

/// A code that was sent and not yet typed.
struct Challenge {
    let id: Int64
    let organisation: OrganisationID
    let team: TeamID
    let contactHash: [UInt8]
    let codeHash: [UInt8]
    let expiresAt: Timestamp
    let wrongTries: Int
    /// Sealed: who the guest says they are.
    let draft: [UInt8]

    /// Also closed: one that is valid for longer than any, since somebody has set the clock back.
    func isOpen(_ now: Timestamp) -> Bool {
        now < expiresAt && expiresAt <= now + DirectoryLimits.codeLifetime && wrongTries < DirectoryLimits.triesPerCode
    }

    static func find(_ name: Token, _ db: Database) throws -> Challenge? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, organisation, team, contactHash, codeHash, expiresAt, wrongTries, draft FROM challenge
                WHERE nameHash = ?
                """)
        guard let row = try Row.fetchOne(statement, arguments: [Data(name.sha256)]),
            let id = ColumnValue.integer(row, 0), let organisation = ColumnValue.integer(row, 1),
            let team = ColumnValue.integer(row, 2), let contactHash = ColumnValue.blob(row, 3),
            let codeHash = ColumnValue.blob(row, 4), let expiresAt = ColumnValue.integer(row, 5),
            let wrongTries = ColumnValue.integer(row, 6), let draft = ColumnValue.blob(row, 7)
        else { return nil }
        return Challenge(
            id: id, organisation: OrganisationID(organisation), team: TeamID(team), contactHash: contactHash,
            codeHash: codeHash, expiresAt: Timestamp(milliseconds: expiresAt), wrongTries: Int(wrongTries),
            draft: draft)
    }

    /// A row to be filled: what is sealed and hashed names its number.
    static func insertEmpty(_ name: Token, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: "INSERT INTO challenge VALUES (NULL, ?, 0, 0, x'', x'', 0, 0, x'')",
            arguments: [Data(name.sha256)])
        return db.lastInsertedRowID
    }

    func update(_ db: Database) throws {
        try db.execute(
            sql: """
                UPDATE challenge SET organisation = ?, team = ?, contactHash = ?, codeHash = ?, expiresAt = ?,
                    wrongTries = ?, draft = ? WHERE id = ?
                """,
            arguments: [
                organisation.value, team.value, Data(contactHash), Data(codeHash), expiresAt.milliseconds, wrongTries,
                Data(draft), id,
            ])
    }

    func countWrongTry(_ db: Database) throws {
        try db.execute(sql: "UPDATE challenge SET wrongTries = wrongTries + 1 WHERE id = ?", arguments: [id])
    }

    static func remove(_ id: Int64, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM challenge WHERE id = ?", arguments: [id])
    }
}
