import Testing
import WebSocket

@testable import Reactor

/// Between the loop and a slow reader lie megabytes of the kernel's, which tells of room only when a third is free.
@Suite("A reader that is slow but steady")
struct SteadyReaderTests {
    private static let (count, size) = (700, 16 << 10)

    /// Sends `count` messages, or a response of as many bytes.
    private static let flood: Script = {
        var script = Script()
        script.plan = { head, _, _ in
            head.hasPath("/response")
                ? .respond(Response(.ok, body: [UInt8](repeating: 1, count: count * size)))
                : .upgrade(UpgradePolicy())
        }
        script.opened = { connection, loop in
            let bytes = [UInt8](repeating: 1, count: size)
            for _ in 0..<count { bytes.withUnsafeBytes { loop.send(.binary, $0, to: connection) } }
        }
        return script
    }()

    /// About 300 KB a second, for more than twice the time after which a stalled reader is dropped.
    private func readSlowly(_ read: () throws -> Void) throws -> Int {
        let end = ContinuousClock.now + .milliseconds(1300)
        var reads = 0
        while ContinuousClock.now < end {
            try read()
            reads += 1
            pause(milliseconds: 50)
        }
        return reads
    }

    private func withFlood(_ body: (TestServer) throws -> Void) throws {
        try withServer(
            Self.flood,
            {
                $0.limits.sendQueueBytes = 64 << 20; $0.limits.writeTimeout = .milliseconds(500)
            }, body)
    }

    @Test("gets every message, while one that takes nothing is dropped")
    func messages() throws {
        try withFlood { server in
            let stalled = try server.webSocket(receiveBufferBytes: 4096)
            let peer = try server.webSocket(receiveBufferBytes: 4096)
            let reads = try readSlowly {
                let frame = try peer.readFrame()
                #expect(frame.payload.count == Self.size)
            }
            #expect(server.journal.closed == [.abnormal] && stalled.descriptor >= 0)
            for _ in reads..<Self.count { #expect(try peer.readFrame().payload.count == Self.size) }
            try peer.roundTrip()
        }
    }

    @Test("gets the whole of a response", arguments: ["keep-alive", "close"])
    func response(_ connection: String) throws {
        try withFlood { server in
            let peer = try server.connect(receiveBufferBytes: 4096)
            try peer.send("GET /response HTTP/1.1\r\nHost: test\r\nConnection: \(connection)\r\n\r\n")
            #expect(try peer.readHead().hasPrefix("HTTP/1.1 200 "))
            let reads = try readSlowly { _ = try peer.read(Self.size) }
            let rest = (Self.count - reads) * Self.size
            #expect(try peer.read(rest).count == rest)
        }
    }
}
