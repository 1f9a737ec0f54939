import CaseMachine

/// The table of sessions.
enum SessionRow {
    static func finding(_ condition: String) -> String {
        """
        SELECT id, subjectKind, subject, organisation, startedAt, usedAt, tokenHash FROM session WHERE \(condition)
        ORDER BY id DESC
        """
    }

    /// For as many as there are, or more: few kinds of statements, which databases remember.
    static func finding(_ column: Column, among keys: [SQLValue]) -> (sql: String, arguments: [SQLValue]) {
        guard let last = keys.last else { return (finding("1 = 0"), []) }
        var places = 1
        while places < keys.count { places *= 2 }
        let marks = repeatElement("?", count: places).joined(separator: ", ")
        return (
            finding("\(column.rawValue) IN (\(marks))"), keys + repeatElement(last, count: places - keys.count)
        )
    }

    enum Column: String {
        case id
        case tokenHash

        /// Of a row that was found.
        func key(of row: SQLRow) -> SQLValue? {
            switch self {
            case .id: row.integer(0).map(SQLValue.integer)
            case .tokenHash: row.blob(6).map(SQLValue.blob)
            }
        }
    }

    static func find(_ condition: String, _ arguments: [SQLValue], _ db: any SQLSession) throws -> [Session] {
        try db.rows(finding(condition), arguments).compactMap(session)
    }

    static func all(of subject: Session.Subject, _ db: any SQLSession) throws -> [Session] {
        try find("subjectKind = ? AND subject = ?", [.integer(subject.kind.rawValue), .integer(subject.number)], db)
    }

    static func session(_ row: SQLRow) -> Session? {
        guard let id = row.integer(0), let kind = row.integer(1).flatMap(Session.Kind.init(rawValue:)),
            let number = row.integer(2), let organisation = row.integer(3), let startedAt = row.integer(4),
            let usedAt = row.integer(5)
        else { return nil }
        let subject: Session.Subject =
            switch kind {
            case .guest: .guest(GuestID(number))
            case .member: .member(MemberID(number))
            }
        return Session(
            id: SessionID(id), subject: subject, organisation: OrganisationID(organisation),
            startedAt: Timestamp(milliseconds: startedAt), usedAt: Timestamp(milliseconds: usedAt),
            lengths: .usual(subject))
    }

    static func insert(_ draft: Session, _ token: Token, _ db: any SQLSession) throws -> Session {
        let id = try db.insert(
            """
            INSERT INTO session (tokenHash, subjectKind, subject, organisation, startedAt, usedAt, idleAt)
            VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            [
                .blob(token.sha256), .integer(draft.subject.kind.rawValue), .integer(draft.subject.number),
                .integer(draft.organisation.value), .integer(draft.startedAt.milliseconds),
                .integer(draft.usedAt.milliseconds), .integer(draft.idleAt.milliseconds),
            ])
        return Session(
            id: SessionID(id), subject: draft.subject, organisation: draft.organisation, startedAt: draft.startedAt,
            usedAt: draft.usedAt, lengths: draft.lengths)
    }
}
