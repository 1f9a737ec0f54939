import Foundation
import Testing
import WebSocket

@testable import Gateway

@Suite("The front desk")
struct FrontDeskTests {
    private let directory: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("foyer-\(UUID().uuidString)")
        let assets = url.appendingPathComponent("assets")
        try FileManager.default.createDirectory(at: assets, withIntermediateDirectories: true)
        try Data("<!doctype html>".utf8).write(to: url.appendingPathComponent("index.html"))
        try Data("{}".utf8).write(to: url.appendingPathComponent("package.json"))
        try Data("export {};".utf8).write(to: assets.appendingPathComponent("live.js"))
        directory = url.path
    }

    private func withHouse(_ body: @escaping @Sendable (() throws -> WebClient) throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let routes = FrontDeskRoutes.table(files: try StaticFiles(directory: directory), figures: HouseFigures())
        try await withFrontDesk(routes, body)
    }

    @Test(
        "serves its page, what the page loads, and what machines ask, hardened",
        arguments: [
            ("/", "text/html; charset=utf-8", "<!doctype html>"),
            ("/assets/live.js", "text/javascript; charset=utf-8", "export {};"),
            ("/healthz", "text/plain; charset=utf-8", "ok\n"), ("/readyz", "text/plain; charset=utf-8", "ready\n"),
            ("/version", "application/json", #"{"name":"foyer","protocol":0,"uptimeSeconds":0}"#),
        ])
    func served(path: String, type: String, body: String) async throws {
        try await withHouse { connect in
            let answer = try connect().ask("GET", path)
            #expect(answer.status == 200 && answer.head.contains("\r\nContent-Type: \(type)\r\n"))
            // The order of JSON's members is free, and on a busy machine the house may be up for longer.
            let text = answer.body.replacing(/"uptimeSeconds":\d+/, with: #""uptimeSeconds":0"#)
            #expect(text.sorted() == body.sorted())
            for field in [
                "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                    + "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
            ] {
                #expect(answer.head.contains("\r\n\(field)\r\n"))
            }
        }
    }

    @Test("serves nothing else", arguments: ["/index.html", "/package.json", "/assets/", "/assets/none.js", "/assets"])
    func notServed(path: String) async throws {
        try await withHouse { connect in
            let answer = try connect().ask("GET", path)
            #expect(answer.status == 404)
        }
    }

    @Test("sends a file again only when it has changed")
    func conditional() async throws {
        try await withHouse { connect in
            let client = try connect()
            let first = try client.ask("GET", "/")
            let tag = try #require(first.head.split(separator: "\r\n").first { $0.hasPrefix("ETag: ") }).dropFirst(6)
            #expect(try client.ask("GET", "/", "If-None-Match: \(tag)\r\n").status == 304)
        }
    }
}
