import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("A peer that breaks the protocol")
struct FailureTests {
    @Test(
        "is told which rule, and sees the end of the connection rather than a reset",
        arguments: [
            ("an unmasked frame", [0x81, 0x01, 0x61], CloseCode.protocolError),
            ("a reserved bit", [0xA1, 0x80, 0, 0, 0, 0], .protocolError),
            ("a reserved opcode", [0x83, 0x80, 0, 0, 0, 0], .protocolError),
            ("a continuation of nothing", [0x80, 0x80, 0, 0, 0, 0], .protocolError),
            ("text that is not UTF-8", [0x81, 0x81, 0, 0, 0, 0, 0xFF], .invalidPayload),
            ("a close code that may not be sent", [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xEE], .protocolError),
            ("a message of 2⁶³−1 bytes", [0x82, 0xFF, 0x7F] + [UInt8](repeating: 0xFF, count: 11), .messageTooBig),
        ] as [(String, [UInt8], CloseCode)])
    func failure(_ label: String, bytes: [UInt8], code: CloseCode) throws {
        try withServer { server in
            let peer = try server.webSocket()
            try peer.roundTrip()
            // Much more follows, which must not turn the close frame into a reset.
            try peer.send(bytes + [UInt8](repeating: 0, count: 300_000))
            let frame = try peer.readFrame()
            #expect(frame.opcode == .close && frame.code == code)
            #expect(frame.payload.count > 2, "a reason in words")
            try peer.send([UInt8](repeating: 0, count: 100_000))
            #expect(peer.readToEnd() == ([], .fin))
            #expect(server.journal.closed == [], "our end is closed, and the peer's is waited for")
            peer.finishSending()
            try eventually("the application knows") { server.journal.closed == [code] }
        }
    }

    @Test("is waited for no longer than the close timeout")
    func lingering() throws {
        try withServer(Script(), { $0.limits.closeTimeout = .milliseconds(150) }) { server in
            let peer = try server.webSocket()
            try peer.send([0x81, 0x01, 0x61])
            try peer.expectClose(.protocolError)
            try eventually("the connection is given up") { try server.connectionCount == 0 }
        }
    }

    @Test("by a flood of frames is stopped")
    func tooManyFrames() throws {
        try withServer(Script(), { $0.limits.framesPerSecond = 50 }) { server in
            let peer = try server.webSocket()
            for _ in 0..<10 { try peer.roundTrip() }
            try peer.send((0..<500).flatMap { _ in Peer.frame(.pong) })
            try peer.expectClose(.policyViolation)
        }
    }

    @Test("in the middle of a message is told so, too")
    func withinMessage() throws {
        try withServer { server in
            let peer = try server.webSocket()
            try peer.send(Peer.frame(.text, Array("half".utf8), isFinal: false))
            try peer.send(Peer.frame(.text, Array("another".utf8)))
            try peer.expectClose(.protocolError)
            #expect(server.journal.messages == [])
        }
    }

    @Test("as a server fails the client's connection")
    func brokenServer() throws {
        var script = Script()
        script.plan = { _, _, _ in .respond(.ok("no WebSocket\n")) }
        try withServer(script) { server in
            try withClient { client in
                try client.open(server)
                try eventually("the application knows") { client.journal.closed == [.protocolError] }
                #expect(client.journal.opened == [])
            }
        }
    }

    @Test("or is not there fails the client's attempt")
    func refusedConnection() throws {
        let server = try TestServer()
        server.stop()
        try withClient { client in
            try client.open(server)
            try eventually("the application knows") { client.journal.closed == [.abnormal] }
            let impossible = try client.ask { loop in
                loop.connect(ClientRequest(address: server.group.addresses[0], target: "no path\r\n")) == nil
            }
            #expect(impossible)
        }
    }
}
