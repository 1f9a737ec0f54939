package import CaseMachine

/// What a socket is let in by. Those who come at once are answered together: of ten thousand who come back in a storm a
/// database is asked a few hundred times.
extension Directory {
    /// A ticket for one socket of each living session whose token is shown. Errors of each: `sign_in`, `overloaded`; of
    /// all: `store_away`.
    package func tickets(
        for shown: [(token: String, kind: Session.Kind)], at now: Timestamp
    ) -> [Result<Token, DirectoryError>] {
        let tokens = shown.map { SessionStamp.split($0.token)?.token }
        return each(shown) { () throws(DirectoryError) in
            let found = try sessions(.tokenHash, tokens.compactMap { $0.map { .blob($0.sha256) } })
            let sessions = zip(tokens, shown).map { token, shown -> Session? in
                guard let session = token.flatMap({ found[.blob($0.sha256)] }), session.subject.kind == shown.kind,
                    lives(session, now)
                else { return nil }
                return session
            }
            var given = try tickets(for: sessions.compactMap { $0 }, at: now)[...]
            return sessions.map { $0 == nil ? .failure(.signIn) : given.popFirst() ?? .failure(.overloaded) }
        }
    }

    /// A ticket for one socket of each session. Errors: as above.
    package func tickets(
        for sessions: [Session], at now: Timestamp
    ) throws(DirectoryError) -> [Result<Token, DirectoryError>] {
        guard !sessions.isEmpty else { return [] }
        var tokens: [Token] = []
        for _ in sessions { tokens.append(try settings.randomness.token()) }
        let new = zip(tokens, sessions).map { NewTicket(hash: $0.sha256, session: $1.id) }
        let areAdded: [Bool]
        do { areAdded = try tickets.add(new, at: now) } catch { throw DirectoryError(error) }
        return zip(tokens, areAdded).map { $1 ? .success($0) : .failure(.overloaded) }
    }

    /// The session that each ticket was given to, if it still lives. Once. No use of the session: sockets come back by
    /// themselves, also at a desk that nobody sits at. Errors of each: `bad_ticket`, `sign_in`; of all: `store_away`.
    package func redeem(tickets shown: [String], at now: Timestamp) -> [Result<Session, DirectoryError>] {
        let hashes = shown.map { Token($0)?.sha256 }
        return each(shown) { () throws(DirectoryError) in
            var redeemed = try redeem(hashes.compactMap { $0 }, now)[...]
            let ids = hashes.map { $0 == nil ? nil : redeemed.popFirst() ?? nil }
            let found = try sessions(.id, ids.compactMap { $0.map { .integer($0.value) } })
            return ids.map { id in
                guard let id else { return .failure(.badTicket) }
                guard let session = found[.integer(id.value)], lives(session, now) else { return .failure(.signIn) }
                return .success(session)
            }
        }
    }

    /// What goes wrong for all goes wrong for each.
    private func each<Asked, Value>(
        _ asked: [Asked], _ answer: () throws(DirectoryError) -> [Result<Value, DirectoryError>]
    ) -> [Result<Value, DirectoryError>] {
        do throws(DirectoryError) {
            return try answer()
        } catch {
            return asked.map { _ in .failure(error) }
        }
    }

    private func redeem(_ hashes: [[UInt8]], _ now: Timestamp) throws(DirectoryError) -> [SessionID?] {
        guard !hashes.isEmpty else { return [] }
        do { return try tickets.redeem(hashes, at: now) } catch { throw DirectoryError(error) }
    }

    private func sessions(
        _ column: SessionRow.Column, _ keys: [SQLValue]
    ) throws(DirectoryError) -> [SQLValue: Session] {
        guard !keys.isEmpty else { return [:] }
        let (sql, arguments) = SessionRow.finding(column, among: keys)
        var sessions: [SQLValue: Session] = [:]
        do {
            for row in try database.rows(sql, arguments) {
                if let key = column.key(of: row) { sessions[key] = SessionRow.session(row).map(measured) }
            }
        } catch { throw DirectoryError(error) }
        return sessions
    }
}
