import Glibc
import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("A silent connection")
struct SilenceTests {
    @Test("is pinged, and dropped when it does not answer")
    func idle() throws {
        try withServer(
            Script(),
            {
                $0.limits.pingInterval = .milliseconds(150); $0.limits.idleTimeout = .milliseconds(400)
            }
        ) { server in
            let peer = try server.webSocket()
            #expect(try peer.readFrame() == Peer.Frame(opcode: .ping, payload: []))
            #expect(peer.readToEnd().bytes == [], "no close frame for who is not there")
            try eventually("the application knows") { server.journal.closed == [.abnormal] }
        }
    }

    @Test(
        "is pinged again and again while it answers, at the interval that was asked for",
        arguments: [Duration.seconds(20), .zero])
    func answers(_ idleTimeout: Duration) throws {
        try withServer(
            Script(),
            {
                $0.limits.pingInterval = .milliseconds(100); $0.limits.idleTimeout = idleTimeout
            }
        ) { server in
            let peer = try server.webSocket()
            let start = ContinuousClock.now
            for _ in 0..<5 {
                #expect(try peer.readFrame().opcode == .ping)
                try peer.send(Peer.frame(.pong))
            }
            #expect(ContinuousClock.now - start < .seconds(9))
            try peer.send(Peer.closeFrame(.normal))
        }
    }

    @Test("outlives many idle timeouts while it answers")
    func pongResets() throws {
        try withServer(
            Script(),
            {
                $0.limits.pingInterval = .milliseconds(100); $0.limits.idleTimeout = .milliseconds(1500)
            }
        ) { server in
            let peer = try server.webSocket()
            let end = ContinuousClock.now + .seconds(3)
            while ContinuousClock.now < end {
                #expect(try peer.readFrame().opcode == .ping)
                try peer.send(Peer.frame(.pong))
            }
            #expect(server.journal.closed == [])
        }
    }

    @Test(
        "is dropped without a ping when there is to be none, or too late a one",
        arguments: [Duration.zero, .seconds(60)])
    func withoutPing(_ pingInterval: Duration) throws {
        try withServer(
            Script(),
            {
                $0.limits.pingInterval = pingInterval; $0.limits.idleTimeout = .milliseconds(200)
            }
        ) { server in
            let peer = try server.webSocket()
            #expect(peer.readToEnd().bytes == [])
            try eventually("the application knows") { server.journal.closed == [.abnormal] }
        }
    }

    @Test("stays for ever when there are no limits")
    func unlimited() throws {
        try withServer(
            Script(),
            {
                $0.limits.pingInterval = .zero; $0.limits.idleTimeout = .zero
            }
        ) { server in
            let peer = try server.webSocket()
            let (done, journal) = (Journal(), server.journal)
            server.loop.run { loop in
                let id = journal.opened[0]
                done.note(loop.slab[id].map { loop.deadline($0) == nil ? "no deadline" : "a deadline" } ?? "gone")
            }
            try eventually("the loop has looked") { done.notes.count == 1 }
            #expect(done.notes == ["no deadline"])
            try peer.roundTrip()
        }
    }

    @Test("was not silent while we did not read from it: it has its time to answer a ping")
    func silenceCountsFromReading() throws {
        let size = 12 << 20
        var script = Script()
        script.opened = { connection, loop in
            let bytes = [UInt8](repeating: 1, count: size)
            bytes.withUnsafeBytes { loop.send(.binary, $0, to: connection) }
        }
        try withServer(
            script,
            {
                $0.limits.pauseReadingBytes = 1000
                $0.limits.sendQueueBytes = 16 << 20
                $0.limits.writeTimeout = .seconds(4)
                $0.limits.pingInterval = .milliseconds(150)
                $0.limits.idleTimeout = .seconds(2)
            }
        ) { server in
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            // Takes a little at a time, for longer than the idle timeout.
            let end = ContinuousClock.now + .milliseconds(2500)
            var taken = 0
            while ContinuousClock.now < end {
                taken += try peer.read(30_000).count
                usleep(20_000)
            }
            let header = 10
            _ = try peer.read(header + size - taken)
            #expect(try peer.readFrame().opcode == .ping)
            usleep(300_000)
            try peer.send(Peer.frame(.pong))
            try peer.sendText("still there")
            var frame = try peer.readFrame()
            while frame.opcode == .ping { frame = try peer.readFrame() }
            #expect(frame.text == "still there")
        }
    }
}
