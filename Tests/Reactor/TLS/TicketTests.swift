import COpenSSL
import Synchronization
import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// A client and a server with no line between them.
private struct Conversation {
    let client: TLSSession
    let server: TLSSession
    private let (clientPipe, serverPipe): (TLSPipe, TLSPipe)

    init(_ client: TLSContext, _ server: TLSContext, name: String = "127.0.0.1") throws {
        (clientPipe, serverPipe) = (try TLSPipe(), try TLSPipe())
        self.client = try #require(TLSSession(client, pipe: clientPipe, role: .client))
        self.server = try #require(TLSSession(server, pipe: serverPipe, role: .server))
        try #require(self.client.expect(peerName: name))
    }

    private static func carry(_ from: TLSPipe, _ to: TLSPipe, _ take: () throws -> Void) rethrows {
        let bytes = Array(from.output.bytes)
        from.output.removeAll()
        try bytes.withUnsafeBytes {
            to.feed($0)
            try take()
            to.forget()
        }
    }

    /// Until both are done and the client has its ticket; whether the server knew the client.
    func shakeHands() throws -> Bool {
        var heard = ByteBuffer(capacity: 64 << 10)
        for _ in 0..<4 {
            var isDone = false
            switch client.shakeHands() {
            case .done: isDone = true
            case .needsMore: break
            case .failed(let reason): Issue.record("\(reason)")
            }
            try Self.carry(clientPipe, serverPipe) { try #require(server.read(into: &heard) == .drained) }
            try Self.carry(serverPipe, clientPipe) {
                if isDone { try #require(client.read(into: &heard) == .drained) } else { _ = client.shakeHands() }
            }
        }
        #expect(client.isResumed == server.isResumed)
        return server.isResumed
    }
}

@Suite struct `A TLS client that comes back` {
    private let certificate: Certificate
    private let secret = TicketSecret()

    init() throws {
        let authority = try TestAuthority(TemporaryFolder())
        let files = try authority.certify("server", "IP:127.0.0.1,IP:127.0.0.2")
        certificate = Certificate(authority.folder, files.certificateFile, files.keyFile)
        trusted = authority.certificateFile
    }

    private let trusted: String

    private func server(_ secret: TicketSecret, at seconds: Int64 = 1_800_000_000) throws -> TLSContext {
        try TLSContext(
            certificateFile: certificate.certificateFile, keyFile: certificate.keyFile,
            tickets: TicketKeys(secret) { seconds })
    }

    private func client() throws -> TLSContext { try TLSContext(trusting: trusted, resuming: true) }

    @Test func `is known by its ticket, each time anew`() throws {
        let (server, client) = (try server(secret), try client())
        #expect(try Conversation(client, server).shakeHands() == false)
        for _ in 0..<3 { #expect(try Conversation(client, server).shakeHands()) }
    }

    @Test func `is known at another node with the same secret, and at none with another`() throws {
        let client = try client()
        _ = try Conversation(client, server(secret)).shakeHands()
        #expect(try Conversation(client, server(secret)).shakeHands())
        #expect(try Conversation(client, server(TicketSecret())).shakeHands() == false)
    }

    @Test(arguments: [(-1, true), (0, true), (1, true), (2, false), (-2, false)])
    func `is known by the keys of the period beside`(_ periods: Int64, _ isKnown: Bool) throws {
        let (now, client): (Int64, TLSContext) = (1_800_000_000, try client())
        _ = try Conversation(client, server(secret, at: now)).shakeHands()
        #expect(
            try Conversation(client, server(secret, at: now + periods * TicketKeys.period)).shakeHands() == isKnown)
    }

    @Test func `shows nobody a ticket that it had under another name`() throws {
        let (server, client) = (try server(secret), try client())
        _ = try Conversation(client, server, name: "127.0.0.1").shakeHands()
        #expect(try Conversation(client, server, name: "127.0.0.2").shakeHands() == false)
        #expect(try Conversation(client, server, name: "127.0.0.1").shakeHands())
    }

    @Test func `gets none over TLS 1.2, whose tickets would open what was recorded`() throws {
        let (server, client) = (try server(secret), try client())
        try #require(copenssl_set_max_version(client.pointer, TLS1_2_VERSION) == 1)
        for _ in 0..<2 { #expect(try Conversation(client, server).shakeHands() == false) }
    }

    @Test func `gets none where the server has no keys for them, or does not want any itself`() throws {
        let (without, client) = (try certificate.context(), try client())
        for _ in 0..<2 { #expect(try Conversation(client, without).shakeHands() == false) }
        let forgetful = try TLSContext(trusting: trusted)
        for _ in 0..<2 { #expect(try Conversation(forgetful, server(secret)).shakeHands() == false) }
    }

    @Test(arguments: [0, 31, 33]) func `a secret has 32 bytes`(_ count: Int) {
        #expect(TicketSecret([UInt8](repeating: 1, count: count)) == nil)
        #expect(TicketSecret([UInt8](repeating: 1, count: 32)) != nil)
    }
}
