import Glibc
import Synchronization
import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// Notes what a stream brings, and does what a test says.
final class StreamLog: StreamReceiver, Sendable {
    struct Entries {
        var opened = 0
        var bytes: [UInt8] = []
        var ends: [StreamEnd] = []
        var written: [Bool] = []
    }

    private let entries = Mutex(Entries())
    private let greeting: [UInt8]

    /// `greeting` is written as soon as the stream is open.
    init(greeting: [UInt8] = []) { self.greeting = greeting }

    var now: Entries { entries.withLock { $0 } }
    var text: String { String(decoding: now.bytes, as: UTF8.self) }

    func write(_ bytes: [UInt8], to stream: ConnectionID, _ loop: EventLoop) {
        let isWritten = bytes.withUnsafeBytes { loop.write($0, to: stream) }
        entries.withLock { $0.written.append(isWritten) }
    }

    func opened(_ stream: ConnectionID, loop: EventLoop) {
        entries.withLock { $0.opened += 1 }
        if !greeting.isEmpty { write(greeting, to: stream, loop) }
    }

    func received(_ bytes: UnsafeRawBufferPointer, on stream: ConnectionID, loop: EventLoop) {
        let copy = [UInt8](bytes)
        entries.withLock { $0.bytes += copy }
    }

    func closed(_ stream: ConnectionID, _ end: StreamEnd, loop: EventLoop) {
        entries.withLock { $0.ends.append(end) }
    }
}

/// A server of a test, by hand: listens, and takes one connection after the other when told to.
final class Landlord {
    let port: UInt16
    private let listener: Int32
    private var guests: [Int32] = []

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try #require(isBound)
    }

    deinit {
        for guest in guests { close(guest) }
        close(listener)
    }

    func accept() throws -> Int32 {
        let guest = Glibc.accept(listener, nil, nil)
        try #require(guest >= 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(guest, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guests.append(guest)
        return guest
    }

    func shut(_ guest: Int32) {
        guests.removeAll { $0 == guest }
        close(guest)
    }

    /// Reads until so many bytes have come, or the end.
    func read(_ count: Int, from guest: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < count {
            let got = recv(guest, &chunk, min(chunk.count, count - bytes.count), 0)
            guard got > 0 else { break }
            bytes += chunk[..<got]
        }
        return bytes
    }
}

extension TestServer {
    /// Client role: begins a stream, and says what it is called.
    func stream(
        _ port: UInt16, _ log: StreamLog, security: (context: TLSContext, peerName: String)? = nil
    ) throws -> ConnectionID {
        let address = try ListenAddress("127.0.0.1:\(port)", isTLS: false)
        let id = try ask { loop in try? loop.connect(StreamRequest(address, security: security), log) }
        return try #require(id)
    }

    /// Client role: begins a stream to the landlord, who takes it, and waits until it is open.
    func stream(to landlord: Landlord, _ log: StreamLog) throws -> (stream: ConnectionID, guest: Int32) {
        let stream = try stream(landlord.port, log)
        let guest = try landlord.accept()
        try eventually("it is open") { log.now.opened == 1 }
        return (stream, guest)
    }
}

@Suite struct `A stream` {
    private static let request = [UInt8]("GET /healthz HTTP/1.1\r\nHost: test\r\n\r\n".utf8)

