import CaseMachine

/// What is counted, each as a row with its moment: so that a limit holds in any stretch of its length, over restarts, and
/// says exactly when it lets go.
enum Attempts {
    /// Written to disk: never renumber.
    enum Kind: Int64 {
        case codeToContact = 1
        case wrongCodeOfContact = 2
        case codeFromClient = 3
        case codeOfHouse = 4
        case failureOfClient = 5
        case failureOfAccount = 6
        case failureAtPlace = 7
        case letterToMember = 8
        case letterFromClient = 9
        case letterOfHouse = 10
    }

    /// No limit looks further back.
    static let longestRemembered: Duration = .days(1)

    /// How long until one more is allowed; nil for now.
    static func wait(
        _ kind: Kind, _ subject: [UInt8], _ rate: DirectoryLimits.Rate, _ now: Timestamp, _ db: any SQLSession
    ) throws -> Duration? {
        guard rate.count > 0 else { return rate.within }
        let row = try db.firstRow(
            "SELECT at FROM attempt WHERE kind = ? AND subject = ? AND at > ? ORDER BY at DESC LIMIT 1 OFFSET ?",
            [
                .integer(kind.rawValue), .blob(subject), .integer((now - rate.within).milliseconds),
                .integer(Int64(rate.count) - 1),
            ])
        guard let row else { return nil }
        return remaining(since: Timestamp(milliseconds: row.integer(0) ?? 0), rate.within, now)
    }

    /// What is left of `length` after `moment`: at most all of it, also if somebody has set the clock back.
    static func remaining(since moment: Timestamp, _ length: Duration, _ now: Timestamp) -> Duration? {
        let left = min(length, (moment + length).since(now))
        return left > .zero ? left : nil
    }

    /// How many there were, 1,000 standing for more.
    static func count(
        _ kind: Kind, _ subject: [UInt8], within length: Duration, _ now: Timestamp, _ db: any SQLSession
    ) throws -> (count: Int, newest: Timestamp?) {
        let rows = try db.rows(
            "SELECT at FROM attempt WHERE kind = ? AND subject = ? AND at > ? ORDER BY at DESC LIMIT 1000",
            [.integer(kind.rawValue), .blob(subject), .integer((now - length).milliseconds)])
        let newest = rows.first.flatMap { $0.integer(0) }
        return (rows.count, newest.map { Timestamp(milliseconds: $0) })
    }

    /// The row's number, by which it can be taken back.
    @discardableResult
    static func record(_ kind: Kind, _ subject: [UInt8], _ now: Timestamp, _ db: any SQLSession) throws -> Int64 {
        try db.insert(
            "INSERT INTO attempt (kind, subject, at) VALUES (?, ?, ?) RETURNING id",
            [.integer(kind.rawValue), .blob(subject), .integer(now.milliseconds)])
    }

    static func takeBack(_ rows: [Int64], _ db: any SQLSession) throws {
        for row in rows { try db.run("DELETE FROM attempt WHERE id = ?", [.integer(row)]) }
    }

    static func forget(_ kind: Kind, _ subject: [UInt8], _ db: any SQLSession) throws {
        try db.run("DELETE FROM attempt WHERE kind = ? AND subject = ?", [.integer(kind.rawValue), .blob(subject)])
    }
}

extension Directory {
    /// A client's address, so that nobody can read it out of the table.
    func hashed(_ client: ClientAddress) throws -> [UInt8] {
        try vault.keyedHash(client.bytes, organisation: Self.house, purpose: "foyer client address 1")
    }

    func hashedForHouse(_ contact: Contact) throws -> [UInt8] {
        try vault.lookupHash(of: contact, organisation: Self.house)
    }
}
