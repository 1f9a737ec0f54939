import CaseMachine
import Synchronization

/// What nodes that share a database have to tell each other: that the roster has changed, and which sessions have ended.
/// Where one process has the database alone, there is nobody to tell.
///
/// Each change takes the next number from a row that it holds until it commits: so numbers become visible in their order,
/// and who has read up to one has missed none below it.
enum SharedChanges {
    struct State: Equatable, Sendable {
        /// Grows with each change of the roster.
        var roster: Int64
        /// The number of the session that ended last.
        var ended: Int64
        /// Ended sessions up to this number are no longer in the table.
        var forgotten: Int64
    }

    static func state(_ db: any SQLSession) throws -> State {
        let row = try db.firstRow("SELECT roster, ended, forgotten FROM directoryChange WHERE id = 1", [])
        guard let roster = row?.integer(0), let ended = row?.integer(1), let forgotten = row?.integer(2) else {
            throw StoreError.fatal("Damaged: the table of the directory's changes has lost its row.")
        }
        return State(roster: roster, ended: ended, forgotten: forgotten)
    }

    static func rosterChanged(_ db: any SQLSession) throws {
        try db.run("UPDATE directoryChange SET roster = roster + 1 WHERE id = 1", [])
    }

    static func ended(_ sessions: [SessionID], at now: Timestamp, _ db: any SQLSession) throws {
        guard !sessions.isEmpty else { return }
        let number = try db.insert("UPDATE directoryChange SET ended = ended + 1 WHERE id = 1 RETURNING ended", [])
        for session in sessions {
            try db.run(
                "INSERT INTO endedSession (number, session, at) VALUES (?, ?, ?)",
                [.integer(number), .integer(session.value), .integer(now.milliseconds)])
        }
    }

    /// One more than `endedAtOnce` stands for too many.
    static func endedSessions(after number: Int64, _ db: any SQLSession) throws -> [SessionID] {
        try db.rows(
            "SELECT session FROM endedSession WHERE number > ? ORDER BY number, session LIMIT ?",
            [.integer(number), .integer(Int64(DirectoryLimits.endedAtOnce) + 1)]
        ).compactMap { $0.integer(0).map { SessionID($0) } }
    }

    /// Forgets the oldest, a bounded portion; answers how many.
    static func tidy(at now: Timestamp, _ db: any SQLSession) throws -> Int {
        let old = try db.rows(
            "SELECT DISTINCT number FROM endedSession WHERE at <= ? ORDER BY number LIMIT ?",
            [
                .integer((now - DirectoryLimits.endedRemembered).milliseconds),
                .integer(Int64(DirectoryLimits.tidiedAtOnce)),
            ])
        guard let last = old.last?.integer(0) else { return 0 }
        // Also younger ones of a node whose clock was ahead: who misses them is told so.
        try db.run(
            "UPDATE directoryChange SET forgotten = ? WHERE id = 1 AND forgotten < ?", [.integer(last), .integer(last)])
        return try db.run("DELETE FROM endedSession WHERE number <= ?", [.integer(last)])
    }
}

extension Directory {
    /// What has happened on other nodes, or on this one, since the last call.
    package struct News: Sendable, Equatable {
        /// `roster` is another one.
        package internal(set) var isRosterNew = false
        /// Their sockets are to be closed. Sessions that came to their end by themselves are not among them.
        package internal(set) var endedSessions: [SessionID] = []
        /// This node was away for so long, or so many have ended, that they cannot be listed: each socket's session is to be
        /// looked at.
        package internal(set) var hasMissedSessions = false

        package init() {}
    }

    /// To be called every second or two where several nodes share the database: one cheap query, unless something has
    /// changed. Where one process has it alone, there is never any news.
    package func refresh() throws(DirectoryError) -> News {
        guard isShared else { return News() }
        return try changing.withLock { _ throws(DirectoryError) in
            let known = current.withLock { $0.changes }
            let now = try read { db in try SharedChanges.state(db) }
            guard now != known else { return News() }
            // The roster and the numbers are of one moment.
            let (seen, roster, ended) = try read { db in
                let seen = try SharedChanges.state(db)
                return (
                    seen, seen.roster == known.roster ? nil : try readRoster(db),
                    seen.ended == known.ended ? [] : try SharedChanges.endedSessions(after: known.ended, db)
                )
            }
            var news = News()
            news.isRosterNew = roster != nil
            news.endedSessions = ended
            // Numbers that went back: the database was put back from a backup, or a standby took over without the last ones.
            if known.ended < seen.forgotten || seen.ended < known.ended || ended.count > DirectoryLimits.endedAtOnce {
                news.hasMissedSessions = true
                news.endedSessions = []
            }
            current.withLock { current in
                current.changes = seen
                if let roster { current.roster = roster }
            }
            return news
        }
    }
}
