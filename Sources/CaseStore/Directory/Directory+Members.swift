package import CaseMachine
import Synchronization

/// What is sealed of a member. Rights are in it, so that whoever can write to the database gives themself none.
struct MemberDetail: Codable {
    struct Work: Codable {
        let team: Int64
        let rank: UInt8
    }

    var name: String
    var email: String
    /// What an earlier release knew of roles.
    var isAdministrator: Bool
    var teams: [Work]
    /// A role's id; nil: what `isAdministrator` says.
    var role: String?
    var isActive: Bool?
    var revision: Int?

    /// A role that is gone leaves a member who may do nothing.
    func role(among roles: [MemberRole]) -> MemberRole {
        guard let role else { return isAdministrator ? .administrator : .member }
        return roles.first { $0.id == role } ?? MemberRole(id: role, name: "", permissions: [])
    }
}

extension Directory {
    /// For what has no row of its own, as a role.
    package func freshName() throws(DirectoryError) -> PublicID { try settings.randomness.publicID() }

    /// Signs a member in. Errors: `missing` with its field, `wrong_login`, `too_many_tries`, `overloaded`. `mark` is what an
    /// earlier sign-in has left with the browser.
    ///
    /// The same for an address that nobody has: it is looked up, counted, paused and computed for like the others. A try
    /// counts as wrong before it is computed, so that many that are sent at once are counted, too.
    package func logIn(
        email: String, password: String, from client: ClientAddress, mark: String? = nil, at now: Timestamp
    ) throws(DirectoryError) -> MemberSignIn {
        guard !email.isEmpty else { throw DirectoryError(.missing, "Type your e-mail address.", field: "email") }
        guard !password.isEmpty else { throw DirectoryError(.missing, "Type your password.", field: "password") }
        if isShared { try learnOfNewcomer(email) }
        let token = try settings.randomness.token()
        let random = try settings.randomness.bytes(BrowserMark.randomBytes)
        let attempt = try write { db -> Result<LoginAttempt, DirectoryError> in
            let account = try hashed(login: email)
            let client = try hashed(client)
            let known = try self.mark(mark, of: account)
            let place = try hashed(account, at: known?.bytes ?? client)
            if known == nil, let refusal = try refusalOfStranger(account, client, now, db) { return .failure(refusal) }
            if let refusal = try pause(at: place, now, db) { return .failure(refusal) }
            let rows = [
                try Attempts.record(.failureAtPlace, place, now, db),
                try Attempts.record(.failureOfAccount, account, now, db),
                try Attempts.record(.failureOfClient, client, now, db),
            ]
            return .success(
                LoginAttempt(
                    place: place, rows: rows, known: try findLogin(account, db),
                    mark: try known ?? freshMark(random, of: account)))
        }
        let isRight = try isRight(password, attempt)
        return try write { db -> Result<MemberSignIn, DirectoryError> in
            guard isRight, let known = attempt.known, let member = roster[known.id] else {
                try recordFailure(attempt.known?.id, now, db)
                return .failure(.wrongLogin)
            }
            try Attempts.forget(.failureAtPlace, attempt.place, db)
            try Attempts.takeBack(attempt.rows, db)
            let (session, ended) = try startSession(.member(member.id), member.organisation, token, now, db)
            let name = session.subject.name
            try record("member.loggedIn", by: name, to: name, "", member.organisation, now, db)
            return .success(
                MemberSignIn(
                    member: member, session: session, token: token, ended: ended, mark: attempt.mark.text))
        }
    }

    private func isRight(_ password: String, _ attempt: LoginAttempt) throws(DirectoryError) -> Bool {
        let isPossible = password.utf8.count <= DirectoryLimits.passwordBytes.upperBound
        do {
            return try passwords.matches(isPossible ? password : "", isPossible ? attempt.known?.password : nil)
        } catch {
            // Nothing was tried.
            try write { db in
                try Attempts.takeBack(attempt.rows, db)
                return .success(())
            }
            throw error
        }
    }

    private struct LoginAttempt {
        /// The account, and from where it is tried.
        let place: [UInt8]
        let rows: [Int64]
        let known: (id: MemberID, password: PasswordHash)?
        let mark: BrowserMark
    }

    /// A member's own address, for letters to them; never for a guest's page. Error: `no_such_member`.
    package func address(of member: MemberID) throws(DirectoryError) -> EmailAddress {
        guard let organisation = roster[member]?.organisation else { throw .noSuchMember }
        return try read { db in
            let row = try db.firstRow("SELECT detail FROM member WHERE id = ?", [.integer(member.value)])
            guard let detail = row?.blob(0) else { throw DirectoryError.noSuchMember }
            return try EmailAddress(openMember(detail, member, organisation).email)
        }
    }

