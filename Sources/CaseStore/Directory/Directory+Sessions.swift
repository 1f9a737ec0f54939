package import CaseMachine

extension Directory {
    /// Whose session this token is, with its stamp or without. `isUse` says that a person did something; a look alone prolongs nothing. Error:
    /// `sign_in`.
    package func session(
        _ token: String, of kind: Session.Kind, at now: Timestamp, isUse: Bool = true
    ) throws(DirectoryError) -> Session {
        guard let (token, _) = SessionStamp.split(token) else { throw .signIn }
        let found = try find("tokenHash = ?", [.blob(token.sha256)])
        guard let found, found.subject.kind == kind else { throw .signIn }
        return try living(found, now, isUse: isUse)
    }

    /// For sockets, which remember whose they are: what is done over one prolongs the session that it began with.
    package func session(
        _ id: SessionID, at now: Timestamp, isUse: Bool = true
    ) throws(DirectoryError) -> Session {
        guard let found = try find("id = ?", [.integer(id.value)]) else { throw .signIn }
        return try living(found, now, isUse: isUse)
    }

    /// Ends the session of this token; the answer names it, so that its sockets can be closed. nil if there was none.
    @discardableResult
    package func logOut(
        _ token: String, of kind: Session.Kind, at now: Timestamp
    ) throws(DirectoryError) -> Session? {
        guard let (token, _) = SessionStamp.split(token) else { return nil }
        return try write { db in
            guard let found = try SessionRow.find("tokenHash = ?", [.blob(token.sha256)], db).first,
                found.subject.kind == kind
            else { return .success(nil) }
            try end([found.id], now, db)
            try record(
                "\(found.subject.word).loggedOut", by: found.subject.name, to: found.subject.name, "",
                found.organisation, now, db)
            return .success(found)
        }
    }

    /// Those that live, the newest first.
    package func sessions(of subject: Session.Subject, at now: Timestamp) throws(DirectoryError) -> [Session] {
        try read { db in try SessionRow.all(of: subject, db).map(measured).filter { now < $0.idleAt } }
    }

    /// Ends all sessions of somebody, such as a member who has left; the answer names them, so that their sockets can be
    /// closed.
    @discardableResult
    package func endSessions(
        of subject: Session.Subject, by actor: String = "operator", at now: Timestamp
    ) throws(DirectoryError) -> [SessionID] {
        try write { db in
            let sessions = try SessionRow.all(of: subject, db)
            try end(sessions.map(\.id), now, db)
            if let organisation = sessions.first?.organisation {
                try record(
                    "\(subject.word).sessionsEnded", by: actor, to: subject.name, "\(sessions.count)", organisation,
                    now,
                    db)
            }
            return .success(sessions.map(\.id))
        }
    }

    /// By what its organisation has set since, too.
    func measured(_ session: Session) -> Session {
        switch session.subject {
        case .guest: session
        case .member: session.lasting(roster[session.organisation]?.settings.signIn.lengths ?? .member)
        }
    }

    private func living(_ session: Session, _ now: Timestamp, isUse: Bool) throws(DirectoryError) -> Session {
        let session = measured(session)
        guard lives(session, now) else { throw .signIn }
        guard isUse, now >= session.usedAt + Session.touchInterval else { return session }
        let used = session.used(at: now)
        // Not one that was ended meanwhile: no row, no change.
        do {
            try database.run(
                "UPDATE session SET usedAt = ?, idleAt = ? WHERE id = ?",
                [.integer(used.usedAt.milliseconds), .integer(used.idleAt.milliseconds), .integer(used.id.value)])
        } catch {
            throw DirectoryError(error)
        }
        return used
    }

    /// Ends all sessions of somebody, in the transaction of what ends them.
    func endAll(_ subject: Session.Subject, _ now: Timestamp, _ db: any SQLSession) throws -> [SessionID] {
        let sessions = try SessionRow.all(of: subject, db).map(\.id)
        try end(sessions, now, db)
        return sessions
    }

    /// In the transaction that let its subject in. The answer names the sessions that gave way, so that their sockets can
    /// be closed.
    func startSession(
        _ subject: Session.Subject, _ organisation: OrganisationID, _ token: Token, _ now: Timestamp,
        _ db: any SQLSession
    ) throws -> (session: Session, ended: [SessionID]) {
        let ended = try SessionRow.all(of: subject, db).dropFirst(DirectoryLimits.sessionsPerSubject - 1).map(\.id)
        try end(ended, now, db)
        let draft = measured(
            Session(
                id: SessionID(0), subject: subject, organisation: organisation, startedAt: now, usedAt: now,
                lengths: .usual(subject)))
        return (try SessionRow.insert(draft, token, db), ended)
    }
}

extension Directory {
    private func find(_ condition: String, _ arguments: [SQLValue]) throws(DirectoryError) -> Session? {
        do {
            return try database.rows(SessionRow.finding(condition), arguments).compactMap(SessionRow.session).first
        } catch { throw DirectoryError(error) }
    }

    /// Neither over nor of a member who has left.
    func lives(_ session: Session, _ now: Timestamp) -> Bool {
        guard now < measured(session).idleAt else { return false }
        switch session.subject {
        case .guest: return true
        case .member(let member): return roster[member]?.isActive == true
        }
    }

    /// In the transaction that shuts somebody out.
    func endAllSessions(of subject: Session.Subject, _ now: Timestamp, _ db: any SQLSession) throws -> [SessionID] {
        let sessions = try SessionRow.all(of: subject, db).map(\.id)
        try end(sessions, now, db)
        return sessions
    }

    private func end(_ sessions: [SessionID], _ now: Timestamp, _ db: any SQLSession) throws {
        for session in sessions { try db.run("DELETE FROM session WHERE id = ?", [.integer(session.value)]) }
        if isShared { try SharedChanges.ended(sessions, at: now, db) }
    }
}

extension Session {
    fileprivate func used(at now: Timestamp) -> Session {
        Session(
            id: id, subject: subject, organisation: organisation, startedAt: startedAt, usedAt: now, lengths: lengths)
    }

    fileprivate func lasting(_ lengths: SessionLengths) -> Session {
        Session(
            id: id, subject: subject, organisation: organisation, startedAt: startedAt, usedAt: usedAt,
            lengths: lengths)
    }
}

extension Session.Subject {
    fileprivate var word: String {
        switch self {
        case .guest: "guest"
        case .member: "member"
        }
    }

    /// As in the audit trail.
    var name: String { "\(word):\(number)" }
}
