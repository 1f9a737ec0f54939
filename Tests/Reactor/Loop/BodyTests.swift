import Synchronization
import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// Takes a body and says stop after each piece, if it is to.
private final class Receiver: BodyReceiver {
    struct State {
        var request: RequestID?
        var bytes: [UInt8] = []
        var pieces = 0
        var complete: Bool?
    }

    private let state = Mutex(State())
    private let pauses: Bool

    init(pauses: Bool) { self.pauses = pauses }

    var now: State { state.withLock { $0 } }

    func began(_ request: RequestID) { state.withLock { $0.request = request } }

    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let copy = [UInt8](bytes)
        state.withLock {
            $0.bytes += copy
            $0.pieces += 1
        }
        return !pauses
    }

    func ended(complete: Bool) { state.withLock { $0.complete = complete } }

    func script(maxBytes: Int = 8 << 20) -> Script {
        var script = Script()
        script.plan = { [self] _, _, _ in .stream(self, maxBytes: maxBytes) }
        return script
    }
}

private let collecting: Script = {
    var script = Script()
    script.plan = { head, _, _ in
        head.hasPath("/refused") ? .respond(Response(.forbidden, text: "no\n")) : .collect(maxBytes: 10_000)
    }
    return script
}()

@Suite("A request's body")
struct BodyTests {
    @Test("is collected, whether it comes with a length, in chunks, in pieces or not at all")
    func collected() throws {
        try withServer(collecting) { server in
            let peer = try server.connect()
            try peer.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello")
            #expect(try peer.readResponse().body == "hello")
            try peer.send(
                "POST / HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")
            #expect(try peer.readResponse().body == "hello!")
            for byte in "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nagain".utf8 { try peer.send([byte]) }
            #expect(try peer.readResponse().body == "again")
            try peer.get("/")
            #expect(try peer.readResponse().body == "")
        }
    }

    @Test("is asked for where the client waits for that")
    func expectation() throws {
        try withServer(collecting) { server in
            let peer = try server.connect()
            try peer.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(try peer.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
            try peer.send("hello")
            #expect(try peer.readResponse().body == "hello")
        }
    }

    @Test(
        "that is larger than allowed is refused", arguments: ["Content-Length: 10001", "Transfer-Encoding: chunked"])
    func tooLarge(_ field: String) throws {
        try withServer(collecting) { server in
            let peer = try server.connect()
            try peer.send("POST / HTTP/1.1\r\nHost: test\r\n\(field)\r\n\r\n")
            if field.hasPrefix("Transfer") {
                let chunk = "1000\r\n" + String(repeating: "x", count: 4096) + "\r\n"
                try peer.send(chunk + chunk + chunk)
            }
            #expect(try peer.readResponse().status == 413)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("that is not looked at ends the connection with the answer")
    func unread() throws {
        try withServer(collecting) { server in
            let peer = try server.connect()
            try peer.send("POST /refused HTTP/1.1\r\nHost: test\r\nContent-Length: 100000\r\n\r\n")
            let response = try peer.readResponse()
            #expect(response.status == 403 && response.head.contains("\r\nConnection: close\r\n"))
            try peer.send(String(repeating: "x", count: 100_000))
            #expect(peer.readToEnd() == ([], .fin))
        }
    }

    @Test("is handed on as it arrives, and the next request follows")
    func streamed() throws {
        let receiver = Receiver(pauses: false)
        try withServer(receiver.script()) { server in
            let peer = try server.connect()
            let body = [UInt8](repeating: 7, count: 1_000_000)
            try peer.send(Array("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 1000000\r\n\r\n".utf8) + body)
            try eventually("it is complete") { receiver.now.complete == true }
            #expect(receiver.now.bytes == body)
            server.loop.respond(try #require(receiver.now.request), .ok("thanks"))
            #expect(try peer.readResponse().body == "thanks")
        }
    }

    @Test("pauses when its receiver asks for that, and loses nothing")
    func paused() throws {
        let receiver = Receiver(pauses: true)
        try withServer(receiver.script()) { server in
            let peer = try server.connect()
            let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
            let head = Array("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.count)\r\n\r\n".utf8)
            let sender = Sender(peer, [head + body])
            try eventually("the first piece is there") { receiver.now.pieces > 0 }
            let id = try #require(receiver.now.request)
            #expect(try server.ask { $0.slab[id.connection]?.pointee.flags.contains(.pausesRead) } == true)
            var seen = 0
            while receiver.now.complete == nil {
                try eventually("another piece, or the end") {
                    receiver.now.pieces > seen || receiver.now.complete != nil
                }
                seen = receiver.now.pieces
                server.loop.resumeBody(id)
            }
            try sender.finish()
            #expect(receiver.now.complete == true && receiver.now.bytes == body)
            server.loop.respond(id, .ok("thanks"))
            #expect(try peer.readResponse().body == "thanks")
            try peer.get("/")
            try eventually("the next request is there") { receiver.now.request != id }
        }
    }

    @Test("that breaks off is not complete")
    func brokenOff() throws {
        let receiver = Receiver(pauses: false)
        try withServer(receiver.script()) { server in
            do {
                let peer = try server.connect()
                try peer.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf")
                try eventually("it has begun") { receiver.now.pieces == 1 }
            }
            try eventually("its end is told") { receiver.now.complete == false }
        }
    }

    @Test("may be answered before it is complete, which ends it and the connection")
    func answeredEarly() throws {
        let receiver = Receiver(pauses: false)
        try withServer(receiver.script()) { server in
            let peer = try server.connect()
            try peer.send("POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 100\r\n\r\nhalf")
            try eventually("it has begun") { receiver.now.pieces == 1 }
            server.loop.respond(try #require(receiver.now.request), Response(.conflict, text: "not that\n"))
            #expect(try peer.readResponse().status == 409)
            #expect(receiver.now.complete == false)
            #expect(peer.readToEnd() == ([], .fin))
        }
    }
}
