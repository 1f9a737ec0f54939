import CaseMachine
import Testing

@testable import CaseStore

@Suite struct InvitationTests {
    private let start = DirectoryHouse.start
    private static let password = "harbour lantern velvet"
    private static let email = "robin@clinic.example"

    /// With an administrator, since Anna is none.
    private func house(_ kind: DatabaseKind) throws -> (DirectoryHouse, MemberID) {
        let house = try DirectoryHouse(kind)
        let admin = try house.directory.createMember(
            name: "Olu Adeyemi", email: "olu@clinic.example", password: DirectoryHouse.password, isAdministrator: true,
            in: house.clinic.id, at: start)
        return (house, admin.id)
    }

    private func draft(_ house: DirectoryHouse) -> InvitationDraft {
        InvitationDraft(name: "Robin Marsh", email: Self.email, teams: [house.desk.id: .supervisor])
    }

    private func join(
        _ house: DirectoryHouse, _ link: SentLink, _ password: String = Self.password, at now: Timestamp
    ) throws(DirectoryError) -> (email: String, ended: [SessionID]) {
        try house.directory.join(link: link.token.text, password: password, from: DirectoryHouse.client, at: now)
    }

    private func actions(_ house: DirectoryHouse) throws -> [String] {
        try house.database.rows("SELECT action FROM auditRow ORDER BY number", []).compactMap { $0.text(0) }
    }

