import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import HTTPClient

/// A server that behaves as its paths say (Tests/support/awkward_http.py), and what it has seen.
struct AwkwardServer {
    struct Seen: Decodable {
        let method: String
        let path: String
        let fields: [String: String]
        let length: Int
        let body: String
    }

    let server: PythonServer
    let isTLS: Bool

    init(_ certificate: (certificateFile: String, keyFile: String)? = nil) throws {
        let options = certificate.map { ["--tls-cert", $0.certificateFile, "--tls-key", $0.keyFile] } ?? []
        server = try PythonServer("awkward_http.py", options)
        isTLS = certificate != nil
    }

    func address(_ path: String, host: String = "127.0.0.1") throws -> HTTPAddress {
        try HTTPAddress("\(isTLS ? "https" : "http")://\(host):\(server.port)\(path)")
    }

    /// The requests whose paths begin so.
    func seen(_ path: String) throws -> [Seen] {
        let answer = try HTTPClient().send(HTTPRequest(.get, address("/recorded" + path)))
        return try JSONDecoder().decode([Seen].self, from: Data(answer.body))
    }
}

private let shared = Result { try AwkwardServer() }

@Suite struct HTTPClientTests {
    private let client = HTTPClient()
    private let server: AwkwardServer
    /// For whom the whole waits; a busy machine answers within it.
    private let patient = Timeouts(connect: .seconds(10), whole: .seconds(20))
    private let hasty = Timeouts(connect: .seconds(10), whole: .milliseconds(700))

    init() throws { server = try shared.get() }

    private func failure(_ call: () throws(HTTPFailure) -> HTTPResponse) -> HTTPFailure? {
        do {
            _ = try call()
            return nil
        } catch {
            return error
        }
    }

    // MARK: - What goes out and what comes in

    @Test(arguments: ["", "x", "{\"a\": \"ü\"}"])
    func `a body is sent and the answer is read`(text: String) throws {
        let response = try client.send(
            HTTPRequest(.post, server.address("/echo"), body: Array(text.utf8), timeouts: patient))
        #expect(response.status == 200 && response.isSuccess && response["x-method"] == "POST")
        #expect(response.body == Array(text.utf8) && response["X-Nothing"] == nil)
    }

    @Test(arguments: [HTTPMethod.get, .head, .post, .put, .delete])
    func `each method arrives as itself`(method: HTTPMethod) throws {
        let path = "/echo/method-\(method.rawValue)"
        let response = try client.send(HTTPRequest(method, server.address(path), timeouts: patient))
        #expect(response["X-Method"] == method.rawValue && response.body.isEmpty)
        let seen = try #require(server.seen(path).first)
        #expect(seen.method == method.rawValue && seen.length == 0)
        #expect(seen.fields["Content-Type"] == nil && seen.fields["Expect"] == nil)
    }

