import Testing
import WebSocket

@testable import Gateway

private struct Broken: Error {}

private let routes = Routes {
    Route(.get, "/hello") { _ in .ok("hello\n") }
    Route(.post, "/mirror", bodyLimit: .kibibytes(64)) { Response(.ok, body: $0.body) }
    Route(.get, "/broken") { _ in throw Broken() }
    Route(.get, "/refused") { _ in throw HTTPRefusal(.forbidden, "Not you.") }
}

@Suite("HTTP over a socket")
struct HTTPServingTests {
    @Test("answers one request after the other on one connection")
    func keepAlive() async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            for _ in 0..<3 { #expect(try client.ask("GET", "/hello").body == "hello\n") }
        }
    }

    @Test("answers pipelined requests in their order, however long each takes")
    func pipelined() async throws {
        let slow = Routes {
            Route(.get, "/:milliseconds") { request in
                let text = request.parameters["milliseconds"] ?? ""
                try await Task.sleep(for: .milliseconds(Int(text) ?? 0))
                return .ok(text)
            }
        }
        try await withFrontDesk(slow) { connect in
            let client = try connect()
            let times = [60, 0, 20, 1, 0]
            try client.send(times.map { "GET /\($0) HTTP/1.1\r\nHost: desk\r\n\r\n" }.joined())
            let answers = try times.map { _ in try client.readAnswer().body }
            #expect(answers == times.map(String.init))
        }
    }

    @Test("takes a body by its length, and in chunks")
    func bodies() async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            let long = String(repeating: "0123456789", count: 6000)
            #expect(try client.ask("POST", "/mirror", body: long).body == long)
            try client.send("POST /mirror HTTP/1.1\r\nHost: desk\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in ["3\r\nabc\r\n", "4;x=y\r\nde", "fg\r\n", "0\r\n\r\n"] { try client.send(piece) }
            #expect(try client.readAnswer().body == "abcdefg")
            #expect(try client.ask("GET", "/hello").status == 200)
        }
    }

    @Test(
        "refuses a body that is too large, announced or not",
        arguments: [
            "Content-Length: 65537\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n10001\r\n",
        ])
    func tooLarge(_ rest: String) async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            try client.send("POST /mirror HTTP/1.1\r\nHost: desk\r\n" + rest)
            #expect(try client.readAnswer().status == 413)
            #expect(try client.isEnded())
        }
    }

    @Test("asks for a body that waits to be asked for")
    func expectContinue() async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            try client.send("POST /mirror HTTP/1.1\r\nHost: desk\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("ok")
            #expect(try client.readAnswer().body == "ok")
        }
    }

    @Test("tells of a handler that fails without saying why, and goes on")
    func failing() async throws {
        let errors = Errors()
        try await withFrontDesk(routes, errors: errors) { connect in
            let client = try connect()
            let answer = try client.ask("GET", "/broken")
            #expect(answer.status == 500 && !answer.body.contains("Broken"))
            #expect(try client.ask("GET", "/refused").status == 403)
            #expect(try client.ask("GET", "/hello").status == 200)
        }
        #expect(errors.all.count == 1 && errors.all[0].contains("GET /broken"))
    }

    @Test("answers HEAD as GET, without the body")
    func head() async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            let answer = try client.ask("HEAD", "/hello")
            #expect(answer.status == 200 && answer.head.contains("\r\nContent-Length: 6\r\n"))
            #expect(try client.ask("GET", "/hello").body == "hello\n")
        }
    }

    @Test(
        "says what does not exist, and what is not done here",
        arguments: [
            ("GET", "/nowhere", 404), ("POST", "/hello", 405), ("GET", "/mirror", 405), ("BREW", "/hello", 501),
        ])
    func missing(method: String, path: String, status: Int) async throws {
        try await withFrontDesk(routes) { connect in
            let client = try connect()
            let answer = try client.ask(method, path)
            #expect(answer.status == status)
            #expect(answer.head.contains("\r\nContent-Security-Policy: default-src 'none'; "))
            #expect(try client.ask("GET", "/hello").status == 200)
        }
    }

    @Test("survives clients that leave in the middle of a body, and before the answer")
    func leaving() async throws {
        let gate = Gate()
        let held = Routes {
            Route(.get, "/held") { _ in
                await gate.pass()
                return .ok("late")
            }
            routes
        }
        try await withFrontDesk(held) { connect in
            for _ in 0..<20 {
                try connect().send("POST /mirror HTTP/1.1\r\nHost: desk\r\nContent-Length: 10\r\n\r\nabc")
                try connect().send("GET /held HTTP/1.1\r\nHost: desk\r\n\r\n")
            }
            gate.open()
            #expect(try connect().ask("GET", "/hello").status == 200)
        }
    }
}