    @Test func `carries bytes to a real server and back`() throws {
        try withServer { server in
            try withClient { client in
                let log = StreamLog(greeting: Self.request)
                let stream = try client.stream(server.port, log)
                try eventually("the answer") { log.text.hasSuffix("ok\n") }
                #expect(log.text.hasPrefix("HTTP/1.1 200 "))
                #expect(log.now.opened == 1 && log.now.ends.isEmpty)
                _ = try client.ask { $0.end(stream) }
                try eventually("the end") { log.now.ends == [.asked] }
                #expect(try client.connectionCount == 0)
                #expect(
                    client.journal.opened.isEmpty && client.journal.closed.isEmpty, "no affair of the application's")
            }
        }
    }

    @Test func `sends what a turn writes in one piece, in its order`() throws {
        let landlord = try Landlord()
        try withClient { client in
            let log = StreamLog()
            let (stream, guest) = try client.stream(to: landlord, log)
            _ = try client.ask { loop in
                for number in 0..<1000 { log.write([UInt8]("<\(number)>".utf8), to: stream, loop) }
            }
            let expected = (0..<1000).map { "<\($0)>" }.joined()
            #expect(String(decoding: landlord.read(expected.utf8.count, from: guest), as: UTF8.self) == expected)
        }
    }

    @Test func `tells that nobody listens`() throws {
        let port = try Landlord().port  // closed again
        try withClient { client in
            let log = StreamLog()
            _ = try client.stream(port, log)
            try eventually("the end") { log.now.ends == [.refused(ECONNREFUSED)] }
            #expect(log.now.opened == 0)
        }
    }

    @Test func `tells that the peer has ended it, or cut it off`() throws {
        let landlord = try Landlord()
        try withClient { client in
            let ended = StreamLog()
            _ = try client.stream(landlord.port, ended)
            landlord.shut(try landlord.accept())
            try eventually("the end") { ended.now.ends == [.peer] }
            let cut = StreamLog()
            _ = try client.stream(landlord.port, cut)
            let guest = try landlord.accept()
            var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
            setsockopt(guest, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
            landlord.shut(guest)
            try eventually("the end") { cut.now.ends == [.broken(ECONNRESET)] }
        }
    }

    @Test func `takes no more than its bound for a peer that does not read, and all of what it took arrives`() throws {
        let landlord = try Landlord()
        let chunk = [UInt8](repeating: 7, count: 100_000)
        try withClient(Script(), { $0.limits.sendQueueBytes = 1 << 20 }) { client in
            let log = StreamLog()
            let (stream, guest) = try client.stream(to: landlord, log)
            // The kernel takes some megabytes before anything waits here.
            try eventually("it is full") {
                _ = try client.ask { loop in log.write(chunk, to: stream, loop) }
                return log.now.written.last == false
            }
            let waiting = try client.ask { $0.unsentBytes(of: stream) }
            #expect(waiting <= 1 << 20 && waiting > (1 << 20) - chunk.count)
            let count = log.now.written.filter(\.self).count * chunk.count
            #expect(landlord.read(count, from: guest).count == count)
            #expect(log.now.ends.isEmpty, "it goes on")
            _ = try client.ask { loop in log.write([1], to: stream, loop) }
            #expect(landlord.read(1, from: guest) == [1])
        }
    }

    @Test func `is given up when the peer takes nothing for too long`() throws {
        let landlord = try Landlord()
        let chunk = [UInt8](repeating: 7, count: 100_000)
        try withClient(Script(), { $0.limits.writeTimeout = .milliseconds(300) }) { client in
            let log = StreamLog()
            let (stream, _) = try client.stream(to: landlord, log)
            try eventually("the end") {
                _ = try client.ask { loop in log.write(chunk, to: stream, loop) }
                return log.now.ends == [.timedOut]
            }
        }
    }

    @Test func `sends what waits before it ends, even while the peer sends on`() throws {
        let landlord = try Landlord()
        try withClient { client in
            let log = StreamLog()
            let (stream, guest) = try client.stream(to: landlord, log)
            let bytes = [UInt8](repeating: 9, count: 900_000)
            _ = try client.ask { loop in
                log.write(bytes, to: stream, loop)
                loop.end(stream)
            }
            _ = Glibc.send(guest, "unread", 6, Int32(MSG_NOSIGNAL))
            #expect(landlord.read(bytes.count + 1, from: guest) == bytes)
            landlord.shut(guest)
            try eventually("the end") { log.now.ends == [.asked] }
            #expect(log.now.bytes.isEmpty)
        }
    }

    @Test func `takes and brings nothing any more once it is aborted`() throws {
        let landlord = try Landlord()
        try withClient { client in
            let log = StreamLog()
            let (stream, guest) = try client.stream(to: landlord, log)
            _ = try client.ask { loop in
                loop.abort(stream)
                log.write([1, 2, 3], to: stream, loop)
            }
            try eventually("the end") { log.now.ends == [.asked] }
            #expect(log.now.written == [false])
            #expect(landlord.read(1, from: guest) == [])
        }
    }

    @Test func `ends with its loop, which waits for what is still to be sent`() throws {
        let landlord = try Landlord()
        let client = try TestServer(Script()) { $0.listens = false }
        let log = StreamLog()
        let (stream, guest) = try client.stream(to: landlord, log)
        _ = try client.ask { loop in log.write([1, 2, 3], to: stream, loop) }
        client.group.stop(limit: .seconds(5))
        #expect(landlord.read(4, from: guest) == [1, 2, 3])
        landlord.shut(guest)
        client.group.join()
        #expect(log.now.ends == [.asked])
    }
}

@Suite struct `A stream over TLS` {
    /// A server whose certificate says `names`, and a client that trusts its authority.
    private static func withPair(
        _ names: String, _ body: (TestServer, TestServer, TLSContext) throws -> Void
    ) throws {
        let authority = try TestAuthority(TemporaryFolder())
        let files = try authority.certify("server", names)
        let certificate = Certificate(authority.folder, files.certificateFile, files.keyFile)
        let trusting = try TLSContext(trusting: authority.certificateFile)
        try withServer(Script(), { $0.certificate = certificate }) { server in
            try withClient { client in try body(server, client, trusting) }
        }
    }

