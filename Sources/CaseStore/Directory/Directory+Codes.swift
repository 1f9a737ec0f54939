package import CaseMachine

/// One-time passwords: a guest's form becomes a challenge with a code, and a challenge answered with its code a guest with
/// a session.
///
/// Whether the contact is known is not looked at before the code was right: so nothing that can be asked or measured tells
/// it. A try is counted in the transaction that compares, so that tries that come at once are counted one by one, and one
/// alone is right.
extension Directory {
    /// The code is not sent by this: whoever calls hands it to what leaves the building. Errors: `missing`, `too_long`,
    /// `bad_phone`, `bad_email`, `contact_not_offered` with their field, `no_such_team`, `too_soon`, `too_many_codes`.
    package func requestCode(
        _ request: CodeRequest, from client: ClientAddress, at now: Timestamp
    ) throws(DirectoryError) -> SentCode {
        guard let team = roster.team(request.team) else { throw .noSuchTeam }
        let draft = try GuestDraft(request, team.settings.contactMode)
        return try requestCode(draft, team, replacing: request.challenge, from: client, at: now)
    }

    /// For a guest who comes back by a link to a case of theirs: the code goes to their own contact, whoever asks, and makes
    /// nobody else of them. Errors: `no_such_guest`, `erased`, `no_such_team`, `too_soon`, `too_many_codes`.
    package func requestCode(
        for guest: GuestID, of team: TeamID, replacing challenge: String?, from client: ClientAddress, at now: Timestamp
    ) throws(DirectoryError) -> SentCode {
        guard let team = roster[team] else { throw .noSuchTeam }
        let guest = try self.guest(guest)
        guard guest.organisation == team.organisation else { throw .noSuchGuest }
        return try requestCode(GuestDraft(guest), team, replacing: challenge, from: client, at: now)
    }

    private func requestCode(
        _ draft: GuestDraft, _ team: Team, replacing challenge: String?, from client: ClientAddress, at now: Timestamp
    ) throws(DirectoryError) -> SentCode {
        let fresh = Token(try settings.randomness.bytes(Token.bytes))
        let code = try settings.randomness.code()
        return try write { db in
            let contact = try hashedForHouse(draft.contact)
            if let refusal = try refusal(ofCodeTo: contact, hashed(client), now, db) { return .failure(refusal) }
            try Attempts.record(.codeToContact, contact, now, db)
            try Attempts.record(.codeFromClient, hashed(client), now, db)
            try Attempts.record(.codeOfHouse, [], now, db)
            let replaced = try challenge.flatMap(Token.init).flatMap { name in
                try Challenge.find(name, db).flatMap { $0.organisation == team.organisation ? (name, $0.id) : nil }
            }
            let name = replaced?.0 ?? fresh
            let id = try replaced?.1 ?? Challenge.insertEmpty(name, db)
            let challenge = Challenge(
                id: id, organisation: team.organisation, team: team.id, contactHash: contact,
                codeHash: try hashed(code, of: id, contact, team.organisation),
                expiresAt: now + DirectoryLimits.codeLifetime, wrongTries: 0,
                draft: try seal(draft, .organisation(team.organisation.value), SealedColumn.challenge, row: id))
            try challenge.update(db)
            try record(
                "code.sent", by: "guest:unverified", to: "team:\(team.id)", draft.contact.kindName, team.organisation,
                now, db)
            return .success(
                SentCode(
                    challenge: name.text, organisation: team.organisation, team: team.id, contact: draft.contact,
                    code: code, expiresAt: challenge.expiresAt, resendAt: now + DirectoryLimits.resendAfter))
        }
    }

