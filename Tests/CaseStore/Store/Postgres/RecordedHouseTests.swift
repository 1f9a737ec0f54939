import CaseMachine
import Foundation
import TestSupport
import Testing

@testable import CaseStore

/// Of every schema of PostgreSQL that was released, a small house stands in `Store/Schemas/Postgres`, as `pg_dump` wrote
/// it: its database and that of its keys, with a row in each table. The present code opens each, and finds everybody and
/// everything there. A step that is added without a house of what it makes fails here, and so does one that is changed
/// after it was released.
///
/// `FOYER_WRITE_SCHEMA=1 swift test --filter RecordedHouseTests` writes the newest one, once.
@Suite struct RecordedHouseTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Schemas/Postgres")
    /// Schema 1 had no people in it, and was never released.
    private static let released = PostgresMigrations.firstWithAudit...PostgresMigrations.newest
    private static let words = "It is recorded."

    private static func file(_ version: Int64, _ part: RecordedHouse.Part) -> URL {
        folder.appending(path: "\(part.rawValue)-\(version).sql")
    }

    @Test func `a house of each schema that was released is kept`() throws {
        let newest = PostgresMigrations.newest
        if ProcessInfo.processInfo.environment["FOYER_WRITE_SCHEMA"] != nil,
            !FileManager.default.fileExists(atPath: Self.file(newest, .house).path())
        {
            let house = try RecordedHouse()
            try Self.fill(house)
            for part in RecordedHouse.Part.allCases {
                try house.dump(part).write(to: Self.file(newest, part), atomically: true, encoding: .utf8)
            }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
        let expected = Self.released.flatMap { version in
            RecordedHouse.Part.allCases.map { Self.file(version, $0).lastPathComponent }
        }
        #expect(files.sorted() == expected.sorted())
    }

    @Test(arguments: released)
    func `a house of any earlier schema is opened with everybody and everything in it`(_ version: Int64) throws {
        let house = try RecordedHouse()
        for part in RecordedHouse.Part.allCases {
            try house.load(part, try String(contentsOf: Self.file(version, part), encoding: .utf8))
        }
        let before = try house.counts()
        #expect(before.count > 20)
        #expect(before.values.allSatisfy { $0 != "0" }, "a table without a row proves nothing: \(before)")

        // Refuses tables that are not what the steps make.
        let (store, directory) = try house.open()
        for (table, count) in try house.counts() where before[table] != nil { #expect(before[table] == count) }

        #expect(try store.load([CaseID(3)]).first?.get().state.assignee == Chronicle.anna)
        let page = try store.events(of: CaseID(3), for: .team, after: 0, limit: 9).get()
        #expect(page.events.map(\.event.fact).contains(.messageSent(Message(text: Self.words))))
        #expect(try store.due(at: Chronicle.start, after: nil, limit: 9).map(\.id) == [CaseID(3)])
        // Before schema 3 nobody sent anything, and nothing of then is sent now.
        #expect(try store.letters(of: CaseID(3), limit: 9).map(\.state) == [version < 3 ? .cancelled : .waiting])
        #expect(try store.list(.ofGuest(GuestID(1), open: true), after: nil, limit: 9).map(\.id.value) == [2, 3])
        let name = KeyName(organisation: Chronicle.clinic, author: .guest(Chronicle.maria), value: 5)
        guard case .known = try store.answer(to: name, fingerprint: 1) else { throw UnexpectedTrouble() }

        let people = DirectoryHouse.self
        let member = try directory.logIn(
            email: people.memberEmail, password: people.password, from: people.client, at: people.start)
        #expect(member.member.name == "Anna Berg")
        let team = try #require(directory.roster.teams(of: member.member.organisation).first)
        #expect((team.name, team.categories.count, team.fields.count) == ("Reception", 2, 2))
        // By contact and name: the same guest as then.
        let guests = try house.run("SELECT count(*) FROM guest")
        let later = people.start + .hours(9)
        let sent = try directory.requestCode(RecordedHouse.form(team), from: people.client, at: later)
        let guest = try directory.verifyCode(
            challenge: sent.challenge, code: sent.code, from: people.client, at: later)
        #expect(guest.guest.id == GuestID(1))
        #expect(try house.run("SELECT count(*) FROM guest") == guests)
        #expect(try house.auditReport().findings.isEmpty)
    }

    /// Something in each table.
    private static func fill(_ house: RecordedHouse) throws {
        let (store, directory) = try house.open()
        let people = DirectoryHouse.self
        let clinic = try directory.createOrganisation(people.organisation("Northside Clinic"), at: people.start)
        let team = try directory.createTeam(people.draft("Reception"), in: clinic.id, at: people.start)
        let anna = try directory.createMember(
            name: "Anna Berg", email: people.memberEmail, password: people.password, isAdministrator: true,
            in: clinic.id, at: people.start)
        try directory.addMember(anna.id, to: team.id, as: .supervisor, at: people.start)
        for (hours, isTyped) in [(Int64(0), true), (1, false)] {
            let now = people.start + .hours(hours)
            let sent = try directory.requestCode(RecordedHouse.form(team), from: people.client, at: now)
            guard isTyped else { continue }
            let guest = try directory.verifyCode(
                challenge: sent.challenge, code: sent.code, from: people.client, at: now)
            _ = try directory.ticket(for: guest.session, at: now)
        }
        try directory.endSessions(of: .member(anna.id), at: people.start)
        let member = try directory.logIn(
            email: people.memberEmail, password: people.password, from: people.client, at: people.start)
        try directory.logOut(member.token.text, of: .member, at: people.start)

        _ = try directory.invite(
            InvitationDraft(name: "Robin Marsh", email: "robin@clinic.example", teams: [team.id: .supervisor]),
            by: anna.id, at: people.start)

        // Maria's room is merged into Mario's.
        let author = Author.member(Chronicle.anna)
        var (first, second, third) = (Chronicle(1), Chronicle(2), Chronicle(3))
        try store.commit(units: [
            first.open(.room(GuestID(1)), by: author), second.open(.room(GuestID(2)), by: author),
            third.open(),
        ])
        let absorption = Absorption(
            rooms: [CaseID(1)], guests: [GuestID(1)], invitations: 0, isWaitedFor: false, unanswered: nil,
            guestStreak: nil, teamStreak: nil)
        third.due = Chronicle.start
        let merging = CommitUnit(changes: [
            first.change([.merged(into: CaseID(2))], by: author), second.change([.absorbed(absorption)], by: author),
        ])
        #expect(
            try store.commit(units: [
                merging, third.add([.claimed], by: author),
                third.add(
                    [.messageSent(Message(text: words))], commands: [.test(5, case: 3)],
                    outbox: [OutboxItem(kind: .closing, number: 3, due: Chronicle.start)]),
            ]) == [.stored, .stored, .stored])
        _ = try FileRegister(directory).reserve(
            in: CaseID(3), of: clinic.id, by: .guest(GuestID(1)), byteCount: 9, storageName: [1], limits: FileLimits(),
            at: people.start
        ).get()
        try store.heartbeat(NodeID(1), members: [Chronicle.anna], at: Chronicle.start)
        try directory.signAudit(at: people.start, isClosing: true)
    }
}

