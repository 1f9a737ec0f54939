import Broker
import CaseMachine
import Foundation
import Presence
import Synchronization
import Testing
import Wire

@testable import CaseStore
@testable import Gateway
@testable import Reactor
@testable import WebSocket

/// Two clinics in one house, or on several nodes over one store, with real files, real loops and real sockets.
final class Clinic: Sendable {
    static let password = "correct horse battery"

    let store: SQLiteStore
    /// The same, as the house sees it.
    let faulty: FaultyStore<SQLiteStore>
    let directory: Directory
    private let nodes: [Node]
    var house: LiveHouse<FaultyStore<SQLiteStore>> { nodes[0].house }
    var group: LoopGroup { nodes[0].group }

    struct Node {
        let house: LiveHouse<FaultyStore<SQLiteStore>>
        let group: LoopGroup
        /// Between this node and the others; nil where there is one.
        let line: BrokerLine?
    }

    let clinic: Organisation
    let reception: Team
    /// Offers categories, and asks for a mandatory identifier.
    let laboratory: Team
    let otherClinic: Organisation
    let ward: Team
    private let path: String

    /// Of the reception.
    let anna: MemberID
    let ben: MemberID
    /// The reception's supervisor.
    let cleo: MemberID
    /// Of the laboratory.
    let dora: MemberID
    /// Of the other clinic, a supervisor and administrator.
    let emil: MemberID

    init(loops: Int, limits: HubLimits, nodes count: Int = 1) throws {
        path = NSTemporaryDirectory() + "/foyer-hub-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let data = DataDirectory(path: path)
        let vault = try Vault.open(data, missingMasterKey: .generate)
        store = try SQLiteStore(data, vault)
        var settings = Directory.Settings()
        settings.passwordCost = PasswordCost(n: 16, r: 1, p: 1)
        let directory = try Directory(store, data, settings)
        self.directory = directory
        let now = SystemClock.now().wall
        clinic = try directory.createOrganisation(Self.organisation("Northside Clinic"), at: now)
        otherClinic = try directory.createOrganisation(Self.organisation("Southside Clinic"), at: now)
        reception = try directory.createTeam(Self.draft("Reception"), in: clinic.id, at: now)
        var draft = Self.draft("Laboratory")
        draft.categories = ["Report"]
        draft.fields = [TeamDraft.Field(label: "Provider number", isMandatory: true)]
        laboratory = try directory.createTeam(draft, in: clinic.id, at: now)
        ward = try directory.createTeam(Self.draft("Ward"), in: otherClinic.id, at: now)
        func member(
            _ name: String, of team: Team, as rank: Member.Rank = .member, isAdministrator: Bool = false
        ) throws -> MemberID {
            let made = try directory.createMember(
                name: name, email: Self.address(name), password: Self.password, isAdministrator: isAdministrator,
                in: team.organisation, at: now)
            try directory.addMember(made.id, to: team.id, as: rank, at: now)
            return made.id
        }
        anna = try member("Anna", of: reception)
        ben = try member("Ben", of: reception)
        cleo = try member("Cleo", of: reception, as: .supervisor)
        dora = try member("Dora", of: laboratory)
        emil = try member("Emil", of: ward, as: .supervisor, isAdministrator: true)

        let faulty = FaultyStore(store)
        self.faulty = faulty
        let exchange = LocalExchange()
        nodes = try (0..<count).map { _ in
            let line = count > 1 ? BrokerLine(exchange) : nil
            let neighbours = line.map { line in Neighbours(vault: vault) { tell in try line.open(tell) } }
            let house = try LiveHouse(faulty, directory, limits: limits, neighbours: neighbours) { error in
                Issue.record("the store has failed: \(error)")
            }
            var configuration = LoopGroupConfiguration()
            configuration.loops = loops
            configuration.listen = [try ListenAddress("127.0.0.1:0", isTLS: false)]
            let group = try LoopGroup(configuration) { handle, _ in HubApplication(house, handle) }
            return Node(house: house, group: group, line: line)
        }
    }