    private func refusal(
        ofCodeTo contact: [UInt8], _ client: [UInt8], _ now: Timestamp, _ db: any SQLSession
    ) throws -> DirectoryError? {
        if let wait = try Attempts.wait(
            .codeToContact, contact, DirectoryLimits.Rate(1, within: DirectoryLimits.resendAfter), now, db)
        {
            return DirectoryError(
                .tooSoon, "A code is on its way. If it does not come, ask for another one in a moment.",
                retryAfter: wait)
        }
        let limits: [(Attempts.Kind, [UInt8], DirectoryLimits.Rate)] = [
            (.codeToContact, contact, DirectoryLimits.codesPerContact),
            (.wrongCodeOfContact, contact, DirectoryLimits.wrongTriesPerContact),
            (.codeFromClient, client, settings.limits.codesPerClient),
            (.codeOfHouse, [], settings.limits.codesPerHouse),
        ]
        for (kind, subject, rate) in limits {
            guard let wait = try Attempts.wait(kind, subject, rate, now, db) else { continue }
            return DirectoryError(
                .tooManyCodes, "Too many codes were asked for. Try again later, or call us.", retryAfter: wait)
        }
        return nil
    }

    /// Signs the guest in. Errors: `bad_code` with the tries that are left, `code_expired`, `too_many_tries`.
    package func verifyCode(
        challenge: String, code: String, from client: ClientAddress, at now: Timestamp
    ) throws(DirectoryError) -> GuestSignIn {
        guard let name = Token(challenge) else { throw .codeExpired }
        let typed = String(code.utf8.prefix(64).filter { $0 != 0x20 }.map { Character(UnicodeScalar($0)) })
        let token = try settings.randomness.token()
        let publicID = try settings.randomness.publicID()
        return try write { db in
            let client = try hashed(client)
            if let refusal = try refusalOfClient(client, now, db) { return .failure(refusal) }
            guard let found = try Challenge.find(name, db), found.isOpen(now),
                try Attempts.wait(
                    .wrongCodeOfContact, found.contactHash, DirectoryLimits.wrongTriesPerContact, now, db) == nil
            else { return .failure(.codeExpired) }
            let computed = try hashed(typed, of: found.id, found.contactHash, found.organisation)
            guard ConstantTime.areEqual(computed, found.codeHash) else {
                return .failure(try countWrongTry(at: found, client, now, db))
            }
            // Single use: whoever comes after this transaction finds none.
            try Challenge.remove(found.id, db)
            let draft = try open(
                GuestDraft.self, found.draft, .organisation(found.organisation.value), SealedColumn.challenge,
                row: found.id)
            let guest = try findOrMakeGuest(draft, found.organisation, publicID, db)
            let (session, ended) = try startSession(.guest(guest.id), found.organisation, token, now, db)
            try record(
                "guest.loggedIn", by: "guest:\(guest.id)", to: "team:\(found.team)", draft.contact.kindName,
                found.organisation, now, db)
            return .success(GuestSignIn(guest: guest, session: session, token: token, ended: ended))
        }
    }

    func refusalOfClient(_ client: [UInt8], _ now: Timestamp, _ db: any SQLSession) throws -> DirectoryError? {
        try Attempts.wait(.failureOfClient, client, settings.limits.failuresPerClient, now, db).map {
            DirectoryError(.tooManyTries, "Too many tries. Wait a while, then try again.", retryAfter: $0)
        }
    }

    private func countWrongTry(
        at challenge: Challenge, _ client: [UInt8], _ now: Timestamp, _ db: any SQLSession
    ) throws -> DirectoryError {
        try challenge.countWrongTry(db)
        try Attempts.record(.wrongCodeOfContact, challenge.contactHash, now, db)
        try Attempts.record(.failureOfClient, client, now, db)
        try record(
            "code.wrong", by: "guest:unverified", to: "team:\(challenge.team)", "", challenge.organisation, now, db)
        let limit = DirectoryLimits.wrongTriesPerContact
        let today = try Attempts.count(.wrongCodeOfContact, challenge.contactHash, within: limit.within, now, db).count
        let left = min(DirectoryLimits.triesPerCode - challenge.wrongTries - 1, limit.count - today)
        return .badCode(triesLeft: max(0, left))
    }

    /// A million codes are tried in no time against a plain hash; under a key of the organisation's they are not. The
    /// challenge and the contact are in it, so that a code opens its own challenge only.
    private func hashed(
        _ code: String, of challenge: Int64, _ contact: [UInt8], _ organisation: OrganisationID
    ) throws -> [UInt8] {
        let message = contact + withUnsafeBytes(of: challenge.bigEndian) { Array($0) } + code.utf8
        return try vault.keyedHash(message, organisation: organisation.value, purpose: "foyer code 1")
    }
}
