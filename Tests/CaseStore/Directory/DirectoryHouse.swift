import CaseMachine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// A house with two organisations, whose directory a test asks.
final class DirectoryHouse {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)
    static let phone = "+44 7700 900123"
    static let email = "maria@example.com"
    static let memberEmail = "anna@clinic.example"
    static let password = "correct horse battery"
    static let client = ClientAddress("203.0.113.7")

    let house: VaultHouse
    let vault: Vault
    let database: any SQLDatabase
    let directory: Directory
    let clinic: Organisation
    let desk: Team
    /// Of another organisation.
    let otherDesk: Team
    let anna: Member

    /// In a house that was left before, with another seed: everybody is there already.
    init(
        in house: VaultHouse, seed: UInt64 = 1, _ change: (inout Directory.Settings) -> Void = { _ in }
    ) throws {
        self.house = house
        vault = try house.open()
        var settings = Self.settings(seed: seed)
        change(&settings)
        (database, directory) = try Self.open(house, vault, settings)
        let roster = directory.roster
        if let clinic = roster[OrganisationID(1)], let desk = roster[TeamID(1)], let other = roster[TeamID(2)],
            let anna = roster[MemberID(1)]
        {
            (self.clinic, self.desk, otherDesk, self.anna) = (clinic, desk, other, anna)
            return
        }
        clinic = try directory.createOrganisation(Self.organisation("Northside Clinic"), at: Self.start)
        desk = try directory.createTeam(Self.draft("Reception"), in: clinic.id, at: Self.start)
        let other = try directory.createOrganisation(Self.organisation("Southside Clinic"), at: Self.start)
        otherDesk = try directory.createTeam(Self.draft("Laboratory"), in: other.id, at: Self.start)
        let anna = try directory.createMember(
            name: "Anna Berg", email: Self.memberEmail, password: Self.password, in: clinic.id, at: Self.start)
        try directory.addMember(anna.id, to: desk.id, as: .supervisor, at: Self.start)
        self.anna = try #require(directory.roster[anna.id])
    }

    convenience init(_ kind: DatabaseKind, _ change: (inout Directory.Settings) -> Void = { _ in }) throws {
        try self.init(in: VaultHouse(kind), change)
    }

    static func open(
        _ house: VaultHouse, _ vault: Vault, _ settings: Directory.Settings
    ) throws -> (any SQLDatabase, Directory) {
        if let url = house.dataURL {
            let database = try SharedDatabase.house(url)
            return (database, try Directory(database, vault, house.directory, settings))
        }
        let store = try SQLiteStore(house.directory, vault)
        return (store.database, try Directory(store, house.directory, settings))
    }

    /// Deterministic, and with passwords that cost little.
    static func settings(seed: UInt64) -> Directory.Settings {
        var settings = Directory.Settings()
        settings.passwordCost = PasswordCost(n: 16, r: 1, p: 1)
        let random = Mutex(SeededRandom(seed: seed))
        settings.randomness = Randomness { count in
            random.withLock { $0.bytes(count) }
        }
        return settings
    }

    static func organisation(_ name: String) -> OrganisationSettings {
        OrganisationSettings(
            name: name, emergency: "Not for emergencies. Call 999.", emergencyNumber: "999",
            privacy: "We keep it safe.",
            embeddingOrigins: ["https://clinic.example"], countryPrefix: "+44")
    }

    static func draft(_ name: String) -> TeamDraft {
        var draft = TeamDraft(TeamSettings(name: name, timeZone: "Europe/London"))
        draft.categories = ["Appointment", "Report"]
        draft.fields = [
            TeamDraft.Field(label: "Name", isMandatory: true, prefill: .name),
            TeamDraft.Field(label: "Provider number"),
        ]
        draft.welcomes = [
            TeamDraft.Welcome(text: "We answer soon."), TeamDraft.Welcome(category: 1, text: "Reports take a day."),
        ]
        return draft
    }

    func form(
        first: String = "Maria", last: String = "Jansen", phone: String? = phone, email: String? = nil,
        challenge: String? = nil, team: Team? = nil
    ) -> CodeRequest {
        CodeRequest(
            team: (team ?? desk).publicID, firstName: first, lastName: last, phone: phone, email: email,
            challenge: challenge)
    }

    func send(
        _ request: CodeRequest, from client: ClientAddress = client, at now: Timestamp = start
    ) throws -> SentCode {
        try directory.requestCode(request, from: client, at: now)
    }

    func verify(
        _ sent: SentCode, code: String? = nil, from client: ClientAddress = client, at now: Timestamp = start
    ) throws -> GuestSignIn {
        try directory.verifyCode(challenge: sent.challenge, code: code ?? sent.code, from: client, at: now)
    }

    /// A guest with this name and contact, signed in.
    func signIn(_ request: CodeRequest? = nil, at now: Timestamp = start) throws -> GuestSignIn {
        let client = ClientAddress("198.51.100.1")
        return try verify(send(request ?? form(), from: client, at: now), from: client, at: now)
    }

    func logIn(
        email: String = memberEmail, password: String = password, from client: ClientAddress = client,
        mark: String? = nil, at now: Timestamp = start
    ) throws -> MemberSignIn {
        try directory.logIn(email: email, password: password, from: client, mark: mark, at: now)
    }

    /// What somebody is told who does not know Anna's password; for several threads, to which a house cannot be given.
    static func guessPassword(_ directory: Directory) -> DirectoryError? {
        directoryError {
            _ = try directory.logIn(email: memberEmail, password: "wrong password", from: client, at: start)
        }
    }

    /// What the audit trail holds, as "actor action subject", the oldest first.
    func trail() throws -> [String] {
        try database.rows("SELECT actor, action, subject FROM auditRow ORDER BY number", []).map { row in
            (0...2).map { row.text($0) ?? "?" }.joined(separator: " ")
        }
    }

    func auditReport(copiesOfHeads: [String] = []) throws -> AuditReport {
        guard let shared = database as? SharedDatabase else {
            return try AuditCheck.verify(house.directory, publicKeyFile: nil, copiesOfHeads: copiesOfHeads)
        }
        return try AuditCheck.verify(
            shared, house.directory, node: directory.audit.node, publicKeyFile: nil, copiesOfHeads: copiesOfHeads)
    }

    func count(_ table: String) throws -> Int? { try database.count(table).map { Int($0) } }
}

extension SentCode {
    /// Another one of the million.
    var wrongCode: String { code == "123456" ? "654321" : "123456" }
}

/// What the body throws, so that a test can compare it.
func directoryError(_ body: () throws -> Void) -> DirectoryError? {
    do {
        try body()
        return nil
    } catch {
        return error as? DirectoryError
    }
}

/// One ticket at a time, as a test asks.
extension Directory {
    func ticket(for session: Session, at now: Timestamp) throws -> Token {
        try #require(try tickets(for: [session], at: now).first).get()
    }

    func redeem(ticket: String, at now: Timestamp) throws -> Session {
        try #require(redeem(tickets: [ticket], at: now).first).get()
    }
}
