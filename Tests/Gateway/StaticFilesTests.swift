import Foundation
import Testing
import WebSocket

@testable import Gateway

/// A directory that is there for one test.
private final class TemporaryDirectory {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("foyer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }
}

private let now = HTTPDate(secondsSinceEpoch: 4_000_000_000)

@Suite("Static files")
struct StaticFilesTests {
    private let directory: TemporaryDirectory
    private let files: StaticFiles

    init() throws {
        directory = try TemporaryDirectory()
        try directory.write("www/index.html", "home")
        try directory.write("www/app.js", "code")
        try directory.write("www/help/index.html", "help")
        try directory.write("www/.env", "secret")
        try directory.write("www/.git/config", "secret")
        try directory.write("secret.txt", "secret")
        try directory.link("www/link.txt", to: "../secret.txt")
        try directory.link("www/up", to: "..")
        #expect(mkfifo(directory.path + "/www/pipe", 0o600) == 0)
        var limits = StaticFiles.Limits()
        limits.maxFile = .kibibytes(1)
        files = try StaticFiles(directory: directory.path + "/www", limits: limits)
    }

    @Test(
        "sends the compressed form where there is one and the client takes it",
        arguments: [
            ("", false), ("Accept-Encoding: br\r\n", false), ("Accept-Encoding: gzip, br\r\n", true),
            ("Accept-Encoding: br;q=1.0, GZIP;q=0.5\r\n", true), ("Accept-Encoding: gzip;q=0\r\n", false),
            ("Accept-Encoding: gzip;q=0.000, *\r\n", false), ("Accept-Encoding: *\r\n", true),
            ("Accept-Encoding: *;q=0\r\n", false), ("Accept-Encoding: br\r\nAccept-Encoding: gzip\r\n", true),
        ])
    func compressed(fields: String, isCompressed: Bool) throws {
        try directory.write("www/app.js.gz", "small")
        let response = try get("app.js", fields)
        #expect(text(response) == (isCompressed ? "small" : "code"))
        #expect(response.first("Content-Encoding") == (isCompressed ? "gzip" : nil))
        #expect(response.first("Content-Type") == "text/javascript; charset=utf-8")
        #expect(response.first("Vary") == "Accept-Encoding")
        // Another content has another name, and no form is none.
        #expect(
            response.first("ETag") != (try get("app.js", isCompressed ? "" : "Accept-Encoding: gzip\r\n")).first("ETag")
        )
        #expect(text(try get("index.html", fields)) == "home")
    }

    private func get(_ path: String, _ fields: String = "", method: String = "GET") throws -> Response {
        files.respond(to: try request(method, "/", fields), path: path, now: now)
    }

    private func text(_ response: Response) -> String { String(decoding: response.body, as: UTF8.self) }

    @Test(
        "are served with their type",
        arguments: [
            ("", "home", "text/html; charset=utf-8"), ("index.html", "home", "text/html; charset=utf-8"),
            ("app.js", "code", "text/javascript; charset=utf-8"), ("help/", "help", "text/html; charset=utf-8"),
        ])
    func served(path: String, content: String, type: String) throws {
        let response = try get(path)
        #expect(response.status == .ok)
        #expect(text(response) == content)
        #expect(response.first("Content-Type") == type)
        #expect(response.first("X-Content-Type-Options") == "nosniff")
        #expect(response.first("Last-Modified")?.hasSuffix("GMT") == true)
        #expect(response.first("ETag")?.hasPrefix("\"") == true)
    }

    @Test(
        "do not exist outside of the directory, behind a link, hidden, or as something else",
        arguments: [
            "../secret.txt", "help/../../secret.txt", "/etc/passwd", "..", ".", ".env", ".git/config", "link.txt",
            "up/secret.txt", "pipe", "help", "help//index.html", "nothing", "nothing/", "app.js/", "index.html/x",
            "app.js\u{0}.html", String(repeating: "a/", count: 40), String(repeating: "a", count: 5000),
        ])
    func missing(path: String) throws {
        #expect(try get(path).status == .notFound)
    }

    @Test("are not sent again to who has them")
    func conditional() throws {
        let first = try get("app.js")
        let tag = try #require(first.first("ETag"))
        let date = try #require(first.first("Last-Modified"))
        let byTag = try get("app.js", "If-None-Match: \(tag)\r\n")
        #expect(byTag.status == .notModified)
        #expect(byTag.body.isEmpty)
        #expect(byTag.first("ETag") == tag)
        #expect(try get("app.js", "If-Modified-Since: \(date)\r\n").status == .notModified)
        #expect(try get("app.js", "If-None-Match: \"other\"\r\n").status == .ok)
        #expect(try get("app.js", "If-Match: \"other\"\r\n").status == .preconditionFailed)
    }

    @Test("are read again when they have changed")
    func changed() throws {
        let before = try get("app.js")
        try directory.write("www/app.js", "edit")
        let after = try get("app.js")
        #expect(text(after) == "edit")
        #expect(after.first("ETag") != before.first("ETag"))
    }

    @Test("have the same tag wherever the same content is served")
    func sameTag() throws {
        try directory.write("www/copy.js", "code")
        #expect(try get("copy.js").first("ETag") == get("app.js").first("ETag"))
    }

    @Test("may be so large and no larger")
    func size() throws {
        try directory.write("www/fits", String(repeating: "x", count: 1024))
        try directory.write("www/large", String(repeating: "x", count: 1025))
        #expect(try get("fits").body.count == 1024)
        #expect(try get("large").status == .notFound)
        try directory.write("www/empty", "")
        #expect(try get("empty").status == .ok)
    }

    @Test("are only read")
    func methods() throws {
        #expect(try get("app.js", method: "HEAD").status == .ok)
        let response = try get("app.js", method: "PUT")
        #expect(response.status == .methodNotAllowed)
        #expect(response.first("Allow") == "GET, HEAD")
    }

    @Test("come from a directory that exists")
    func noDirectory() {
        #expect(throws: ServedDirectory.Failure.self) { try StaticFiles(directory: directory.path + "/nowhere") }
    }

    @Test("stay in the cache while there is room, the last used longest")
    func cache() {
        let cache = FileCache(maxBytes: 10, maxEntries: 3)
        func file(_ inode: UInt64, _ count: Int) -> CachedFile {
            let identity = ServedDirectory.Identity(
                device: 0, inode: inode, byteCount: count, modifiedSeconds: 0, modifiedNanoseconds: 0)
            return CachedFile(identity: identity, content: [UInt8](repeating: 1, count: count))
        }
        let (a, b, c) = (file(1, 4), file(2, 4), file(3, 4))
        cache.keep(a, at: "a")
        cache.keep(b, at: "b")
        #expect(cache.file(at: "a", a.identity) != nil)
        cache.keep(c, at: "c")
        #expect(cache.file(at: "b", b.identity) == nil)
        #expect(cache.file(at: "a", a.identity) != nil)
        #expect(cache.file(at: "c", a.identity) == nil)
        cache.keep(file(4, 11), at: "d")
        #expect(cache.file(at: "c", c.identity) != nil)
        for inode in 5..<9 as Range<UInt64> { cache.keep(file(inode, 0), at: "\(inode)") }
        #expect(cache.file(at: "5", file(5, 0).identity) == nil)
        #expect(cache.file(at: "8", file(8, 0).identity) != nil)
    }
}
