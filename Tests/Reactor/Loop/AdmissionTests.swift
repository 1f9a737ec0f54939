import Foundation
import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("A loop into which many want to come")
struct AdmissionTests {
    @Test("leaves them in the kernel while too many handshakes are under way, and serves who is in")
    func handshakesUnderWay() throws {
        try withServer(Script(), { $0.limits.handshakesUnderWay = 3 }) { server in
            let member = try server.webSocket()
            let halfway = try (0..<3).map { _ in
                let peer = try server.connect()
                try peer.send("GET / HTTP/1.1\r\nHos")
                return peer
            }
            try eventually("three are under way") { try server.ask { $0.reading.handshakes } == 3 }
            let waiting = try server.connect()
            try waiting.send(Peer.upgradeRequest())
            try eventually("the listener rests") { try server.ask { $0.reading.figures.acceptPauses } > 0 }
            pause(milliseconds: 300)
            #expect(try server.ask { $0.reading.connections } == 4)
            try member.roundTrip()

            halfway[0].finishSending()
            #expect(try waiting.readHead().hasPrefix("HTTP/1.1 101 "))
            try waiting.roundTrip()
            let figures = try server.ask { $0.reading.figures }
            #expect(figures.accepted == 5 && figures.handshakesDone == 2 && figures.handshakesFailed == 1)
            withExtendedLifetime(halfway) {}
        }
    }

    @Test("takes a few steps of TLS a turn, and all of them in the end")
    func tlsSteps() throws {
        let certificate = try Certificate("first")
        try withServer(
            Script(),
            {
                $0.certificate = certificate
                $0.limits.tlsStepsPerTurn = 1
            }
        ) { server in
            let held = DispatchSemaphore(value: 0)
            let begun = DispatchSemaphore(value: 0)
            let ended = DispatchSemaphore(value: 0)
            let done = Box<[Int]>()
            done.set([])
            let lock = NSLock()
            // All of them knock while the loop is busy, so that it finds them together.
            try #require(server.loop.run { _ in held.wait() })
            for number in 0..<20 {
                Thread.detachNewThread {
                    begun.signal()
                    if (try? server.secureWebSocket().roundTrip()) != nil {
                        lock.withLock { done.set((done.value ?? []) + [number]) }
                    }
                    ended.signal()
                }
            }
            for _ in 0..<20 { begun.wait() }
            pause(milliseconds: 200)
            held.signal()
            for _ in 0..<20 { ended.wait() }
            #expect(done.value?.count == 20)
            let figures = try server.ask { $0.reading.figures }
            #expect(figures.handshakesPostponed > 0)
            #expect(figures.handshakesDone == 20 && figures.handshakesFailed == 0)
        }
    }

    @Test("counts what comes in and goes out")
    func figures() throws {
        try withServer { server in
            let before = try server.ask { $0.reading.figures }
            #expect(before.accepted == 0 && before.bytesSent == 0)
            let peer = try server.webSocket()
            for _ in 0..<10 { try peer.roundTrip() }
            try peer.send(Peer.closeFrame(CloseCode(rawValue: 4321)))
            _ = peer.readToEnd()
            let failing = try server.webSocket()
            try failing.send([0x81, 0x01, 0x61])
            _ = failing.readToEnd()
            let asking = try server.connect()
            try asking.get("/healthz")
            _ = try asking.readResponse()
            try eventually("both have ended") { server.journal.closed.count == 2 }
            let reading = try server.ask { $0.reading }
            let figures = reading.figures
            #expect(reading.connections == 1 && reading.handshakes == 0)
            #expect(figures.accepted == 3 && figures.webSocketsOpened == 2)
            #expect(figures.messagesReceived == 10 && figures.messagesSent == 10)
            #expect(figures.framesRefused == [.notMasked: 1])
            #expect(figures.ends[4321] == 1 && figures.ends[1002] == 1 && figures.ends.others == 0)
            #expect(figures.responses[2] == 1)
            #expect(figures.bytesReceived > 10 * 20 && figures.bytesSent > figures.bytesReceived / 2)
        }
    }

    @Test("counts a close code that nobody knows as one of many")
    func closeCodes() {
        var counts = CloseCodeCounts()
        for code in UInt16.min...UInt16.max { counts.add(CloseCode(rawValue: code)) }
        #expect(counts.known.count == 16 + 400 && counts.known.allSatisfy { $0.count == 1 })
        #expect(counts.others == 65_536 - 416)
        #expect(counts[4200] == 1 && counts[4999] == 0 && counts[0] == 0)
    }
}