    // covers: S2.15
    @Test(arguments: DatabaseKind.allCases)
    func `an invited member chooses a password and signs in`(_ kind: DatabaseKind) throws {
        let (house, admin) = try house(kind)
        let link = try house.directory.invite(draft(house), by: admin, at: start)
        let bearer = try house.directory.bearer(ofLink: link.token.text, at: start)
        #expect(bearer.kind == .invitation && bearer.name == "Robin Marsh" && bearer.email == Self.email)
        #expect(bearer.organisation == house.clinic.name)
        #expect(try house.directory.invitations(for: admin).map(\.email) == [Self.email])
        let joined = try join(house, link, at: start + .hours(71))
        #expect(joined.ended == [])
        let signIn = try house.directory.logIn(
            email: joined.email, password: Self.password, from: DirectoryHouse.client, at: start + .hours(71))
        #expect(signIn.member.teams == [house.desk.id: .supervisor] && !signIn.member.isAdministrator)
        #expect(try house.directory.invitations(for: admin) == [])
        #expect(
            try actions(house).suffix(4) == ["member.invited", "member.created", "member.added", "member.loggedIn"])
    }

    // covers: S2.15
    @Test(arguments: DatabaseKind.allCases)
    func `a link opens once, in its time, until it is withdrawn or sent again`(_ kind: DatabaseKind) throws {
        let (house, admin) = try house(kind)
        let directory = house.directory
        let first = try directory.invite(draft(house), by: admin, at: start)
        let invitation = try #require(first.invitation)
        let again = try directory.resendInvitation(invitation.id, by: admin, at: start + .hours(1))
        #expect(throws: DirectoryError.linkExpired) { try join(house, first, at: start + .hours(1)) }
        #expect(throws: DirectoryError.linkExpired) { try join(house, again, at: start + .hours(73)) }
        _ = try join(house, again, at: start + .hours(72))
        #expect(throws: DirectoryError.linkExpired) { try join(house, again, at: start + .hours(72)) }

        var other = draft(house)
        other.email = "kim@clinic.example"
        let withdrawn = try directory.invite(other, by: admin, at: start)
        let id = try #require(withdrawn.invitation?.id)
        try directory.revokeInvitation(id, by: admin, at: start)
        #expect(throws: DirectoryError.linkExpired) { try join(house, withdrawn, at: start) }
        #expect(throws: DirectoryError.noSuchInvitation) { try directory.revokeInvitation(id, by: admin, at: start) }
        #expect(throws: DirectoryError.linkExpired) { try directory.bearer(ofLink: "x", at: start) }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `only an administrator invites, and only into their own organisation`(_ kind: DatabaseKind) throws {
        let (house, admin) = try house(kind)
        let directory = house.directory
        #expect(throws: DirectoryError.notAllowed) { try directory.invite(draft(house), by: house.anna.id, at: start) }
        #expect(throws: DirectoryError.notAllowed) { try directory.invitations(for: house.anna.id) }
        var foreign = draft(house)
        foreign.teams = [house.otherDesk.id: .member]
        #expect(
            #expect(throws: DirectoryError.self) { try directory.invite(foreign, by: admin, at: start) }?.code
                == .noSuchTeam)
        var taken = draft(house)
        taken.email = DirectoryHouse.memberEmail.uppercased()
        #expect(throws: DirectoryError.addressTaken) { try directory.invite(taken, by: admin, at: start) }
        let elsewhere = try directory.createMember(
            name: "Noor Haddad", email: "noor@south.example", password: DirectoryHouse.password, isAdministrator: true,
            in: house.otherDesk.organisation, at: start)
        let mine = try #require(try directory.invite(draft(house), by: admin, at: start).invitation)
        #expect(throws: DirectoryError.noSuchInvitation) {
            try directory.revokeInvitation(mine.id, by: elsewhere.id, at: start)
        }
        let own = InvitationDraft(name: "Robin", email: Self.email)
        #expect(throws: DirectoryError.addressTaken) { try directory.invite(own, by: elsewhere.id, at: start) }
        #expect(try directory.invitations(for: elsewhere.id) == [])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a weak password leaves the link as it is`(_ kind: DatabaseKind) throws {
        let (house, admin) = try house(kind)
        let link = try house.directory.invite(draft(house), by: admin, at: start)
        for weak in ["short", "robin marsh 12", "password12345"] {
            #expect(
                #expect(throws: DirectoryError.self) { try join(house, link, weak, at: start) }?.code == .weakPassword)
        }
        _ = try join(house, link, at: start)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a forgotten password is set by letter, and ends every session`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        let before = try directory.logIn(
            email: DirectoryHouse.memberEmail, password: DirectoryHouse.password, from: DirectoryHouse.client, at: start
        )
        let nobodys = try directory.linkForForgotten(email: "nobody@clinic.example", at: start)
        #expect(nobodys == nil)
        let link = try #require(try directory.linkForForgotten(email: "ANNA@clinic.example", at: start))
        #expect(link.kind == .forgottenPassword)
        #expect(throws: DirectoryError.linkExpired) { try join(house, link, at: start + .hours(1)) }
        let joined = try join(house, link, at: start)
        #expect(joined.ended == [before.session.id])
        #expect(throws: DirectoryError.signIn) { try directory.session(before.token.text, of: .member, at: start) }
        #expect(throws: DirectoryError.wrongLogin) {
            try directory.logIn(
                email: DirectoryHouse.memberEmail, password: DirectoryHouse.password, from: DirectoryHouse.client,
                at: start)
        }
        _ = try directory.logIn(
            email: DirectoryHouse.memberEmail, password: Self.password, from: DirectoryHouse.client, at: start)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `letters are limited alike for who is known and who is not`(_ kind: DatabaseKind) throws {
        let directory = try DirectoryHouse(kind).directory
        for email in [DirectoryHouse.memberEmail, "nobody@clinic.example"] {
            for _ in 0..<DirectoryLimits.lettersPerMember.count {
                try directory.countForgotten(email: email, from: DirectoryHouse.client, at: start)
            }
            let error = #expect(throws: DirectoryError.self) {
                try directory.countForgotten(email: email, from: DirectoryHouse.client, at: start)
            }
            #expect(error?.code == .tooManyLetters && error?.retryAfterSeconds == 3600)
            try directory.countForgotten(email: email, from: DirectoryHouse.client, at: start + .hours(1))
        }
        for number in 0..<(DirectoryLimits.lettersPerClient.count - 2) {
            try directory.countForgotten(
                email: "a\(number)@clinic.example", from: DirectoryHouse.client, at: start + .hours(1))
        }
        #expect(throws: DirectoryError.self) {
            try directory.countForgotten(email: "b@clinic.example", from: DirectoryHouse.client, at: start + .hours(1))
        }
        try directory.countForgotten(
            email: "b@clinic.example", from: ClientAddress("198.51.100.9"), at: start + .hours(1))
    }

    /// Whoever can write to the database.
    @Test func `a link that somebody has written into the database opens nothing`() throws {
        let (house, admin) = try house(.sqlite)
        let link = try house.directory.invite(draft(house), by: admin, at: start)
        try house.database.tamper("UPDATE memberLink SET kind = 2")
        #expect(throws: DirectoryError.linkExpired) { try join(house, link, at: start) }
        try house.database.tamper("UPDATE memberLink SET kind = 1, expiresAt = 9000000000000000")
        #expect(throws: DirectoryError.linkExpired) { try join(house, link, at: start + .hours(73)) }
        _ = try join(house, link, at: start)
    }
}
