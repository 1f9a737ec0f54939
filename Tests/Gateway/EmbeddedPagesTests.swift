import Testing
import WebSocket

@testable import Gateway

@Suite struct EmbeddedPagesTests {
    /// As tools/archive.py writes it.
    private func archive(_ files: [(String, String)], moment: Int = 1_700_000_000) -> [UInt8] {
        func bytes(_ number: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        return Array("foyerpg1".utf8) + bytes(moment, 8)
            + files.flatMap { bytes($0.utf8.count, 2) + bytes($1.utf8.count, 4) + Array($0.utf8) + Array($1.utf8) }
    }

    private func read(_ bytes: [UInt8]) -> EmbeddedPages? {
        bytes.withUnsafeBytes { EmbeddedPages(archive: $0) }
    }

    private func get(_ path: String, _ fields: String = "") throws -> RequestHead {
        var parser = RequestHeadParser()
        let request = Array("GET \(path) HTTP/1.1\r\nHost: x\r\n\(fields)\r\n".utf8)
        let result = request.withUnsafeBytes { parser.parse($0) }
        guard case .head(let head, _) = result else { throw HTTPRefusal(.badRequest, "not a head") }
        return head
    }

    @Test func `files of the archive are served like those of a directory`() throws {
        let pages = try #require(
            read(archive([("index.html", "<!doctype html>"), ("a/b.js", "long"), ("a/b.js.gz", "short")])))
        #expect(pages.names == ["a/b.js", "a/b.js.gz", "index.html"])
        let files = StaticFiles(pages)
        let now = HTTPDate(secondsSinceEpoch: 1_800_000_000)
        let page = files.respond(to: try get("/"), path: "", now: now)
        #expect(page.status == .ok && page.body == Array("<!doctype html>".utf8))
        #expect(page.first("Content-Type") == "text/html; charset=utf-8")
        #expect(page.first("Last-Modified") == "Tue, 14 Nov 2023 22:13:20 GMT")
        let tag = try #require(page.first("ETag"))
        let again = files.respond(to: try get("/", "If-None-Match: \(tag)\r\n"), path: "", now: now)
        #expect(again.status == .notModified)
        let packed = files.respond(to: try get("/", "Accept-Encoding: gzip\r\n"), path: "a/b.js", now: now)
        #expect(packed.body == Array("short".utf8) && packed.first("Content-Encoding") == "gzip")
        for path in ["none", "a", "a/../index.html", "/index.html", "a//b.js", ".hidden"] {
            #expect(files.respond(to: try get("/"), path: path, now: now).status == .notFound)
        }
    }

    @Test func `an archive that is cut off or none is refused, and nothing traps`() {
        let whole = archive([("index.html", "page"), ("b", "")])
        for count in whole.indices {
            let pages = read(Array(whole[..<count]))
            // Cut between two files it is a smaller archive: who makes it checks what it has made.
            #expect(pages == nil || [16, 36].contains(count), "\(count)")
        }
        #expect(read(whole)?.names == ["b", "index.html"])
        #expect(read([]) == nil && read(Array("foyerpg2".utf8) + [0, 0, 0, 0, 0, 0, 0, 0]) == nil)
        #expect(read(Array("foyerpg1".utf8) + Array(repeating: 255, count: 64)) == nil)
    }

    @Test func `a build that was given no pages carries none`() {
        #expect(EmbeddedPages.own == nil)
    }
}
