import CaseMachine
import Foundation
import Logging
import Notifications
import Reactor
import Synchronization
import Testing
import WebSocket

@testable import CaseStore
@testable import Gateway

/// A house with demo data in a folder of the test's own.
private final class DemoTown: Sendable {
    let house: House
    let ended = Ended()
    private let folder: String

    init(isDemo: Bool = true) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("foyer-\(UUID().uuidString)")
        folder = url.path
        for (name, text) in [
            ("index.html", "<!doctype html>"), ("assets/foyer.css", "a {}"), ("widget/chat.html", "chat"),
            ("widget/widget.js", "loader"), ("dashboard/index.html", "dashboard"), ("shared/wire.js", "export {};"),
            ("demo/clinic.html", "<head><!-- widget --></head>"), ("dev/outbox.html", "outbox"), ("package.json", "{}"),
        ] {
            let file = url.appendingPathComponent("web/" + name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        var settings = House.Settings(
            data: DataDirectory(path: folder + "/data"), web: folder + "/web", isDemo: isDemo)
        settings.directory.passwordCost = PasswordCost(n: 2, r: 1, p: 1)
        house = try House(settings, log: Logger(label: "test")) { [ended] _ in
            var sockets = House.Sockets()
            sockets.endSession = { ended.add($0) }
            sockets.stop = { ended.stop() }
            return sockets
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func open(_ body: @escaping @Sendable (() throws -> WebClient) throws -> Void) async throws {
        try await withFrontDesk(house.routes(at: PublicURL("http://127.0.0.1:8080")), body)
    }

    var team: String { house.demo?.teams.first?.id ?? "" }
}

/// What the live side was told.
private final class Ended: Sendable {
    private let state = Mutex((sessions: [SessionID](), isStopped: false))

    var sessions: [SessionID] { state.withLock { $0.sessions } }
    var isStopped: Bool { state.withLock { $0.isStopped } }
    func add(_ id: SessionID) { state.withLock { $0.sessions.append(id) } }
    func stop() { state.withLock { $0.isStopped = true } }
}

extension WebClient {
    fileprivate func post(_ path: String, _ body: String, _ fields: String = "") throws -> Answer {
        let type = body.isEmpty ? "" : "Content-Type: application/json\r\n"
        return try ask("POST", path, "Origin: http://desk\r\n" + type + fields, body: body)
    }
}

extension WebClient {
    /// Whose answer nobody waits for.
    fileprivate func send(_ method: String, _ path: String, _ body: String) throws {
        try send(
            "\(method) \(path) HTTP/1.1\r\nHost: desk\r\nOrigin: http://desk\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }
}

extension WebClient.Answer {
    fileprivate func field(_ name: String) -> String? {
        head.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}

@Suite struct FrontDeskTests {
    @Test(arguments: [
        ("/", "<!doctype html>"), ("/dashboard", "dashboard"), ("/widget.js", "loader"),
        ("/widget/widget.js", "loader"), ("/shared/wire.js", "export {};"), ("/assets/foyer.css", "a {}"),
        ("/dev/outbox", "outbox"),
    ])
    func `the front desk serves its pages and what they load`(path: String, body: String) async throws {
        try await DemoTown().open { connect in
            let answer = try connect().ask("GET", path)
            #expect(answer.status == 200 && answer.body == body)
            #expect(answer.field("X-Content-Type-Options") == "nosniff")
            #expect(answer.field("Content-Security-Policy")?.hasPrefix("default-src 'none'; ") == true)
        }
    }

    @Test(arguments: ["/index.html", "/package.json", "/assets/", "/assets/none.js", "/assets", "/data", "/v1/socket"])
    func `the front desk serves nothing else`(path: String) async throws {
        try await DemoTown().open { connect in
            let answer = try connect().ask("GET", path)
            #expect(answer.status == 404)
        }
    }

    @Test(arguments: ["/dev/outbox", "/api/v1/dev/outbox", "/demo/clinic"])
    func `without demo data nobody reads the letters`(path: String) async throws {
        try await DemoTown(isDemo: false).open { connect in
            let answer = try connect().ask("GET", path)
            #expect(answer.status == 404)
        }
    }

    @Test func `the clinic's page has the widget's line where its template says`() async throws {
        let town = try DemoTown()
        let line = #"<script async src="http://127.0.0.1:8080/widget.js" data-team="\#(town.team)"></script>"#
        try await town.open { connect in
            let page = try connect().ask("GET", "/demo/clinic").body
            #expect(page == "<head>\(line)</head>")
        }
    }

    // covers: S0.7
    @Test func `a guest signs in with the code that their letter holds, and out again`() async throws {
        let town = try DemoTown()
        try await town.open { connect in
            let client = try connect()
            let form = """
                {"team": "\(town.team)", "firstName": "Ada", "lastName": "Byron", "phone": "+44 7700 900123"}
                """
            let asked = try client.post("/api/v1/guests/code", form)
            #expect(asked.status == 200)
            let challenge = try #require(asked.body.firstMatch(of: /"challenge":"(\w+)"/)).1
            let code = try #require(town.house.outbox.letters.first).letter.text.prefix(6)
            let answer = try client.post(
                "/api/v1/guests/verify", #"{"challenge": "\#(challenge)", "code": "\#(code)"}"#)
            let cookie = try #require(answer.field("Set-Cookie")).prefix { $0 != ";" }
            let fields = "Cookie: \(cookie)\r\n"
            #expect(try client.ask("GET", "/api/v1/guests/session", fields).status == 200)
            #expect(town.ended.sessions.isEmpty)
            #expect(try client.post("/api/v1/guests/logout", "", fields).status == 204)
            #expect(town.ended.sessions.count == 1)
            #expect(try client.ask("GET", "/api/v1/guests/session", fields).status == 401)
            #expect(try client.post("/api/v1/guests/logout", "", fields).status == 204)
            #expect(town.ended.sessions.count == 1)
        }
    }

    @Test func `a member's session is another one than a guest's`() async throws {
        let town = try DemoTown()
        try await town.open { connect in
            let client = try connect()
            let member = try #require(town.house.demo?.members.first)
            let login = #"{"email": "\#(member.email)", "password": "\#(member.password)"}"#
            let answer = try client.post("/api/v1/members/login", login)
            #expect(answer.status == 200 && answer.body.contains(member.name))
            let token = try #require(answer.field("Set-Cookie")).prefix { $0 != ";" }.dropFirst("foyer_member=".count)
            #expect(try client.ask("GET", "/api/v1/members/session", "Cookie: foyer_member=\(token)\r\n").status == 200)
            #expect(try client.ask("GET", "/api/v1/guests/session", "Cookie: foyer_guest=\(token)\r\n").status == 401)
        }
    }

    @Test func `a ticket is no use of a session: pages fetch one by themselves`() async throws {
        let town = try DemoTown()
        let directory = town.house.directory
        let signedIn = SystemClock.wall() - .minutes(20)
        let person = try #require(town.house.demo?.members.first)
        let signIn = try directory.logIn(
            email: person.email, password: person.password, from: ClientAddress("203.0.113.7"), at: signedIn)
        let fields = "Cookie: foyer_member=\(signIn.token.text)\r\n"
        @Sendable func lastUse() throws -> Timestamp? {
            try directory.sessions(of: signIn.session.subject, at: SystemClock.wall()).first?.usedAt
        }
        try await town.open { connect in
            let client = try connect()
            #expect(try client.post("/api/v1/members/ticket", "", fields).status == 200)
            #expect(try lastUse() == signedIn)
            #expect(try client.ask("GET", "/api/v1/members/session", fields).status == 200)
            #expect(try lastUse() != signedIn)
        }
    }

    @Test func `a session that gives way to a newer one loses its sockets, too`() async throws {
        let town = try DemoTown()
        try await town.open { connect in
            let client = try connect()
            let member = try #require(town.house.demo?.members.first)
            let login = #"{"email": "\#(member.email)", "password": "\#(member.password)"}"#
            for _ in 0..<DirectoryLimits.sessionsPerSubject {
                #expect(try client.post("/api/v1/members/login", login).status == 200)
            }
            #expect(town.ended.sessions.isEmpty)
            #expect(try client.post("/api/v1/members/login", login).status == 200)
            #expect(town.ended.sessions.count == 1)
        }
    }

    @Test func `while the disk stands still, who asks for something else is served`() async throws {
        let town = try DemoTown()
        let gate = DispatchSemaphore(value: 0)
        let isHeld = DispatchSemaphore(value: 0)
        let directory = town.house.directory
        Thread.detachNewThread {
            try? directory.write { _ in
                isHeld.signal()
                gate.wait()
                return .success(())
            }
        }
        try await town.open { connect in
            isHeld.wait()
            defer { gate.signal() }
            // More of them than Swift's pool has threads.
            let waiting = try (0..<64).map { number in
                let client = try connect()
                let form = #"{"email": "m\#(number)@clinic.example", "password": "wrong password"}"#
                let code = """
                    {"team": "\(town.team)", "firstName": "Ada", "lastName": "Byron", "phone": "+44 7700 90\(1000 + number)"}
                    """
                if number % 2 == 0 {
                    try client.send("POST", "/api/v1/guests/code", code)
                } else {
                    try client.send("POST", "/api/v1/members/login", form)
                }
                return client
            }
            for path in ["/healthz", "/readyz", "/", "/version", "/api/v1/teams/\(town.team)"] {
                #expect(try connect().ask("GET", path).status == 200)
            }
            withExtendedLifetime(waiting) {}
        }
    }

    @Test func `a house that closes stops its live side`() throws {
        let town = try DemoTown()
        #expect(!town.ended.isStopped)
        town.house.closeSockets()
        #expect(town.ended.isStopped)
    }

    @Test func `demo data are the same when the house is opened again, and not given to another one`() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("foyer-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        try Data().write(to: url.appendingPathComponent("index.html"))
        var settings = House.Settings(
            data: DataDirectory(path: url.path + "/data"), web: url.path, isDemo: true)
        settings.directory.passwordCost = PasswordCost(n: 2, r: 1, p: 1)
        let log = Logger(label: "test")
        let first = try House(settings, log: log).demo
        #expect(first?.members.count == 5 && first?.teams.count == 2)
        #expect(try House(settings, log: log).demo == first)
        try FileManager.default.removeItem(atPath: url.path + "/data/demo.json")
        #expect(throws: StartError.self) { try House(settings, log: log) }
    }
}

/// An application of sockets that says what it was told.
private final class Parrot: Application {
    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        .upgrade(UpgradePolicy())
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {}

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {}

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {
        loop.send(kind, UnsafeRawBufferPointer(bytes), to: connection)
    }

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {}
}

@Suite struct SocketHandingTests {
    @Test func `the sockets' application has its address, and no other`() async throws {
        let routes = Routes { Route(.get, "/hello") { _ in .ok("hello\n") } }
        try await withFrontDesk(routes, makeSockets: { Parrot() }) { connect in
            let client = try connect()
            #expect(try client.upgrade("/v1/socket").hasPrefix("HTTP/1.1 101 "))
            try client.sendFrame("hello")
            #expect(try client.readFrame() == "hello")
            #expect(try connect().upgrade("/v1/other").hasPrefix("HTTP/1.1 404 "))
            #expect(try connect().ask("GET", "/hello").body == "hello\n")
        }
    }

    @Test func `a house without sockets opens none`() async throws {
        try await withFrontDesk(Routes {}) { connect in
            let head = try connect().upgrade("/v1/socket")
            #expect(head.hasPrefix("HTTP/1.1 404 "))
        }
    }
}