    @Test(arguments: ["localhost", "127.0.0.1"])
    func `carries bytes to a server that it trusts, by name or by address`(name: String) throws {
        try Self.withPair("DNS:localhost,IP:127.0.0.1") { server, client, trusting in
            let body = [UInt8](repeating: 0x61, count: 300_000)
            let head = "POST / HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.count)\r\n\r\n"
            let log = StreamLog(greeting: [UInt8](head.utf8) + body)
            _ = try client.stream(server.tlsPort, log, security: (trusting, name))
            try eventually("an answer, or the end") { !log.now.bytes.isEmpty || !log.now.ends.isEmpty }
            #expect(log.text.hasPrefix("HTTP/1.1 "))
        }
    }

    @Test(arguments: [
        ("example.org", "DNS:localhost", "hostname mismatch"),
        ("localhost", "DNS:*.org", "hostname mismatch"),
        ("127.0.0.1", "DNS:localhost,IP:127.0.0.2", "IP address mismatch"),
    ])
    func `refuses a certificate of another name`(wanted: String, names: String, reason: String) throws {
        try Self.withPair(names) { server, client, trusting in
            let log = StreamLog()
            _ = try client.stream(server.tlsPort, log, security: (trusting, wanted))
            try eventually("the end") { !log.now.ends.isEmpty }
            #expect(log.now.ends.map(\.description) == ["TLS: the server's certificate: \(reason)"])
            #expect(log.now.opened == 0)
        }
    }

    @Test func `refuses a certificate of an authority that it does not trust`() throws {
        try Self.withPair("DNS:localhost") { server, client, _ in
            let other = try Certificate("other")
            for trusting in [try TLSContext(trusting: nil), try TLSContext(trusting: other.certificateFile)] {
                let log = StreamLog()
                _ = try client.stream(server.tlsPort, log, security: (trusting, "localhost"))
                try eventually("the end") { !log.now.ends.isEmpty }
                #expect(log.now.ends.first?.description.hasPrefix("TLS: the server's certificate: ") == true)
                #expect(log.now.opened == 0)
            }
        }
    }

    @Test func `is not opened by a server that speaks no TLS, or says nothing`() throws {
        let landlord = try Landlord()
        let trusting = try TLSContext(trusting: nil)
        try withClient(Script(), { $0.limits.handshakeTimeout = .milliseconds(300) }) { client in
            let talker = StreamLog()
            _ = try client.stream(landlord.port, talker, security: (trusting, "localhost"))
            _ = Glibc.send(try landlord.accept(), "-ERR what is that?\r\n", 20, Int32(MSG_NOSIGNAL))
            try eventually("the end") { !talker.now.ends.isEmpty }
            #expect(talker.now.ends.first?.description.hasPrefix("TLS: ") == true)
            let silent = StreamLog()
            _ = try client.stream(landlord.port, silent, security: (trusting, "localhost"))
            _ = try landlord.accept()
            try eventually("the end") { silent.now.ends == [.timedOut] }
            #expect(talker.now.opened == 0 && silent.now.opened == 0)
        }
    }

    @Test func `needs a file of certificates that is one`() throws {
        let folder = try TemporaryFolder()
        let noise = try folder.write("no certificate\n", to: "noise.pem")
        for file in [noise, folder.file("missing.pem")] {
            #expect(throws: ReactorError.self) { try TLSContext(trusting: file) }
        }
    }
}

@Suite struct `A host's addresses` {
    private static func resolve(_ host: String) throws -> Result<[ListenAddress], ReactorError> {
        let found = Box<Result<[ListenAddress], ReactorError>>()
        try withClient { client in
            try #require(
                client.loop.run { loop in
                    loop.resolve(host, port: 6379) { result, _ in found.set(result) }
                })
            try eventually("an answer") { found.value != nil }
        }
        return try #require(found.value)
    }

    @Test(arguments: ["127.0.0.1", "::1"])
    func `are the host itself where it is numeric`(host: String) throws {
        #expect(try Self.resolve(host).get().map(\.host) == [host])
    }

    @Test func `are looked up for a name`() throws {
        let found = try Self.resolve("localhost").get()
        #expect(!found.isEmpty && found.allSatisfy { $0.isLoopback && $0.port == 6379 })
    }

    @Test func `are none for a name that nobody has`() throws {
        let failure = #expect(throws: ReactorError.self) { try Self.resolve("nobody.invalid").get() }
        #expect(failure?.message.contains("nobody.invalid") == true)
    }
}
