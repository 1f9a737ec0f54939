import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite("Answers that the peer does not read")
struct UnreadAnswersTests {
    private static let count = 5000
    private static let body = String(repeating: "a", count: 4000)

    /// Answers from the head alone, or with the body, from within or from another thread.
    private static func script(isLate: Bool) -> Script {
        var script = Script()
        script.plan = { _, _, _ in isLate ? .collect(maxBytes: 0) : .respond(.ok(body)) }
        script.respond = { _, _, request, loop in loop.handle.respond(request, .ok(body)) }
        return script
    }

    @Test("hold back the requests behind them, and all come once it reads", arguments: [false, true])
    func pipelined(isLate: Bool) throws {
        try withServer(Self.script(isLate: isLate)) { server in
            let peer = try server.connect(receiveBufferBytes: 4096)
            let sender = Sender(
                peer,
                [Array(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: Self.count).joined()]
                    .map { Array($0.utf8) })
            try eventually("the answers wait") {
                try server.ask { loop in
                    var waiting = 0
                    loop.slab.forEach { waiting = max(waiting, $0.pointee.outbox?.byteCount ?? 0) }
                    return waiting > loop.limits.pauseReadingBytes
                }
            }
            let (waiting, bound) = try server.ask { loop in
                var waiting = 0
                loop.slab.forEach { waiting = max(waiting, $0.pointee.outbox?.byteCount ?? 0) }
                return (waiting, loop.limits.pauseReadingBytes + EventLoop.corkBytes + 2 * Self.body.utf8.count)
            }
            #expect(waiting <= bound, "\(waiting) bytes wait")
            for _ in 0..<Self.count {
                let answer = try peer.readResponse()
                #expect(answer.status == 200 && answer.body.utf8.count == Self.body.utf8.count)
            }
            try sender.finish()
            try eventually("an idle connection owns no buffer") {
                try server.ask { loop in
                    var kept = -1
                    loop.slab.forEach { kept = $0.pointee.exchange?.input.capacity ?? 0 }
                    return kept == 0
                }
            }
        }
    }

    @Test("are sent to their end when the server stops")
    func stopping() throws {
        var script = Script()
        let large = String(repeating: "b", count: 8 << 20)
        script.plan = { _, _, _ in .respond(.ok(large)) }
        let server = try TestServer(script)
        let peer = try server.connect(receiveBufferBytes: 4096)
        try peer.get("/")
        try eventually("the answer is on its way") {
            try server.ask { loop in
                var waiting = 0
                loop.slab.forEach { waiting = $0.pointee.outbox?.byteCount ?? 0 }
                return waiting > 0
            }
        }
        server.group.stop(limit: .seconds(10))
        #expect(try peer.readResponse().body.utf8.count == large.utf8.count)
        #expect(peer.readToEnd() == ([], .fin))
        server.group.join()
    }

    @Test("a batch of frames beyond the allowance is refused before it is served")
    func frames() throws {
        try withServer(Script(), { $0.limits.framesPerSecond = 50 }) { server in
            let peer = try server.webSocket()
            try peer.send((0..<200).flatMap { _ in Peer.frame(.text) })
            try eventually("the connection is given up") { server.journal.closed == [.policyViolation] }
            #expect(server.journal.messages.count == 50)
        }
    }
}