    @Test func `fields arrive as they are, and nothing of the one before stays`() throws {
        let fields = [HTTPField("X-One", "1: 2; ä"), HTTPField("X-Empty", ""), HTTPField("User-Agent", "x")]
        _ = try client.send(HTTPRequest(.get, server.address("/echo/fields"), fields: fields, timeouts: patient))
        _ = try client.send(HTTPRequest(.get, server.address("/echo/fields"), timeouts: patient))
        let seen = try server.seen("/echo/fields")
        try #require(seen.count == 2)
        #expect(seen[0].fields["X-Empty"] == "" && seen[0].fields["User-Agent"] == "x")
        #expect(
            seen[0].fields["X-One"].map { Array($0.unicodeScalars.map(\.value)) }?.starts(with: [0x31, 0x3A]) == true)
        #expect(seen[1].fields["X-One"] == nil && seen[1].fields["User-Agent"] == "Foyer")
    }

    @Test(arguments: [
        HTTPField("X", "a\r\nY: b"), HTTPField("X", "a\nb"), HTTPField("X", "a\0b"), HTTPField("X: y", "a"),
        HTTPField("", "a"), HTTPField("X\r\n", "a"), HTTPField("Ü", "a"), HTTPField("X", "\u{7F}"),
    ])
    func `a field that would leave its line is not sent`(field: HTTPField) throws {
        let path = "/echo/unsound"
        let request = HTTPRequest(.get, try server.address(path), fields: [field], timeouts: patient)
        #expect(failure { () throws(HTTPFailure) in try client.send(request) }?.code == .badRequest)
        #expect(try server.seen(path).isEmpty)
    }

    @Test func `basic credentials are sent, and shown nowhere`() throws {
        var request = HTTPRequest(.get, try server.address("/echo/basic"), timeouts: patient)
        request.credentials = .basic(user: "AC1", password: "geheim:1")
        _ = try client.send(request)
        #expect(try server.seen("/echo/basic").first?.fields["Authorization"] == "Basic QUMxOmdlaGVpbTox")
        var dumped = ""
        dump(request, to: &dumped)
        #expect(!dumped.contains("geheim") && !"\(request)".contains("geheim") && dumped.contains("AC1"))
    }

    // MARK: - Files

    @Test func `a long body is read piece by piece`() throws {
        let length = 3_000_001
        var given = 0
        let request = HTTPRequest(.put, try server.address("/echo/streamed"), timeouts: .file)
        var bounded = request
        bounded.maxAnswerBytes = length
        let response = try client.send(bounded, length: Int64(length)) { room in
            for index in room.indices { room[index] = UInt8(truncatingIfNeeded: given + index) }
            given += room.count
            return room.count
        }
        #expect(response.body.count == length && given == length)
        #expect(response.body[2_999_999] == UInt8(truncatingIfNeeded: 2_999_999))
        let seen = try #require(server.seen("/echo/streamed").first)
        #expect(seen.method == "PUT" && seen.length == length && seen.fields["Content-Length"] == "\(length)")
    }

    @Test func `an empty body can be streamed, and any method may carry one`() throws {
        let request = HTTPRequest(.post, try server.address("/echo/empty"), timeouts: patient)
        #expect(try client.send(request, length: 0) { _ in 0 }.isSuccess)
        #expect(try server.seen("/echo/empty").map(\.method) == ["POST"])
    }

    @Test func `a long answer goes into a sink, and is not kept`() throws {
        var count = 0
        let request = HTTPRequest(.get, try server.address("/bytes/5000000"), timeouts: .file)
        let response = try client.send(request) { count += $0.count }
        #expect(response.isSuccess && response.body.isEmpty && count == 5_000_000)
    }

    @Test func `what is no success is kept, and does not go into the sink`() throws {
        let request = HTTPRequest(.get, try server.address("/status/404"), timeouts: patient)
        let response = try client.send(request) { _ in Issue.record("a piece") }
        #expect(response.status == 404 && response.body == Array("so it is".utf8))
    }

    @Test func `a source that fails or ends too early stops the request`() throws {
        struct Mine: Error {}
        let request = HTTPRequest(.put, try server.address("/echo/stopped"), timeouts: patient)
        let thrown = failure { () throws(HTTPFailure) in try client.send(request, length: 10) { _ in throw Mine() } }
        #expect(thrown?.code == .stopped && thrown?.cause is Mine)
        let short = failure { () throws(HTTPFailure) in try client.send(request, length: 10) { _ in 0 } }
        #expect(short?.code == .stopped && short?.cause == nil)
        let negative = failure { () throws(HTTPFailure) in try client.send(request, length: -1) { _ in 0 } }
        #expect(negative?.code == .badRequest)
        let lying = failure { () throws(HTTPFailure) in try client.send(request, length: 10) { $0.count + 1 } }
        #expect(lying?.code == .stopped)
    }

    @Test func `a sink that fails stops the answer`() throws {
        struct Full: Error {}
        let request = HTTPRequest(.get, try server.address("/bytes/5000000"), timeouts: patient)
        let thrown = failure { () throws(HTTPFailure) in try client.send(request) { _ in throw Full() } }
        #expect(thrown?.code == .stopped && thrown?.cause is Full && thrown?.status == 200)
    }

    // MARK: - Bounds

    @Test func `an answer of more than the bound is an error`() throws {
        var request = HTTPRequest(.get, try server.address("/bytes/1000"), timeouts: patient)
        request.maxAnswerBytes = 1000
        #expect(try client.send(request).body.count == 1000)
        request.maxAnswerBytes = 999
        let failed = failure { () throws(HTTPFailure) in try client.send(request) }
        #expect(failed?.code == .answerTooLong && failed?.status == 200)
        // Also the body that comes with a refusal, where there is a sink.
        var refused = HTTPRequest(.get, try server.address("/bytes/5000/500"), timeouts: patient)
        refused.maxAnswerBytes = 999
        #expect(failure { () throws(HTTPFailure) in try client.send(refused) { _ in } }?.code == .answerTooLong)
    }

    @Test func `a head of more than 64 KiB is an error`() throws {
        #expect(try client.send(HTTPRequest(.get, server.address("/head/60"), timeouts: patient)).fields.count >= 60)
        let request = HTTPRequest(.get, try server.address("/head/70"), timeouts: patient)
        #expect(failure { () throws(HTTPFailure) in try client.send(request) }?.code == .answerTooLong)
    }

    @Test func `nobody is sent elsewhere`() throws {
        let response = try client.send(HTTPRequest(.get, server.address("/redirect"), timeouts: patient))
        #expect(response.status == 302 && response["Location"] == "/echo/elsewhere")
        #expect(try server.seen("/echo/elsewhere").isEmpty)
    }

    @Test func `cookies are not kept`() throws {
        for _ in 0..<2 { _ = try client.send(HTTPRequest(.get, server.address("/echo/cookies"), timeouts: patient)) }
        #expect(try server.seen("/echo/cookies").allSatisfy { $0.fields["Cookie"] == nil })
    }

    // MARK: - How it fails

    /// What may have been done, and what cannot.
    @Test(arguments: [
        ("/hang", HTTPFailure.Code.uncertain, nil), ("/hang-up", .uncertain, nil), ("/slow", .uncertain, 200),
        ("/cut/201", .uncertain, 201),
    ])
    func `whoever got the request may have done it`(path: String, code: HTTPFailure.Code, status: Int?) throws {
        let request = HTTPRequest(.post, try server.address(path), body: [1], timeouts: hasty)
        let failed = failure { () throws(HTTPFailure) in try client.send(request) }
        #expect(failed?.code == code && failed?.status == status && failed?.description.isEmpty == false)
    }

    @Test func `nobody who listens was never reached`() throws {
        let gone = try AwkwardServer().address("/echo")
        let failed = failure { () throws(HTTPFailure) in try client.send(HTTPRequest(.post, gone, timeouts: patient)) }
        #expect(failed?.code == .notReached && failed?.status == nil)
        let nowhere = try HTTPAddress("http://nowhere.invalid/")
        let unknown = failure { () throws(HTTPFailure) in
            try client.send(HTTPRequest(.post, nowhere, timeouts: patient))
        }
        #expect(unknown?.code == .notReached)
    }

    @Test func `who got half of a body has done nothing`() throws {
        let request = HTTPRequest(.put, try server.address("/cut-upload"), timeouts: patient)
        let length = 50_000_000
        let failed = failure { () throws(HTTPFailure) in
            try client.send(request, length: Int64(length)) { $0.count }
        }
        #expect(failed?.code == .notReached)
    }

    @Test func `a transfer that stands still is given up`() throws {
        let slowest = Timeouts.Slowest(bytesPerSecond: 1000, during: .seconds(1))
        let request = HTTPRequest(
            .get, try server.address("/slow"), timeouts: Timeouts(whole: nil, slowest: slowest))
        let failed = failure { () throws(HTTPFailure) in try client.send(request) }
        #expect(failed?.code == .uncertain && failed?.status == 200)
    }

    /// libcurl would send it again over another connection, and it would be done twice.
    @Test func `what must not be sent twice is not, when a kept connection dies`() throws {
        for _ in 0..<3 {
            _ = try client.send(HTTPRequest(.get, server.address("/tired/once"), timeouts: patient))
            _ = try client.send(HTTPRequest(.post, server.address("/tired/once"), body: [1], timeouts: patient))
        }
        #expect(try server.seen("/tired/once").count { $0.method == "POST" } == 3)
    }

    @Test func `connections are kept for what may be asked twice`() throws {
        _ = try client.send(HTTPRequest(.get, server.address("/tired/again"), timeouts: patient))
        // Its connection's second: taken, hung up on, and asked again by libcurl.
        #expect(try client.send(HTTPRequest(.get, server.address("/tired/again"), timeouts: patient)).isSuccess)
        #expect(try server.seen("/tired/again").count == 3)
    }

    @Test func `many threads use one client`() throws {
        let address = try server.address("/echo/many")
        let wrong = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 40) { number in
            let body = Array("\(number)".utf8)
            let request = HTTPRequest(.post, address, body: body, timeouts: patient)
            if (try? client.send(request))?.body != body { wrong.add(1, ordering: .relaxed) }
        }
        #expect(wrong.load(ordering: .relaxed) == 0)
    }

    // MARK: - Whom it goes to

    @Test func `a pinned address is where it goes, whatever the name says`() throws {
        var request = HTTPRequest(
            .get, try server.address("/echo/pinned", host: "nowhere.invalid"), timeouts: patient)
        request.pinnedAddress = "127.0.0.1"
        #expect(try client.send(request).isSuccess)
        #expect(try server.seen("/echo/pinned").first?.fields["Host"] == "nowhere.invalid:\(server.server.port)")
        // It was for that request alone.
        request.pinnedAddress = nil
        #expect(failure { () throws(HTTPFailure) in try client.send(request) }?.code == .notReached)
        var other = HTTPRequest(.get, try server.address("/echo/pinned"), timeouts: patient)
        other.pinnedAddress = "::1"
        #expect(failure { () throws(HTTPFailure) in try client.send(other) }?.code == .notReached)
    }

    @Test func `a certificate must be trusted and bear the name`() throws {
        let authority = try TestAuthority(TemporaryFolder())
        let good = try AwkwardServer(authority.certify("good", "DNS:good.example,IP:127.0.0.1"))
        let trusting = HTTPClient(authorities: authority.certificateFile)
        let request = HTTPRequest(.post, try good.address("/echo"), body: [7], timeouts: patient)
        #expect(try trusting.send(request).body == [7])
        // The pinned connection still asks for the name's certificate.
        var pinned = HTTPRequest(.get, try good.address("/echo", host: "good.example"), timeouts: patient)
        pinned.pinnedAddress = "127.0.0.1"
        #expect(try trusting.send(pinned).isSuccess)
        pinned.address = try good.address("/echo", host: "other.example")
        #expect(failure { () throws(HTTPFailure) in try trusting.send(pinned) }?.code == .notReached)
        let stranger = failure { () throws(HTTPFailure) in try client.send(request) }
        #expect(stranger?.code == .notReached && stranger?.description.contains("certificate") == true)
        let missing = HTTPClient(authorities: authority.folder.file("missing.pem"))
        #expect(failure { () throws(HTTPFailure) in try missing.send(request) }?.code == .notReached)
    }

    // MARK: - AWS

    private func signed(
        _ method: HTTPMethod, _ path: String, secret: String = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    )
        throws -> HTTPRequest
    {
        HTTPRequest(
            method, try server.address(path),
            credentials: .aws(accessKey: "AKIDEXAMPLE", secretKey: secret, region: "eu-central-1", service: "s3"),
            timeouts: patient)
    }

    @Test(arguments: [HTTPMethod.get, .head, .put, .post, .delete])
    func `a signature is the one that AWS computes`(method: HTTPMethod) throws {
        var request = try signed(method, "/signed/a%20b/c?list-type=2&prefix=x%2Fy")
        #expect(try client.send(request).status == 200)
        if [.put, .post].contains(method) {
            request.body = Array("body".utf8)
            #expect(try client.send(request).status == 200)
            request.fields = [HTTPField("Content-Type", "text/plain"), HTTPField("x-amz-meta-a", "b")]
            #expect(try client.send(request).status == 200)
        }
    }

    @Test func `a streamed body is signed without its hash, or with one that is given`() throws {
        var request = try signed(.put, "/signed/streamed")
        let length: Int64 = 2_000_000
        func zeros(_ room: UnsafeMutableRawBufferPointer) -> Int {
            for index in room.indices { room[index] = 0 }
            return room.count
        }
        var response = try client.send(request, length: length, from: zeros)
        #expect(response.status == 200, "\(String(decoding: response.body, as: UTF8.self))")
        #expect(try server.seen("/signed/streamed").last?.fields["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD")
        request.fields = [HTTPField("x-amz-content-sha256", String(repeating: "0", count: 64))]
        response = try client.send(request, length: length, from: zeros)
        #expect(response.status == 403 && response.body == Array("another body".utf8))
    }

    @Test func `another key signs otherwise`() throws {
        #expect(try client.send(signed(.get, "/signed/x", secret: "another")).status == 403)
        #expect(!"\(try signed(.get, "/x", secret: "geheim"))".contains("geheim"))
    }
}
