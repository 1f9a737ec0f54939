import FuzzSupport
import WebSocket

/// Asks an accepted request everything that the gateway may ask, and writes every answer.
enum ServerSide {
    private static let now = HTTPDate(secondsSinceEpoch: 1_700_000_000)
    private static let tag = EntityTag("a")

    private static let policy: UpgradePolicy = {
        var policy = UpgradePolicy()
        policy.subprotocols = ["foyer.v1", "chat"]
        policy.deflate = DeflatePolicy()
        policy.allowsOrigin = { $0 != "https://evil.example" }
        return policy
    }()

    /// The upgrade, if the request is one that is accepted.
    static func answer(_ head: RequestHead) -> AcceptedUpgrade? {
        checkPath(head)
        checkQuery(head)
        checkDate(head)
        let precondition = Precondition.evaluate(head, entityTag: tag, lastModified: now, now: now)
        var response = Response.ok("hello\n")
        if precondition == .notModified { response.status = .notModified }
        check(response, Response.Exchange(answering: head, keepsAlive: head.expectsContinue || head.keepsAlive))
        switch ServerUpgrade.evaluate(head, policy: policy) {
        case .refused(let response):
            check(response, Response.Exchange(answering: head, keepsAlive: true))
            return nil
        case .accepted(let upgrade):
            check(upgrade, head)
            return upgrade
        }
    }

    /// The path can be given to a file system below a root: no segment climbs, and nothing ends a string early.
    private static func checkPath(_ head: RequestHead) {
        let path = head.path
        if path == "*" { return expectEqual(head.methodName, "OPTIONS", "the path *") }
        expect(path.utf8.first == 0x2F, "path \(path)")
        expect(!path.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "a control character in a path")
        for segment in path.utf8.split(separator: 0x2F) {
            expect(!segment.elementsEqual(".".utf8) && !segment.elementsEqual("..".utf8), "path \(path)")
        }
        if head.hasPath("/echo") { expectEqual(path, "/echo", "hasPath") }
    }

    private static func checkQuery(_ head: RequestHead) {
        guard let items = try? head.queryItems() else { return }
        expect(items.count <= head.target.utf8.count, "\(items.count) items")
        expect(!items.contains { ($0.name + $0.value).utf8.contains(0) }, "NUL in a query")
    }

    /// A date that can be read is written in a form that is read as the same date.
    private static func checkDate(_ head: RequestHead) {
        guard let text = head.fields.first("if-modified-since"), let date = HTTPDate(parsing: text, now: now) else {
            return
        }
        expectEqual(HTTPDate(parsing: date.text, now: now), date, "\(text) and \(date.text)")
    }

    private static func check(_ upgrade: AcceptedUpgrade, _ head: RequestHead) {
        expect(head.method == .get && head.version == .http11 && head.framing == .none, "upgraded \(head.methodName)")
        expectEqual(head.fields.first("sec-websocket-version"), "13", "version")
        expectEqual(head.fields.values(of: "sec-websocket-key").map(\.utf8.count), [24], "key")
        expect(head.fields.first("origin") != "https://evil.example", "origin")
        var buffer = ByteBuffer()
        upgrade.write(into: &buffer)
        let written = checkWritten(buffer)
        expectEqual(written?.status, .switchingProtocols, "status")
        expectEqual(written?.fields.first("sec-websocket-protocol"), upgrade.subprotocol, "subprotocol")
    }

    /// What we write is read by our own client, to its end.
    static func check(_ response: Response, _ exchange: Response.Exchange = Response.Exchange()) {
        var buffer = ByteBuffer()
        response.write(into: &buffer, exchange, now: now)
        let written = checkWritten(buffer)
        expectEqual(written?.status, response.status, "status")
    }

    private static func checkWritten(_ buffer: borrowing ByteBuffer) -> ResponseHead? {
        var parser = ResponseHeadParser()
        guard case .head(let head, _) = parser.parse(UnsafeRawBufferPointer(buffer.bytes)) else {
            expect(false, "our own response cannot be read")
            return nil
        }
        return head
    }
}
