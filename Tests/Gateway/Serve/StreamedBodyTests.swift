import Synchronization
import Testing
import WebSocket

@testable import Gateway

/// What a handler has seen of a body.
private final class Seen: Sendable {
    private let state = Mutex((bytes: 0, end: ""))

    var bytes: Int { state.withLock { $0.bytes } }
    var end: String { state.withLock { $0.end } }

    func read(_ body: RequestBody) async {
        do {
            for try await chunk in body { state.withLock { $0.bytes += chunk.count } }
            state.withLock { $0.end = "complete" }
        } catch let refusal as HTTPRefusal {
            state.withLock { $0.end = refusal.reason }
        } catch {
            state.withLock { $0.end = "\(error)" }
        }
    }
}

@Suite("A streamed body over a socket")
struct StreamedBodyTests {
    private let seen = Seen()
    private let gate = Gate()

    private var routes: Routes {
        let (seen, gate) = (seen, gate)
        return Routes {
            Route(streaming: .post, "/count", bodyLimit: .mebibytes(64)) { _, body in
                await seen.read(body)
                return .ok("\(seen.bytes)")
            }
            Route(streaming: .post, "/slow", bodyLimit: .mebibytes(64)) { _, body in
                await gate.pass()
                await seen.read(body)
                return .ok("\(seen.bytes)")
            }
            Route(streaming: .post, "/careless", bodyLimit: .mebibytes(64)) { _, _ in .ok("unread") }
            Route(streaming: .post, "/small", bodyLimit: ByteCount(bytes: 10)) { _, body in
                await seen.read(body)
                return .ok("never sent")
            }
            Route(.get, "/hello") { _ in .ok("hello\n") }
        }
    }

    private static func head(_ path: String, _ length: Int) -> String {
        "POST \(path) HTTP/1.1\r\nHost: desk\r\nContent-Length: \(length)\r\n\r\n"
    }

    @Test("reaches its handler whole, by length and in chunks, and the connection goes on")
    func whole() async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            let size = 3_000_000
            try client.send(Self.head("/count", size))
            try client.send([UInt8](repeating: 1, count: size))
            #expect(try client.readAnswer().body == "\(size)")
            try client.send("POST /count HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<100 { try client.send("5\r\nabcde\r\n") }
            try client.send("0\r\n\r\n")
            #expect(try client.readAnswer().body == "\(size + 500)")
            #expect(try client.ask("GET", "/hello").status == 200)
        }
    }

    @Test("waits in the client while its handler is behind, and arrives whole in the end")
    func backpressure() async throws {
        try await withFrontDesk(routes) { [seen, gate] connect in
            let client = try connect()
            let size = 60 << 20
            let body = [UInt8](repeating: 1, count: size)
            try client.send(Self.head("/slow", size))
            // The kernel's buffers on both sides grow to several megabytes; ours hold 320 KB.
            let sent = client.sendUntilStalled(body)
            #expect(sent < 24 << 20)
            #expect(seen.bytes == 0)
            #expect(try connect().ask("GET", "/hello").status == 200)
            gate.open()
            try client.send(Array(body[sent...]))
            #expect(try client.readAnswer().body == "\(size)")
        }
        #expect(seen.end == "complete")
    }

    @Test("breaks off for its handler when the client leaves, and nothing is logged as our failure")
    func leaving() async throws {
        let errors = Errors()
        try await withFrontDesk(routes, errors: errors) { [seen] connect in
            do {
                let client = try connect()
                try client.send(Self.head("/count", 100) + "abc")
                try wait(for: "the first bytes") { seen.bytes == 3 }
            }
            try wait(for: "the end") { seen.end == "The body broke off." }
            #expect(try connect().ask("GET", "/hello").status == 200)
        }
        #expect(errors.all.isEmpty)
    }

    @Test("breaks off for its handler when it grows too large; the client is told so")
    func tooLarge() async throws {
        try await withFrontDesk(routes) { [seen] connect in
            let client = try connect()
            try client.send("POST /small HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n")
            try client.send("6\r\nabcdef\r\n")
            #expect(try client.readAnswer().status == 413)
            #expect(try client.isEnded())
            try wait(for: "the end") { seen.end == "The body broke off." }
        }
    }

    @Test("that its handler does not want ends the connection with the answer")
    func unread() async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            try client.send(Self.head("/careless", 1000) + "abc")
            let answer = try client.readAnswer()
            #expect(answer.body == "unread" && answer.head.contains("\r\nConnection: close\r\n"))
            #expect(try client.isEnded())
        }
    }
}
