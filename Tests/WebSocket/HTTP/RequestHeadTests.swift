import Testing

@testable import WebSocket

@Suite("What a request's head tells")
struct RequestHeadTests {
    private func get(_ target: String, _ fields: String = "", version: String = "1.1") throws -> RequestHead {
        try #require(requestHead("GET \(target) HTTP/\(version)\r\nHost: a.example\r\n\(fields)\r\n"))
    }

    @Test(
        "the path, decoded and resolved",
        arguments: [
            ("/", "/"), ("/a/b", "/a/b"), ("/a//b", "/a//b"), ("/a%20b", "/a b"), ("/%C3%A4", "/ä"),
            ("/a/./b", "/a/b"), ("/a/../b", "/b"), ("/a/b/..", "/a/"), ("/a/.", "/a/"), ("/a/b/../../c", "/c"),
            ("/.well-known", "/.well-known"), ("/a/..b", "/a/..b"), ("/a%2e", "/a."), ("/a/%2e%2e/b", "/b"),
            ("/a?b=/../..", "/a"), ("http://h/x/../y?z", "/y"), ("http://h", "/"), ("http://h?q", "/"),
            ("/a+b", "/a+b"),
        ])
    func path(target: String, expected: String) throws {
        #expect(try get(target).path == expected)
    }

    @Test("whether the path is a certain one, without a copy")
    func hasPath() throws {
        #expect(try get("/healthz?x").hasPath("/healthz"))
        #expect(try !get("/healthz/").hasPath("/healthz"))
        #expect(try !get("/health").hasPath("/healthz"))
    }

    @Test("the path of OPTIONS *")
    func asterisk() throws {
        let options = try #require(requestHead("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(options.path == "*")
        #expect(options.target == "*")
        #expect(options.method == .options)
    }

    @Test(
        "the query's items",
        arguments: [
            ("/", []), ("/?", []), ("/?&&", []),
            ("/?a=b&c=d", [QueryItem(name: "a", value: "b"), QueryItem(name: "c", value: "d")]),
            ("/?a=b=c", [QueryItem(name: "a", value: "b=c")]),
            ("/?a", [QueryItem(name: "a", value: "")]),
            ("/?=a", [QueryItem(name: "", value: "a")]),
            ("/?q=a+b%2B%26%C3%A4", [QueryItem(name: "q", value: "a b+&ä")]),
            ("http://h?x=1", [QueryItem(name: "x", value: "1")]),
        ])
    func query(target: String, expected: [QueryItem]) throws {
        #expect(try get(target).queryItems() == expected)
    }

    @Test("a malformed query is refused when it is asked for", arguments: ["/?a=%", "/?a=%4", "/?%ff=a", "/?a=%00"])
    func malformedQuery(target: String) throws {
        let head = try get(target)
        #expect(throws: HTTPRefusal.self) { try head.queryItems() }
    }

    @Test("the method, also one that we do not know")
    func method() throws {
        for method in HTTPMethod.allCases where method != .other && method != .connect {
            #expect(requestHead("\(method.rawValue) / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == method)
        }
        let brew = try #require(requestHead("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(brew.method == .other)
        #expect(brew.methodName == "BREW")
        #expect(requestHead("get / HTTP/1.1\r\nHost: a\r\n\r\n")?.method == .other)
    }

    @Test("the host, which an absolute target names in place of the field")
    func authority() throws {
        #expect(try get("/").authority == "a.example")
        #expect(try get("http://b.example:81/").authority == "b.example:81")
        #expect(try #require(requestHead("GET / HTTP/1.0\r\n\r\n")).authority == nil)
    }

    @Test("fields, by their names in any case")
    func fields() throws {
        let fields = try get("/", "X-A: 1\r\nx-a:  2 3\t\r\nEmpty:\r\n").fields
        #expect(fields.first("x-A") == "1")
        #expect(fields.values(of: "X-a") == ["1", "2 3"])
        #expect(fields.first("Empty")?.isEmpty == true)
        #expect(fields.first("X-B") == nil)
        #expect(fields.count(of: "x-a") == 2)
        #expect(fields.count == 4)
        #expect(!fields.contains("x"))
    }

    @Test(
        "members of lists, over several fields",
        arguments: [
            ("Connection: Upgrade", true), ("Connection: keep-alive, UPGRADE", true),
            ("Connection: x,,\t upgrade ,", true),
            ("Connection: x\r\nConnection: upgrade", true), ("Connection: upgraded", false), ("Connection:", false),
            ("Connection: up grade", false), ("Connection: \"upgrade\"", false), ("X: upgrade", false),
        ])
    func tokens(field: String, expected: Bool) throws {
        #expect(try get("/", field + "\r\n").fields.containsToken("upgrade", in: "connection") == expected)
    }

    @Test(
        "whether the connection goes on (RFC 9112 §9.3)",
        arguments: [
            ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, Close\r\n", false),
            ("1.0", "", false), ("1.0", "Connection: Keep-Alive\r\n", true),
            ("1.0", "Connection: keep-alive, close\r\n", false),
        ])
    func keepsAlive(version: String, fields: String, expected: Bool) throws {
        #expect(try get("/", fields, version: version).keepsAlive == expected)
    }

    @Test(
        "whether the client waits for 100 (RFC 9110 §10.1.1)",
        arguments: [
            ("1.1", "Content-Length: 1\r\nExpect: 100-continue\r\n", true), ("1.1", "Expect: 100-continue\r\n", false),
            ("1.0", "Content-Length: 1\r\nExpect: 100-continue\r\n", false), ("1.1", "Content-Length: 1\r\n", false),
        ])
    func expectsContinue(version: String, fields: String, expected: Bool) throws {
        #expect(try get("/", fields, version: version).expectsContinue == expected)
    }

    @Test(
        "how its body is framed",
        arguments: [
            ("", BodyFraming.none), ("Content-Length: 0\r\n", .none), ("Content-Length: 05\r\n", .length(5)),
            ("Content-Length: 9223372036854775806\r\n", .length(Int.max - 1)),
            ("Transfer-Encoding: chunked\r\n", .chunked),
        ])
    func framing(fields: String, expected: BodyFraming) throws {
        #expect(try get("/", fields).framing == expected)
    }
}
