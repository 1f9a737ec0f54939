import TestSupport
import Testing
import WebSocket

@testable import Reactor

private let noise: [UInt8] = {
    var random = SeededRandom(seed: 62)
    return random.bytes(2000)
}()

@Suite("A connection over TLS")
struct TLSConnectionTests {
    private func withTLS(
        _ script: Script = Script(), _ change: (inout TestServer.Options) -> Void = { _ in },
        _ body: (TestServer, Certificate) throws -> Void
    ) throws {
        let certificate = try Certificate("first")
        try withServer(
            script,
            {
                $0.certificate = certificate
                change(&$0)
            }
        ) { try body($0, certificate) }
    }

    @Test("echoes messages of any size, both ways")
    func sizes() throws {
        var random = SeededRandom(seed: 61)
        try withTLS(
            Script(),
            {
                $0.limits.maxMessageBytes = 8 << 20; $0.limits.sendQueueBytes = 16 << 20
            }
        ) {
            server, _ in
            let peer = try server.secureWebSocket()
            for count in [0, 1, 16_383, 16_384, 65_536, 300_000, 5_000_000] {
                let bytes = random.bytes(count)
                try peer.send(Peer.frame(.binary, bytes))
                #expect(try peer.readFrame() == Peer.Frame(opcode: .binary, payload: bytes), "\(count) bytes")
            }
            let texts = (0..<500).map { "message \($0)" }
            try peer.send(texts.flatMap { Peer.frame(.text, Array($0.utf8)) })
            for text in texts { #expect(try peer.readText() == text) }
        }
    }

    @Test("ends with close_notify after the closing handshake")
    func closeNotify() throws {
        try withTLS { server, _ in
            let peer = try server.secureWebSocket()
            try peer.send(Peer.closeFrame(.normal))
            try peer.expectClose(.normal)
            #expect(peer.sawCloseNotify)
            try eventually("the application knows") { server.journal.closed == [.normal] }
        }
    }

    @Test("that the peer ends by close_notify alone is over")
    func peersCloseNotify() throws {
        try withTLS { server, _ in
            let peer = try server.secureWebSocket()
            try peer.roundTrip()
            peer.sendCloseNotify()
            try eventually("the application knows") { server.journal.closed == [.abnormal] }
        }
    }

    @Test("takes a new certificate from the next connection on; those that are open stay")
    func reload() throws {
        try withTLS { server, first in
            let old = try server.secureWebSocket()
            #expect(old.serverName == "/CN=first")
            let second = try Certificate("second", in: first.folder)
            server.group.reload(try second.context())
            _ = try server.ask { _ in true }
            let new = try server.secureWebSocket()
            #expect(new.serverName == "/CN=second")
            try old.roundTrip()
            try new.roundTrip()
        }
    }

    @Test("agrees on http/1.1, and refuses a client that offers only something else")
    func alpn() throws {
        func list(_ names: String...) -> [UInt8] { names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } }
        try withTLS { server, _ in
            let peer = try Peer(port: server.tlsPort)
            try peer.startTLS(offering: list("h2", "http/1.1"))
            #expect(peer.agreedProtocol == "http/1.1")
            let without = try Peer(port: server.tlsPort)
            try without.startTLS()
            #expect(without.agreedProtocol == "")
            let other = try Peer(port: server.tlsPort)
            #expect(throws: PeerError.self) { try other.startTLS(offering: list("h2", "http/1.0")) }
        }
    }

    @Test(
        "that begins with something else is ended, and others go on",
        arguments: [
            Array("GET / HTTP/1.1\r\nHost: test\r\n\r\n".utf8), [UInt8](repeating: 0, count: 1000),
            [0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5], noise,
        ])
    func garbage(_ bytes: [UInt8]) throws {
        try withTLS { server, _ in
            let peer = try Peer(port: server.tlsPort)
            try peer.send(bytes)
            let (answer, end) = peer.readToEnd()
            #expect(answer.count < 100 && end == .fin, "an alert at most")
            try server.secureWebSocket().roundTrip()
            #expect(server.journal.opened.count == 1)
        }
    }

    @Test("whose handshake stops half-way is dropped after the handshake timeout, or when the peer goes")
    func truncatedHandshake() throws {
        let hello: [UInt8] = [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03]
        try withTLS(Script(), { $0.limits.handshakeTimeout = .milliseconds(200) }) { server, _ in
            let waiting = try Peer(port: server.tlsPort)
            try waiting.send(hello)
            let going = try Peer(port: server.tlsPort)
            try going.send(hello)
            going.finishSending()
            #expect(going.readToEnd() == ([], .fin))
            #expect(waiting.readToEnd() == ([], .fin))
        }
    }

    @Test("that is cut off in the middle of a message is over")
    func truncatedMessage() throws {
        try withTLS { server, _ in
            do {
                let peer = try server.secureWebSocket()
                try peer.roundTrip()
                try peer.send(Peer.frame(.text, Array("half".utf8), isFinal: false))
            }
            try eventually("the application knows") { server.journal.closed == [.abnormal] }
            #expect(server.journal.messages.count == 1)
        }
    }

    @Test("serves requests and tells a broken protocol like a plain one")
    func requestsAndFailures() throws {
        try withTLS { server, _ in
            let requesting = try Peer(port: server.tlsPort)
            try requesting.startTLS()
            try requesting.get("/healthz")
            #expect(try requesting.readResponse().body == "ok\n")
            let failing = try server.secureWebSocket()
            try failing.send([0x81, 0x01, 0x61])
            try failing.expectClose(.protocolError)
            #expect(failing.sawCloseNotify)
            #expect(
                try server.ask { loop in
                    var secure = 0
                    loop.slab.forEach { if Connection($0).isSecure { secure += 1 } }
                    return secure
                } == 2)
        }
    }
}