    func close() {
        faulty.set { $0.held = [] }
        for node in nodes { close(node) }
        try? FileManager.default.removeItem(atPath: path)
    }

    private func close(_ node: Node) {
        node.house.stop()
        node.group.stop(limit: .seconds(1))
        node.group.join()
    }

    func node(_ number: Int) -> Node { nodes[number] }

    private static func organisation(_ name: String) -> OrganisationSettings {
        OrganisationSettings(
            name: name, emergency: "Not for emergencies.", privacy: "We keep it safe.", countryPrefix: "+44")
    }

    private static func draft(_ name: String) -> TeamDraft {
        TeamDraft(TeamSettings(name: name, timeZone: "Europe/London"))
    }

    private static func address(_ name: String) -> String { "\(name.lowercased())@clinic.example" }

    // MARK: People

    /// A guest of the team's organisation, signed in.
    func guest(_ name: String, _ team: Team? = nil) throws -> GuestSignIn {
        let now = SystemClock.now().wall
        let form = CodeRequest(
            team: (team ?? reception).publicID, firstName: name, lastName: "Jansen",
            email: "\(name.lowercased())@example.com")
        let client = ClientAddress("198.51.100.1")
        let sent = try directory.requestCode(form, from: client, at: now)
        return try directory.verifyCode(challenge: sent.challenge, code: sent.code, from: client, at: now)
    }

    func session(of member: MemberID) throws -> Session {
        let name = try #require(directory.roster[member]).name
        return try directory.logIn(
            email: Self.address(name), password: Self.password, from: ClientAddress("198.51.100.2"),
            at: SystemClock.now().wall
        ).session
    }

    func ticket(_ session: Session) throws -> String {
        try #require(try directory.tickets(for: [session], at: SystemClock.now().wall).first).get().text
    }

    func number(of name: String) throws -> CaseID {
        try store.load(named: try #require(PublicID(text: name))).get().id
    }

    // MARK: Sockets

    func connect(to node: Int = 0, receiveBytes: Int32? = nil) throws -> HubClient {
        try HubClient(port: nodes[node].group.addresses.first?.port ?? 0, receiveBytes: receiveBytes)
    }

    func socket(
        _ session: Session, at node: Int = 0, device: Device = .desktop, receiveBytes: Int32? = nil
    ) throws -> HubClient {
        let client = try connect(to: node, receiveBytes: receiveBytes)
        let answer = try client.ask(.authenticate(Authenticate(ticket: try ticket(session), device: device)))
        guard case .success(.welcome) = answer else { throw HubClient.Ended() }
        return client
    }

    func socket(of member: MemberID, at node: Int = 0, receiveBytes: Int32? = nil) throws -> HubClient {
        try socket(try session(of: member), at: node, receiveBytes: receiveBytes)
    }
}

private final class HubApplication: Application {
    private let house: LiveHouse<FaultyStore<SQLiteStore>>
    private let handle: LoopHandle
    private var desk: SocketDesk?

    init(_ house: LiveHouse<FaultyStore<SQLiteStore>>, _ handle: LoopHandle) {
        self.house = house
        self.handle = handle
    }

    func began(loop: EventLoop) { desk = house.openDesk(on: loop, handle) }

    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        .upgrade(SocketDesk.policy { _ in true })
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {}

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) { desk?.opened(connection) }

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {
        desk?.received(kind, bytes, on: connection)
    }

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) { desk?.closed(connection) }
}

/// The body runs on a thread of its own: it blocks.
func withClinic(
    loops: Int = 2, limits: HubLimits = HubLimits(), nodes: Int = 1, _ body: @escaping @Sendable (Clinic) throws -> Void
) async throws {
    let clinic = try Clinic(loops: loops, limits: limits, nodes: nodes)
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            let result = Result { try body(clinic) }
            clinic.close()
            continuation.resume(with: result)
        }
    }
}