/// A house in two databases of its own, with secrets that are known to everybody.
private final class RecordedHouse {
    enum Part: String, CaseIterable {
        case house
        case keys
    }

    private let databases: [Part: PostgresDatabase]
    private let directory: DataDirectory

    init() throws {
        databases = [.house: try PostgresServer.shared().database(), .keys: try PostgresServer.shared().database()]
        directory = DataDirectory(path: NSTemporaryDirectory() + "/foyer-recorded-\(UUID().uuidString)")
        let files = FileManager.default
        try files.createDirectory(
            atPath: directory.keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        for (path, byte) in [(directory.masterKey, UInt8(1)), (directory.auditSigningKey, 2)] {
            guard
                files.createFile(
                    atPath: path, contents: Data(repeating: byte, count: 32), attributes: [.posixPermissions: 0o600])
            else { throw UnexpectedTrouble() }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory.path) }

    private func url(_ part: Part) throws -> PostgresURL { try PostgresURL(try database(part).url) }
    private func database(_ part: Part) throws -> PostgresDatabase { try #require(databases[part]) }

    func open() throws -> (PostgresStore, Directory) {
        let vault = try Vault.open(try url(.keys), directory, missingMasterKey: .refuse)
        var settings = PostgresStore.Settings()
        settings.clock = { Chronicle.start }
        let store = try PostgresStore(try url(.house), vault, settings)
        var people = DirectoryHouse.settings(seed: 1)
        people.node = "recorded"
        let pool = try PostgresPool(try url(.house), PostgresSettings(), most: 4)
        return (store, try Directory(SharedDatabase(pool), vault, directory, people))
    }

    static func form(_ team: Team) -> CodeRequest {
        CodeRequest(
            team: team.publicID, firstName: "Maria", lastName: "Jansen", phone: DirectoryHouse.phone, email: nil,
            challenge: nil)
    }

    /// As another machine sees it, which has no heads of this node.
    func auditReport() throws -> AuditReport {
        try AuditCheck.verify(
            try url(.house), directory, node: "elsewhere", publicKeyFile: nil, copiesOfHeads: [])
    }

    func run(_ sql: String) throws -> [[String?]] { try database(.house).run(sql) }

    func counts() throws -> [String: String] {
        let tables = try run(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")
        return try tables.compactMap { $0.first ?? nil }.reduce(into: [:]) { counts, table in
            counts[table] = try run("SELECT count(*) FROM \(table)").first?.first ?? nil
        }
    }

    func load(_ part: Part, _ sql: String) throws { try database(part).run(sql) }

    /// As SQL that any client runs: what only `psql` understands, and remarks, are left out.
    func dump(_ part: Part) throws -> String {
        let text = try Program.run([
            "/usr/lib/postgresql/15/bin/pg_dump", "--inserts", "--no-owner", "--no-privileges", "--dbname",
            try database(part).url,
        ])
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("--") && !$0.hasPrefix("\\") }
        return lines.joined(separator: "\n") + "\n"
    }
}
