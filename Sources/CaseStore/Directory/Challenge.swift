import CaseMachine

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
        now < expiresAt && expiresAt <= now + DirectoryLimits.codeLifetime + DirectoryLimits.clocksApart
            && wrongTries < DirectoryLimits.triesPerCode
    }

    static func find(_ name: Token, _ db: any SQLSession) throws -> Challenge? {
        let row = try db.firstRow(
            """
            SELECT id, organisation, team, contactHash, codeHash, expiresAt, wrongTries, draft FROM challenge
            WHERE nameHash = ?
            """, [.blob(name.sha256)])
        guard let row, let id = row.integer(0), let organisation = row.integer(1), let team = row.integer(2),
            let contactHash = row.blob(3), let codeHash = row.blob(4), let expiresAt = row.integer(5),
            let wrongTries = row.integer(6), let draft = row.blob(7)
        else { return nil }
        return Challenge(
            id: id, organisation: OrganisationID(organisation), team: TeamID(team), contactHash: contactHash,
            codeHash: codeHash, expiresAt: Timestamp(milliseconds: expiresAt), wrongTries: Int(clamping: wrongTries),
            draft: draft)
    }

    /// A row to be filled: what is sealed and hashed names its number.
    static func insertEmpty(_ name: Token, _ db: any SQLSession) throws -> Int64 {
        try db.insert(
            """
            INSERT INTO challenge (nameHash, organisation, team, contactHash, codeHash, expiresAt, wrongTries, draft)
            VALUES (?, 0, 0, ?, ?, 0, 0, ?) RETURNING id
            """, [.blob(name.sha256), .blob([]), .blob([]), .blob([])])
    }

    func update(_ db: any SQLSession) throws {
        try db.run(
            """
            UPDATE challenge SET organisation = ?, team = ?, contactHash = ?, codeHash = ?, expiresAt = ?, wrongTries = ?,
                draft = ? WHERE id = ?
            """,
            [
                .integer(organisation.value), .integer(team.value), .blob(contactHash), .blob(codeHash),
                .integer(expiresAt.milliseconds), .integer(Int64(wrongTries)), .blob(draft), .integer(id),
            ])
    }

    func countWrongTry(_ db: any SQLSession) throws {
        try db.run("UPDATE challenge SET wrongTries = wrongTries + 1 WHERE id = ?", [.integer(id)])
    }

    static func remove(_ id: Int64, _ db: any SQLSession) throws {
        try db.run("DELETE FROM challenge WHERE id = ?", [.integer(id)])
    }
}
