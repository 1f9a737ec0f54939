import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("A peer that is too slow")
struct TimeoutTests {
    @Test(
        "to send its request head is told so",
        arguments: ["G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: test\r\n"])
    func partialHead(_ head: String) throws {
        try withServer(Script(), { $0.limits.handshakeTimeout = .milliseconds(150) }) { server in
            let peer = try server.connect()
            try peer.send(head)
            let response = try peer.readResponse()
            #expect(response.status == 408 && response.head.contains("\r\nConnection: close\r\n"))
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("to send anything is dropped without a word")
    func nothing() throws {
        try withServer(Script(), { $0.limits.handshakeTimeout = .milliseconds(150) }) { server in
            let peer = try server.connect()
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("gains nothing by dribbling")
    func dribble() throws {
        try withServer(Script(), { $0.limits.handshakeTimeout = .milliseconds(300) }) { server in
            let peer = try server.connect()
            let endless = Array("GET / HTTP/1.1\r\nHost: test\r\nX: ".utf8) + [UInt8](repeating: 0x78, count: 3000)
            for byte in endless {
                guard !peer.hasInput else { break }
                try peer.send([byte])
                pause(milliseconds: 5)
            }
            #expect(try peer.readResponse().status == 408)
        }
    }

    @Test("to send another request is dropped without a word")
    func keepAlive() throws {
        try withServer(Script(), { $0.limits.keepAliveTimeout = .milliseconds(150) }) { server in
            let peer = try server.connect()
            try peer.get("/healthz")
            #expect(try peer.readResponse().status == 200)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("to complete another request is told so, counted from that one's first byte")
    func secondHead() throws {
        try withServer(Script(), { $0.limits.handshakeTimeout = .milliseconds(150) }) { server in
            let peer = try server.connect()
            try peer.get("/healthz")
            #expect(try peer.readResponse().status == 200)
            pause(milliseconds: 400)
            try peer.send("GET /heal")
            #expect(try peer.readResponse().status == 408)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("to send its request's body is told so")
    func body() throws {
        var script = Script()
        script.plan = { _, _, _ in .collect(maxBytes: 1000) }
        try withServer(script, { $0.limits.bodyTimeout = .milliseconds(150) }) { server in
            let peer = try server.connect()
            try peer.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf of it")
            #expect(try peer.readResponse().status == 408)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("to take anything of what waits is dropped, and others go on")
    func writeStall() throws {
        var script = Script()
        script.opened = { connection, loop in
            guard connection.context == 1 else { return }
            let bytes = [UInt8](repeating: 1, count: 16 << 20)
            bytes.withUnsafeBytes { loop.send(.binary, $0, to: connection) }
        }
        script.plan = { head, connection, _ in
            connection.context = head.hasPath("/flood") ? 1 : 0
            return .upgrade(UpgradePolicy())
        }
        try withServer(script, { $0.limits.writeTimeout = .milliseconds(150) }) { server in
            let stalled = try server.webSocket("/flood", receiveBufferBytes: 4096)
            let other = try server.webSocket()
            try eventually("the one is dropped") { server.journal.closed == [.abnormal] }
            try other.roundTrip()
            #expect(stalled.descriptor >= 0)
        }
    }

    @Test("to take a response is dropped, too")
    func responseStall() throws {
        var script = Script()
        script.plan = { _, _, _ in .respond(Response(.ok, body: [UInt8](repeating: 1, count: 16 << 20))) }
        try withServer(script, { $0.limits.writeTimeout = .milliseconds(150) }) { server in
            let peer = try server.connect(receiveBufferBytes: 4096)
            try peer.get("/")
            try eventually("no connection is left") { try server.connectionCount == 0 }
        }
    }

    @Test("to answer as a server fails the client's attempt")
    func clientHandshake() throws {
        var script = Script()
        script.plan = { _, _, _ in .collect(maxBytes: 0) }
        script.respond = { _, _, _, _ in }
        try withServer(script) { server in
            try withClient(Script(), { $0.limits.handshakeTimeout = .milliseconds(150) }) { client in
                try client.open(server)
                try eventually("the application knows") { client.journal.closed == [.abnormal] }
                #expect(client.journal.opened == [])
            }
        }
    }
}