    /// The same of all members of an organisation, for its administrators.
    package func addresses(of organisation: OrganisationID) throws(DirectoryError) -> [MemberID: String] {
        try read { db in
            let rows = try db.rows(
                "SELECT id, detail FROM member WHERE organisation = ?", [.integer(organisation.value)])
            var addresses: [MemberID: String] = [:]
            for row in rows {
                guard let id = row.integer(0), let detail = row.blob(1) else { continue }
                addresses[MemberID(id)] = try openMember(detail, MemberID(id), organisation).email
            }
            return addresses
        }
    }

    func openMember(_ blob: [UInt8], _ id: MemberID, _ organisation: OrganisationID) throws -> MemberDetail {
        try open(MemberDetail.self, blob, .organisation(organisation.value), SealedColumn.member, row: id.value)
    }

    /// Members sign in without naming their organisation, so that their addresses are looked up in the whole house. What
    /// cannot be an address is counted as it was typed.
    private func hashed(login email: String) throws -> [UInt8] {
        if let address = try? EmailAddress(email) { return try hashedForHouse(.email(address)) }
        return try vault.keyedHash(
            Array(email.utf8.prefix(512)), organisation: Self.house, purpose: "foyer login 1")
    }

    /// An account as it is tried from one place: a browser that has been let into it before, or else a client.
    private func hashed(_ account: [UInt8], at place: [UInt8]) throws -> [UInt8] {
        try vault.keyedHash(account + place, organisation: Self.house, purpose: "foyer login place 1")
    }

    /// What somebody else's tries may cost a member: at a browser that is new to them, a wait.
    private func refusalOfStranger(
        _ account: [UInt8], _ client: [UInt8], _ now: Timestamp, _ db: any SQLSession
    ) throws -> DirectoryError? {
        if let refusal = try refusalOfClient(client, now, db) { return refusal }
        return try Attempts.wait(.failureOfAccount, account, settings.limits.failuresPerAccount, now, db).map {
            Self.tooManyPasswords(retryAfter: $0)
        }
    }

    /// Nobody's tries from elsewhere lengthen it.
    private func pause(at place: [UInt8], _ now: Timestamp, _ db: any SQLSession) throws -> DirectoryError? {
        let failures = try Attempts.count(.failureAtPlace, place, within: DirectoryLimits.failuresRemembered, now, db)
        guard failures.count >= DirectoryLimits.freeFailures, let newest = failures.newest else { return nil }
        return Attempts.remaining(since: newest, Self.pause(afterFailures: failures.count), now).map {
            Self.tooManyPasswords(retryAfter: $0)
        }
    }

    private static func tooManyPasswords(retryAfter wait: Duration) -> DirectoryError {
        DirectoryError(
            .tooManyTries, "Too many wrong passwords. Wait a moment, then try again.", retryAfter: wait)
    }

    static func pause(afterFailures count: Int) -> Duration {
        let doublings = min(max(0, count - DirectoryLimits.freeFailures), 16)
        return min(DirectoryLimits.firstPause * (1 << doublings), DirectoryLimits.longestPause)
    }

    /// Somebody may have become a member at another node a moment ago. What else is new there comes by `refresh`, which tells
    /// everybody.
    private func learnOfNewcomer(_ email: String) throws(DirectoryError) {
        let id = try read { db in
            try db.firstRow("SELECT id FROM member WHERE addressHash = ?", [.blob(try hashed(login: email))])?.integer(
                0)
        }
        guard let id, roster[MemberID(id)] == nil else { return }
        try changing.withLock { _ throws(DirectoryError) in
            let newest = try read { db in try readRoster(db) }
            current.withLock { $0.roster = newest }
        }
    }

    private func findLogin(_ account: [UInt8], _ db: any SQLSession) throws -> (id: MemberID, password: PasswordHash)? {
        let row = try db.firstRow(
            "SELECT id, organisation, password FROM member WHERE addressHash = ?", [.blob(account)])
        guard let row, let id = row.integer(0), let organisation = row.integer(1), let password = row.blob(2),
            roster[MemberID(id)]?.isActive == true
        else { return nil }
        let hash = try open(
            PasswordHash.self, password, .organisation(organisation), SealedColumn.password, row: id)
        return (MemberID(id), hash)
    }

    /// The trail names a member who exists, and never what was typed: people type passwords into the wrong field.
    private func recordFailure(_ member: MemberID?, _ now: Timestamp, _ db: any SQLSession) throws {
        let organisation = member.flatMap { roster[$0]?.organisation } ?? OrganisationID(Self.house)
        let subject = member.map { "member:\($0)" } ?? "member:unknown"
        try record("member.loginFailed", by: "unknown", to: subject, "", organisation, now, db)
    }
}
