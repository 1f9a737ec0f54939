import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("An echo through the loop")
struct EchoTests {
    @Test("comes back as it was, of any size and kind")
    func sizes() throws {
        var random = SeededRandom(seed: 41)
        try withServer { server in
            let peer = try server.webSocket()
            for count in [0, 1, 125, 126, 4095, 4096, 65_535, 65_536, 300_000, 1 << 20] {
                let bytes = random.bytes(count)
                try peer.send(Peer.frame(.binary, bytes))
                #expect(try peer.readFrame() == Peer.Frame(opcode: .binary, payload: bytes), "\(count) bytes")
            }
            try peer.roundTrip("grüß dich")
        }
    }

    @Test("of many messages in one segment come back in order")
    func manyInOneSegment() throws {
        try withServer { server in
            let peer = try server.webSocket()
            let texts = (0..<2000).map { "message \($0)" }
            try peer.send(texts.flatMap { Peer.frame(.text, Array($0.utf8)) })
            var received: [String] = []
            for _ in texts { received.append(try peer.readText()) }
            #expect(received == texts)
        }
    }

    @Test("of a message in single bytes, in fragments and with a ping within comes back whole")
    func pieces() throws {
        try withServer { server in
            let peer = try server.webSocket()
            for byte in Peer.frame(.text, Array("byte by byte".utf8)) { try peer.send([byte]) }
            #expect(try peer.readText() == "byte by byte")
            try peer.send(Peer.frame(.text, Array("frag".utf8), isFinal: false))
            try peer.send(Peer.frame(.ping, Array("p".utf8)))
            #expect(try peer.readFrame() == Peer.Frame(opcode: .pong, payload: Array("p".utf8)))
            try peer.send(Peer.frame(.continuation, Array("ments".utf8)))
            #expect(try peer.readText() == "fragments")
        }
    }

    @Test("works for frames that arrive in one segment with the handshake")
    func framesWithHandshake() throws {
        try withServer { server in
            let peer = try server.connect()
            try peer.send(Array(Peer.upgradeRequest().utf8) + Peer.frame(.text, Array("early".utf8)))
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 101 "))
            #expect(try peer.readText() == "early")
        }
    }

    @Test("works for a handshake in single bytes, with frames behind it")
    func handshakeInPieces() throws {
        try withServer { server in
            let peer = try server.connect()
            for byte in Peer.upgradeRequest().utf8 { try peer.send([byte]) }
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 101 "))
            try peer.roundTrip()
        }
    }

    @Test("works after other requests on the same connection, all in one segment")
    func handshakeAfterRequests() throws {
        try withServer { server in
            let peer = try server.connect()
            let get = "GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n"
            try peer.send(Array((get + get + Peer.upgradeRequest()).utf8) + Peer.frame(.text, Array("early".utf8)))
            #expect(try peer.readResponse().body == "ok\n")
            #expect(try peer.readResponse().body == "ok\n")
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 101 "))
            #expect(try peer.readText() == "early")
        }
    }

    @Test("works between both roles of our own, with and without compression", arguments: [nil, DeflatePolicy()])
    func bothRoles(_ deflate: DeflatePolicy?) throws {
        let texts = ["short", String(repeating: "a longer text ", count: 5000), "", "end"]
        var script = Script()
        script.plan = { _, _, _ in
            var policy = UpgradePolicy()
            policy.deflate = deflate
            policy.subprotocols = ["foyer"]
            return .upgrade(policy)
        }
        try withServer(script) { server in
            var asking = Script()
            asking.opened = { connection, loop in for text in texts { loop.send(text, to: connection) } }
            asking.received = { _, bytes, connection, loop in
                if bytes.elementsEqual("end".utf8) { loop.close(connection, .normal, "done") }
            }
            try withClient(asking) { client in
                try client.open(server) {
                    $0.deflate = deflate
                    $0.subprotocols = ["other", "foyer"]
                }
                try eventually("both sides are told of the end") {
                    client.journal.closed.count == 1 && server.journal.closed.count == 1
                }
                #expect(client.journal.messages.map { String(decoding: $0, as: UTF8.self) } == texts)
                #expect(client.journal.now.subprotocols == ["foyer"])
                #expect(server.journal.closed == [.normal] && client.journal.closed == [.normal])
            }
        }
    }

    @Test("works for a thousand connections at once over two loops")
    func manyConnections() throws {
        try withServer(Script(), { $0.loops = 2 }) { server in
            var asking = Script()
            asking.opened = { connection, loop in loop.send("hello", to: connection) }
            asking.received = { _, _, connection, loop in loop.close(connection, .normal) }
            try withClient(asking) { client in
                for _ in 0..<1000 { try client.open(server) }
                try eventually("all have said good-bye", within: .seconds(20)) { client.journal.closed.count == 1000 }
                #expect(client.journal.messages.count == 1000)
                #expect(Set(client.journal.closed) == [.normal])
                try eventually("the server knows, too") { server.journal.closed.count == 1000 }
            }
        }
    }
}
