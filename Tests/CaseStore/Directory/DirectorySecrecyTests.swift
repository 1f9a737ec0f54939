import CaseMachine
import Foundation
import Testing

@testable import CaseStore

/// What somebody gets who has the database, or a copy of it.
@Suite struct DirectorySecrecyTests {
    private let start = DirectoryHouse.start

    @Test(arguments: DatabaseKind.allCases)
    func `no name, contact, text, code, password or token stands in the files or tables`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let signIn = try house.signIn(house.form(first: "Xanthippe", last: "Quackenbush"))
        _ = try house.signIn(
            house.form(first: "Xanthippe", last: "Quackenbush", phone: nil, email: DirectoryHouse.email))
        let open = try house.send(house.form(first: "Xanthippe", phone: "+44 7700 900555"))
        _ = directoryError { _ = try house.verify(open, code: open.wrongCode) }
        let member = try house.logIn()
        _ = directoryError { _ = try house.logIn(email: "Zebulon@clinic.example", password: "hunter2hunter2") }
        let ticket = try house.directory.ticket(for: member.session, at: start)
        try house.directory.recordCaseViewed(CaseID(1), by: house.anna.id, at: start)
        try house.directory.logOut(signIn.token.text, of: .guest, at: start)
        try house.directory.signAudit(at: start, isClosing: true)
        let markers = [
            "Xanthippe", "xanthippe", "Quackenbush", "quackenbush", "7700900123", "7700 900123", "7700900555", "maria@",
            "anna@", "Anna Berg", "Zebulon", "zebulon", "hunter2", DirectoryHouse.password, "Northside", "Reception",
            "Not for emergencies", "We answer soon", "Provider number", "203.0.113.7", signIn.token.text,
            member.token.text, open.challenge, ticket.text, "code.sent \(open.code)",
        ]
        let files = try FileManager.default.subpathsOfDirectory(atPath: house.house.directory.path)
        #expect(files.contains("foyer.sqlite-wal") == (kind == .sqlite) && files.contains("keys/audit-heads.log"))
        for file in files where !file.hasSuffix("-shm") {
            let url = URL(filePath: house.house.directory.path + "/" + file)
            guard let bytes = try? Data(contentsOf: url) else { continue }
            for marker in markers { #expect(bytes.range(of: Data(marker.utf8)) == nil, "\(marker) in \(file)") }
            for token in [signIn.token, member.token] {
                let raw = try #require(Hex.bytes(token.text))
                #expect(bytes.range(of: Data(raw)) == nil)
            }
        }
        guard kind == .postgres else { return }
        let tables = try house.house.tableContents()
        #expect(tables.contains("code.sent") && tables.utf8.count > 5000)
        for marker in markers { #expect(!tables.contains(marker), "\(marker)") }
    }

    /// Six digits are few, and stand in many a number by chance: so they are looked for in the columns of the row.
    @Test(arguments: DatabaseKind.allCases)
    func `a code is neither in its challenge's row, nor its plain hash`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        let row = try #require(
            try house.database.rows("SELECT codeHash, draft, nameHash FROM challenge", []).first)
        let digest = AuditDigest(sent.code).sha256()
        #expect(row.blob(0)?.count == 32 && row.blob(0) != digest)
        for column in 0...2 {
            #expect(Data(try #require(row.blob(column))).range(of: Data(sent.code.utf8)) == nil)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an erased guest is forgotten, also by who has just shown them, and comes back as somebody new`(
        _ kind: DatabaseKind
    ) throws {
        let house = try DirectoryHouse(kind)
        let maria = try house.signIn().guest
        #expect(try house.directory.guest(maria.id) == maria)
        try house.vault.destroy(guestKey: maria.id.value, of: house.clinic.id.value)
        #expect(directoryError { _ = try house.directory.guest(maria.id) } == .erased)
        #expect(directoryError { _ = try house.directory.guest(maria.publicID) } == .erased)
        let again = try house.signIn(at: start + .minutes(1)).guest
        #expect(again.id > maria.id && again.firstName == "Maria")
        #expect(directoryError { _ = try house.directory.guest(maria.id) } == .noSuchGuest)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an organisation that has left is in nobody's roster, and its people sign in no more`(_ kind: DatabaseKind)
        throws
    {
        let house = try VaultHouse(kind)
        do {
            let first = try DirectoryHouse(in: house)
            try first.vault.destroy(organisationKey: first.clinic.id.value)
        }
        let vault = try house.open()
        let (_, directory) = try DirectoryHouse.open(house, vault, DirectoryHouse.settings(seed: 2))
        #expect(directory.roster.organisations.count == 1 && directory.roster.members.isEmpty)
        #expect(directory.roster.teams.values.map(\.name) == ["Laboratory"])
        let error = directoryError {
            _ = try directory.logIn(
                email: DirectoryHouse.memberEmail, password: DirectoryHouse.password, from: DirectoryHouse.client,
                at: start)
        }
        #expect(error == .wrongLogin)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `who can write to the database gives nobody another's row`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let ben = try house.directory.createMember(
            name: "Ben", email: "ben@clinic.example", password: "another password", in: house.clinic.id, at: start)
        try house.database.run(
            "UPDATE member SET password = (SELECT password FROM member WHERE id = ?) WHERE id = ?",
            [.integer(ben.id.value), .integer(house.anna.id.value)])
        // Not let in by Ben's password, and told to whoever runs the server.
        let error = directoryError { _ = try house.logIn(password: "another password") }
        #expect(error?.code == .storeAway)
        try house.database.run(
            "UPDATE member SET detail = (SELECT detail FROM member WHERE id = ?) WHERE id = ?",
            [.integer(house.anna.id.value), .integer(ben.id.value)])
        #expect(directoryError { _ = try house.directory.address(of: ben.id) }?.code == .storeAway)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the guests looked at last are remembered, so many of them`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind) { $0.limits.cachedGuests = 4 }
        let guests = try (0..<9).map { number in
            try house.signIn(house.form(phone: "+44 7700 90020\(number)")).guest
        }
        for _ in 0..<2 {
            for guest in guests { #expect(try house.directory.guest(guest.id) == guest) }
            #expect(house.directory.guests.count <= 4)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `who came in, failed, left and looked stands in the audit trail, without a name`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let before = try house.trail().count
        let sent = try house.send(house.form())
        _ = directoryError { _ = try house.verify(sent, code: sent.wrongCode) }
        let guest = try house.verify(sent)
        try house.directory.logOut(guest.token.text, of: .guest, at: start)
        _ = directoryError { _ = try house.logIn(password: "wrong password") }
        _ = directoryError { _ = try house.logIn(email: "nobody@clinic.example") }
        _ = try house.logIn()
        try house.directory.recordCaseViewed(CaseID(42), by: house.anna.id, at: start)
        try house.directory.endSessions(of: .member(house.anna.id), at: start)
        #expect(
            try Array(house.trail().dropFirst(before)) == [
                "guest:unverified code.sent team:1", "guest:unverified code.wrong team:1",
                "guest:1 guest.loggedIn team:1", "guest:1 guest.loggedOut guest:1",
                "unknown member.loginFailed member:1", "unknown member.loginFailed member:unknown",
                "member:1 member.loggedIn member:1", "member:1 case.viewed case:42",
                "operator member.sessionsEnded member:1",
            ])
        #expect(
            try house.trail().prefix(3) == [
                "operator organisation.created organisation:1", "operator team.created team:1",
                "operator organisation.created organisation:2",
            ])
        try house.directory.signAudit(at: start, isClosing: true)
        #expect(try house.auditReport().findings.isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `what is refused for a broken disk leaves no row of the trail`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        let before = try house.trail()
        try house.database.run("ALTER TABLE session RENAME TO lost", [])
        #expect(directoryError { _ = try house.verify(sent) }?.code == .storeAway)
        #expect(try house.trail() == before && house.count("guest") == 0)
        try house.database.run("ALTER TABLE lost RENAME TO session", [])
        _ = try house.verify(sent)
    }
}
