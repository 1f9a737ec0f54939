import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("A graceful stop")
struct StopTests {
    @Test("says 1001 to every WebSocket and ends when all have answered")
    func goingAway() throws {
        let server = try TestServer(Script()) { $0.loops = 2 }
        let peers = try (0..<20).map { _ in try server.webSocket() }
        server.group.stop(limit: .seconds(60))
        for peer in peers {
            let frame = try peer.readFrame()
            #expect(frame.code == .goingAway)
            try peer.send(Peer.closeFrame(.goingAway))
            #expect(peer.readToEnd().end == .fin)
        }
        server.group.join()
        #expect(server.journal.closed == [CloseCode](repeating: .goingAway, count: 20))
    }

    @Test("answers the requests that are under way, and takes no others")
    func requestsUnderWay() throws {
        var script = Script()
        let held = Box<RequestID>()
        script.plan = { _, _, _ in .collect(maxBytes: 1000) }
        script.respond = { _, _, request, _ in held.set(request) }
        let server = try TestServer(script)
        let (waiting, idle, port) = (try server.connect(), try server.connect(), server.port)
        try waiting.get("/")
        try idle.send("GET / HT")
        try eventually("the request is with the application") { held.value != nil }
        try eventually("both are accepted") { try server.connectionCount == 2 }
        server.group.stop(limit: .seconds(60))
        #expect(idle.readToEnd().bytes == [], "a request that is not complete is not waited for")
        #expect(throws: (any Error).self) { _ = try Peer(port: port) }
        server.loop.respond(try #require(held.value), .ok("the answer\n"))
        let response = try waiting.readResponse()
        #expect(response.body == "the answer\n" && response.head.contains("\r\nConnection: close\r\n"))
        waiting.finishSending()
        #expect(waiting.readToEnd().end == .fin)
        server.group.join()
    }

    @Test("ends within its limit, although a peer never answers")
    func limit() throws {
        var fastest = Duration.seconds(60)
        for _ in 0..<3 {
            let server = try TestServer()
            let peer = try server.webSocket()
            let start = ContinuousClock.now
            server.stop(limit: .milliseconds(150))
            fastest = min(fastest, ContinuousClock.now - start)
            #expect(server.journal.closed == [.goingAway])
            #expect(try peer.readFrame().code == .goingAway)
        }
        #expect(fastest < .milliseconds(700))
    }

    @Test("gives up attempts of the client's role")
    func clientAttempt() throws {
        var silent = Script()
        silent.plan = { _, _, _ in .collect(maxBytes: 0) }
        silent.respond = { _, _, _, _ in }
        try withServer(silent) { server in
            let client = try TestServer(Script()) { $0.listens = false }
            try client.open(server)
            try eventually("the attempt is under way") { try server.connectionCount == 1 }
            client.stop(limit: .seconds(60))
            #expect(client.journal.closed == [.goingAway] && client.journal.opened == [])
        }
    }

    @Test("begins no connections of the client's role, not even when told of the last end")
    func connectWhileStopping() throws {
        try withServer { server in
            let address = server.group.addresses[0]
            let (asked, reconnected) = (Box<Bool>(), Box<Bool>())
            var script = Script()
            script.closed = { _, _, loop in
                reconnected.set(loop.connect(ClientRequest(address: address, target: "/")) != nil)
            }
            let client = try TestServer(script) { $0.listens = false }
            try client.open(server)
            try eventually("it is open") { client.journal.opened.count == 1 }
            try #require(
                client.loop.run { loop in
                    asked.set(loop.connect(ClientRequest(address: address, target: "/")) != nil)
                })
            try eventually("another is open") { client.journal.opened.count == 2 }
            client.stop(limit: .seconds(60))
            #expect(asked.value == true && reconnected.value == false)
            #expect(client.journal.opened.count == 2 && client.journal.closed.count == 2)
        }
    }

    @Test("may be asked for twice, and a certificate may still be renewed")
    func reloadWhileStopping() throws {
        let certificate = try Certificate("first")
        let server = try TestServer(Script()) { $0.certificate = certificate }
        let peer = try server.webSocket()
        server.group.stop(limit: .seconds(60))
        #expect(try peer.readFrame().code == .goingAway)
        server.group.stop(limit: .zero)
        server.group.reload(try certificate.context())
        try eventually("the loop goes on") { try server.connectionCount == 1 }
        try peer.send(Peer.closeFrame(.goingAway))
        server.group.join()
        #expect(!server.loop.run { _ in }, "an ended loop takes no mail")
    }
}
