/// The words of the commit's statements, which `BareInsert` measures the same disk with.
enum CommitSQL {
    static let findKey = """
        SELECT fingerprint, caseID, teamHead, guestHead FROM commandKey
        WHERE organisation = ? AND key = ? AND authorKind = ? AND author = ?
        """
    static let findCase = """
        SELECT version, teamHead, guestHead, stage, due, team, assignee, isAssigneeAbsent, isUnread
        FROM caseRow WHERE id = ?
        """
    static let findPublicID = "SELECT id FROM caseRow WHERE publicID = ?"
    static let insertCase = """
        INSERT INTO caseRow (version, teamHead, guestHead, state, due, team, assignee, isAssigneeAbsent, stage,
            isUnread, isErasing, id, publicID, organisation, kind, party)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    // SQLite writes every index of which a column is set, also to the same value: hence four of them.
    static let updateState =
        "UPDATE caseRow SET version = ?1, teamHead = ?2, guestHead = ?3, state = ?4 WHERE id = ?12"
    static let updateDue =
        "UPDATE caseRow SET version = ?1, teamHead = ?2, guestHead = ?3, state = ?4, due = ?5 WHERE id = ?12"
    static let updateUnread = """
        UPDATE caseRow SET version = ?1, teamHead = ?2, guestHead = ?3, state = ?4, due = ?5, isUnread = ?10
        WHERE id = ?12
        """
    static let updateAll = """
        UPDATE caseRow SET version = ?1, teamHead = ?2, guestHead = ?3, state = ?4, due = ?5, team = ?6,
            assignee = ?7, isAssigneeAbsent = ?8, stage = ?9, isUnread = ?10, isErasing = ?11 WHERE id = ?12
        """

    // Guests of merged rooms, rewritten when rooms merge or part: the table holds these few alone.
    static let forgetGuests = "DELETE FROM caseGuest WHERE caseID = ?"
    static let insertGuest = "INSERT INTO caseGuest (guest, caseID) VALUES (?, ?)"
    static let eraseRoom = """
        UPDATE caseRow SET version = version + 1, stage = 2, isErasing = 1, due = NULL, assignee = NULL,
            isAssigneeAbsent = 0
        WHERE id = ? AND stage <> 2
        """

    static let insertEvent =
        "INSERT INTO caseEvent (caseID, number, guestNumber, edits, isDeleted, body) VALUES (?, ?, ?, ?, 0, ?)"
    static let markDeleted = "UPDATE caseEvent SET isDeleted = 1 WHERE caseID = ?1 AND (number = ?2 OR edits = ?2)"
    static let insertKey = """
        INSERT INTO commandKey
            (organisation, key, authorKind, author, fingerprint, caseID, teamHead, guestHead, at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    static let insertItem = "INSERT INTO outboxItem (caseID, kind, number, due) VALUES (?, ?, ?, ?)"
}
