import Synchronization
import Testing
import WebSocket

@testable import Gateway

func request(
    _ method: String, _ target: String, host: String = "Host: a", _ fields: String = ""
) throws -> RequestHead {
    var parser = RequestHeadParser()
    let bytes = Array("\(method) \(target) HTTP/1.1\r\n\(host)\r\n\(fields)\r\n".utf8)
    let step = bytes.withUnsafeBytes { parser.parse($0) }
    guard case .head(let head, _) = step else { throw HTTPRefusal(.badRequest, "\(step)") }
    return head
}

private struct Broken: Error {}

private let routes = Routes {
    Route(.get, "/") { _ in .ok("home") }
    Route(.get, "/healthz") { _ in .ok("ok") }
    Route(.get, "/cases/new") { _ in .ok("new") }
    Route(.get, "/cases/:case/events") { .ok("events of " + ($0.parameters["case"] ?? "?")) }
    Route(.post, "/cases/:case/events", bodyLimit: ByteCount(bytes: 4)) {
        .ok(String(decoding: $0.body, as: UTF8.self))
    }
    Route(.get, "/cases/:case") { .ok("case " + ($0.parameters["case"] ?? "?")) }
    Route(.get, "/files/*path") { .ok("file " + ($0.parameters["path"] ?? "?")) }
    Route(streaming: .put, "/count", bodyLimit: .mebibytes(1)) { _, body in
        var count = 0
        for try await chunk in body { count += chunk.count }
        return .ok(String(count))
    }
    Route(.get, "/broken") { _ in throw Broken() }
    Route(.get, "/refused") { _ in throw HTTPRefusal(.conflict, "No.") }
}

private func answer(_ head: RequestHead, _ body: RequestBody = RequestBody()) async -> Response {
    switch routes.match(head) {
    case .none(let response): response
    case .found(let routed): await routed.respond(body)
    }
}

private func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }

@Suite("The table of routes")
struct RoutesTests {
    @Test(
        "answers with the first line that fits",
        arguments: [
            ("/", "home"), ("/healthz", "ok"), ("/healthz?x=y", "ok"), ("/cases/new", "new"), ("/cases/7", "case 7"),
            ("/cases/a%20b/events", "events of a b"), ("/cases/%C3%A4", "case ä"), ("/files/a/b", "file a/b"),
            ("/files/", "file "), ("/x/../healthz", "ok"), ("/cases/:case", "case :case"),
        ])
    func found(target: String, expected: String) async throws {
        let response = await answer(try request("GET", target))
        #expect(response.status == .ok)
        #expect(text(response) == expected)
    }

    @Test(
        "answers 404 where no path fits",
        arguments: [
            "/x", "/healthz/", "/cases", "/cases/", "/cases//events", "/cases/7/events/8", "/Healthz", "/files", "//",
        ])
    func notFound(target: String) async throws {
        #expect(await answer(try request("GET", target)).status == .notFound)
    }

    @Test(
        "answers 405 where only the method does not fit, and names those that do",
        arguments: [
            ("DELETE", "/cases/7/events", "GET, HEAD, POST"), ("PUT", "/healthz", "GET, HEAD"),
            ("GET", "/count", "PUT"),
        ])
    func methodNotAllowed(method: String, target: String, allow: String) async throws {
        let response = await answer(try request(method, target))
        #expect(response.status == .methodNotAllowed)
        #expect(response.first("Allow") == allow)
    }

    @Test("answers HEAD like GET")
    func head() async throws {
        #expect(text(await answer(try request("HEAD", "/healthz"))) == "ok")
    }

    @Test("answers 501 to a method that nobody knows (RFC 9110 §9.1)")
    func unknownMethod() async throws {
        #expect(await answer(try request("BREW", "/healthz")).status == .notImplemented)
    }

    @Test("collects a body up to the line's limit")
    func body() async throws {
        let head = try request("POST", "/cases/7/events", "Content-Length: 4\r\n")
        #expect(text(await answer(head, RequestBody(Array("abcd".utf8)))) == "abcd")
        #expect(await answer(head, RequestBody(Array("abcde".utf8))).status == .contentTooLarge)
    }

    @Test("streams a body to the handler that wants it so")
    func streaming() async throws {
        let head = try request("PUT", "/count", "Content-Length: 5\r\n")
        #expect(text(await answer(head, RequestBody(Array("hello".utf8)))) == "5")
    }

    @Test("turns errors into answers that give nothing away")
    func errors() async throws {
        let reported = Mutex<[String]>([])
        guard case .found(let routed) = routes.match(try request("GET", "/broken")) else {
            Issue.record("the route is missing")
            return
        }
        let response = await routed.respond(RequestBody()) { error in reported.withLock { $0.append("\(error)") } }
        #expect(response.status == .internalServerError)
        #expect(!text(response).contains("Broken"))
        #expect(reported.withLock { $0 } == ["Broken()"])
        #expect(await answer(try request("GET", "/refused")).status == .conflict)
    }
}
