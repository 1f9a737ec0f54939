import Glibc
import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// Closes when it is told to, with 4000.
private let closesOnDemand: Script = {
    var script = Script()
    script.received = { kind, bytes, connection, loop in
        if bytes.elementsEqual("close".utf8) {
            loop.close(connection, CloseCode(rawValue: 4000), "as you wish")
        } else {
            loop.send(kind, UnsafeRawBufferPointer(bytes), to: connection)
        }
    }
    return script
}()

@Suite("The closing handshake")
struct ClosingTests {
    @Test("begun by the peer is answered with its code, and then the server ends the connection")
    func byPeer() throws {
        try withServer { server in
            let peer = try server.webSocket()
            try peer.send(Peer.closeFrame(CloseCode(rawValue: 3001)))
            try peer.expectClose(CloseCode(rawValue: 3001))
            try eventually("the application knows") { server.journal.closed == [CloseCode(rawValue: 3001)] }
        }
    }

    @Test("begun by the peer without a code is answered without one")
    func withoutCode() throws {
        try withServer { server in
            let peer = try server.webSocket()
            try peer.send(Peer.frame(.close))
            #expect(try peer.readFrame() == Peer.Frame(opcode: .close, payload: []))
            #expect(peer.readToEnd().end == .fin)
            try eventually("the application knows") { server.journal.closed == [.noStatus] }
        }
    }

    @Test("begun by us waits for the answer, and messages until then still arrive")
    func byServer() throws {
        try withServer(closesOnDemand) { server in
            let peer = try server.webSocket()
            try peer.sendText("close")
            let frame = try peer.readFrame()
            #expect(frame.code == CloseCode(rawValue: 4000))
            #expect(String(decoding: frame.payload.dropFirst(2), as: UTF8.self) == "as you wish")
            try peer.sendText("one more")
            try eventually("the late message arrives") { server.journal.messages.count == 2 }
            #expect(server.journal.closed == [])
            try peer.send(Peer.closeFrame(CloseCode(rawValue: 4000)))
            #expect(peer.readToEnd().end == .fin)
            try eventually("the application knows") { server.journal.closed == [CloseCode(rawValue: 4000)] }
        }
    }

    @Test("begun by both at once ends it, too")
    func byBoth() throws {
        try withServer(closesOnDemand) { server in
            let peer = try server.webSocket()
            // Our close frame is on its way before theirs is read: both lie in one segment.
            try peer.send(Peer.frame(.text, Array("close".utf8)) + Peer.closeFrame(.normal))
            try peer.expectClose(CloseCode(rawValue: 4000))
            try eventually("the application knows, and once") { server.journal.closed == [.normal] }
        }
    }

    @Test("what follows the peer's close frame is not read")
    func nothingAfterClose() throws {
        try withServer { server in
            let peer = try server.webSocket()
            try peer.send(Peer.closeFrame(.normal) + Peer.frame(.text, Array("late".utf8)))
            try peer.expectClose(.normal)
            #expect(server.journal.messages == [])
        }
    }

    @Test("begun by the peer while bytes wait is answered after these")
    func whileBytesWait() throws {
        let (count, size) = (40, 100_000)
        var script = Script()
        script.opened = { connection, loop in
            let bytes = [UInt8](repeating: 7, count: size)
            for _ in 0..<count { bytes.withUnsafeBytes { loop.send(.binary, $0, to: connection) } }
        }
        try withServer(
            script,
            {
                $0.limits.sendQueueBytes = 64 << 20; $0.limits.pauseReadingBytes = 64 << 20
            }
        ) {
            server in
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            try peer.send(Peer.closeFrame(.normal))
            for _ in 0..<count { #expect(try peer.readFrame().payload.count == size) }
            try peer.expectClose(.normal)
        }
    }

    @Test("a peer that does not answer ours is cut off after a while")
    func timeout() throws {
        try withServer(closesOnDemand, { $0.limits.closeTimeout = .milliseconds(150) }) { server in
            let peer = try server.webSocket()
            try peer.sendText("close")
            try peer.expectClose(CloseCode(rawValue: 4000))
            try eventually("the application knows") { server.journal.closed == [.abnormal] }
        }
    }

    @Test("a peer that vanishes without one is told apart")
    func vanished() throws {
        try withServer { server in
            do {
                let peer = try server.webSocket()
                try peer.roundTrip()
            }
            try eventually("the application knows") { server.journal.closed == [.abnormal] }
        }
    }

    @Test(
        "begun by us is reported with the code of the answer, not with ours",
        arguments: [
            (Peer.closeFrame(.normal), CloseCode.normal),
            (Peer.frame(.close), .noStatus),
            (Peer.frame(.text, [0xFF]), .invalidPayload),
            ([], .abnormal),
        ])
    func reportedCode(_ answer: [UInt8], _ code: CloseCode) throws {
        try withServer(closesOnDemand) { server in
            let peer = try server.webSocket()
            try peer.sendText("close")
            #expect(try peer.readFrame().code == CloseCode(rawValue: 4000))
            try peer.send(answer)
            peer.finishSending()
            try eventually("the application knows") { server.journal.closed == [code] }
        }
    }

    @Test("begun by us waits for a slow reader, whose time for an answer begins when our close frame is out")
    func behindBacklog() throws {
        let (count, size) = (700, 16 << 10)
        var script = Script()
        script.opened = { connection, loop in
            let bytes = [UInt8](repeating: 7, count: size)
            for _ in 0..<count { bytes.withUnsafeBytes { loop.send(.binary, $0, to: connection) } }
            loop.close(connection, CloseCode(rawValue: 4000))
        }
        try withServer(
            script,
            {
                $0.limits.sendQueueBytes = 64 << 20; $0.limits.closeTimeout = .milliseconds(500)
            }
        ) { server in
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            let id = try #require(server.journal.opened.first)
            for _ in 0..<20 {
                #expect(try peer.readFrame().payload.count == size)
                pause(milliseconds: 50)
            }
            #expect(try server.ask { $0.slab[id]?.pointee.outbox != nil }, "the close frame still waits")
            for _ in 20..<count { #expect(try peer.readFrame().payload.count == size) }
            #expect(try peer.readFrame().code == CloseCode(rawValue: 4000))
            try peer.send(Peer.closeFrame(.normal))
            #expect(peer.readToEnd() == ([], .fin))
            try eventually("the application knows") { server.journal.closed == [.normal] }
        }
    }

    @Test("in the client's role waits for the server to end the connection")
    func clientRole() throws {
        var script = Script()
        script.opened = { connection, loop in loop.close(connection, .goingAway) }
        try withServer(script) { server in
            try withClient { client in
                try client.open(server)
                try eventually("both know") { client.journal.closed.count == 1 && server.journal.closed.count == 1 }
                #expect(client.journal.closed == [.goingAway])
            }
        }
    }
}
