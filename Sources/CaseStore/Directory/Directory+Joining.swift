package import CaseMachine

/// What a link leads to: a password of one's own.
extension Directory {
    /// Whose link it is, for the page that it opens.
    package struct LinkBearer: Sendable, Equatable {
        package let kind: MemberLink.Kind
        package let name: String
        package let email: String
        package let organisation: String
    }

    /// Error: `link_expired`.
    package func bearer(ofLink token: String, at now: Timestamp) throws(DirectoryError) -> LinkBearer {
        let token = Token(token)
        let found = try read { db in try token.flatMap { try openLink($0, now, db) } }
        guard let found, let organisation = roster[found.organisation] else { throw .linkExpired }
        return LinkBearer(
            kind: found.kind, name: found.detail.name, email: found.detail.email, organisation: organisation.name)
    }

    /// Gives the link's bearer this password, once; an invited one becomes a member by it. The answer names the address that
    /// they sign in with, and the sessions that ended: whoever knew the old password is out. Errors: `link_expired`,
    /// `weak_password`, `too_many_tries`, `overloaded`.
    package func join(
        link token: String, password: String, from client: ClientAddress, at now: Timestamp
    ) throws(DirectoryError) -> (email: String, ended: [SessionID]) {
        guard !password.isEmpty else { throw DirectoryError(.missing, "Choose a password.", field: "password") }
        let bearer = try bearer(ofLink: token, at: now)
        try PasswordRules.demand(password, name: bearer.name, email: bearer.email)
        guard let token = Token(token) else { throw .linkExpired }
        let hash = try passwords.hash(password)
        let ended = try change { db in
            guard let link = try openLink(token, now, db) else { throw DirectoryError.linkExpired }
            // Single use: whoever comes after this transaction finds none.
            try db.run("DELETE FROM memberLink WHERE id = ?", [.integer(link.id)])
            switch link.kind {
            case .invitation:
                try makeMember(of: link, hash, now, db)
                return [SessionID]()
            case .forgottenPassword: return try setPassword(by: link, hash, now, db)
            }
        }
        return (bearer.email, ended)
    }

    private func openLink(_ token: Token, _ now: Timestamp, _ db: any SQLSession) throws -> MemberLink? {
        try findLink("tokenHash = ?", [.blob(token.sha256)], db).flatMap { $0.isOpen(now) ? $0 : nil }
    }

    private func makeMember(
        of link: MemberLink, _ hash: PasswordHash, _ now: Timestamp, _ db: any SQLSession
    ) throws {
        let detail = link.detail
        // A team may have gone since.
        let teams = detail.teams.filter { roster[TeamID($0.team)]?.organisation == link.organisation }
        let draft = MemberDetail(
            name: detail.name, email: detail.email, isAdministrator: detail.isAdministrator,
            teams: teams.map { MemberDetail.Work(team: $0.team, rank: $0.rank) })
        let member = try insertMember(
            draft, try EmailAddress(detail.email), hash, in: link.organisation, now, "invitation:\(link.id)", db)
        for work in teams {
            try record(
                "member.added", by: "invitation:\(link.id)", to: "member:\(member)", "team:\(work.team)",
                link.organisation, now, db)
        }
    }

    private func setPassword(
        by link: MemberLink, _ hash: PasswordHash, _ now: Timestamp, _ db: any SQLSession
    ) throws -> [SessionID] {
        guard let id = link.detail.member, let member = roster[MemberID(id)], member.organisation == link.organisation
        else { throw DirectoryError.linkExpired }
        try db.run(
            "UPDATE member SET password = ? WHERE id = ?",
            [
                .blob(try seal(hash, .organisation(link.organisation.value), SealedColumn.password, row: id)),
                .integer(id),
            ])
        try record(
            "member.passwordChanged", by: "member:\(id)", to: "member:\(id)", "by link", link.organisation, now, db)
        return try endAll(.member(member.id), now, db)
    }

    // MARK: - A forgotten password

    /// Counts a wish for a link, whether or not the address is anybody's. Errors with their field: `missing`, `bad_email`;
    /// `too_many_letters`.
    package func countForgotten(
        email: String, from client: ClientAddress, at now: Timestamp
    ) throws(DirectoryError) {
        guard !email.isEmpty else { throw DirectoryError(.missing, "Type your e-mail address.", field: "email") }
        let address: EmailAddress
        do { address = try EmailAddress(email) } catch {
            throw DirectoryError(.badEmail, error.description, field: "email")
        }
        try write { db -> Result<Void, DirectoryError> in
            if let refusal = try refusalOfLetter(to: address, from: client, now, db) { return .failure(refusal) }
            return .success(())
        }
    }

    /// A link for the member with this address; nil if nobody has it. After `countForgotten`, and not awaited by whoever
    /// answers: how long it takes would tell whether there is one.
    package func linkForForgotten(email: String, at now: Timestamp) throws(DirectoryError) -> SentLink? {
        guard let address = try? EmailAddress(email) else { return nil }
        let token = try settings.randomness.token()
        return try write { db in
            let row = try db.firstRow(
                "SELECT id FROM member WHERE addressHash = ?", [.blob(try hashedForHouse(.email(address)))])
            guard let id = row?.integer(0), let member = roster[MemberID(id)] else { return .success(nil) }
            let detail = MemberLink.Detail(
                kind: MemberLink.Kind.forgottenPassword.rawValue, name: member.name, email: address.typed, member: id,
                sentAt: now.milliseconds)
            let written = try writeLink(detail, .forgottenPassword, address, member.organisation, token, now, db)
            try record(
                "member.passwordForgotten", by: "unknown", to: "member:\(id)", "", member.organisation, now, db)
            return .success(
                SentLink(
                    token: token, kind: .forgottenPassword, name: member.name, address: address,
                    organisation: member.organisation, expiresAt: written.expiresAt, invitation: nil))
        }
    }

    /// Counts a letter, or says why none goes out.
    func refusalOfLetter(
        to address: EmailAddress, from client: ClientAddress?, _ now: Timestamp, _ db: any SQLSession
    ) throws -> DirectoryError? {
        let contact = try hashedForHouse(.email(address))
        var limits: [(Attempts.Kind, [UInt8], DirectoryLimits.Rate)] = [
            (.letterToMember, contact, DirectoryLimits.lettersPerMember),
            (.letterOfHouse, [], DirectoryLimits.lettersPerHouse),
        ]
        if let client { limits.append((.letterFromClient, try hashed(client), DirectoryLimits.lettersPerClient)) }
        for (kind, subject, rate) in limits {
            guard let wait = try Attempts.wait(kind, subject, rate, now, db) else { continue }
            return DirectoryError(
                .tooManyLetters, "Too many letters were asked for. Look into the spam folder, or try again later.",
                retryAfter: wait)
        }
        for (kind, subject, _) in limits { try Attempts.record(kind, subject, now, db) }
        return nil
    }
}
