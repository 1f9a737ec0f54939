import TestSupport
import Testing
import WebSocket

@testable import Reactor

@Suite struct `A WebSocket of our own making, over TLS` {
    /// A server whose certificate says `names`, and whom to trust for it.
    private static func withServer(
        _ names: String, _ body: (TestServer, TLSContext) throws -> Void
    ) throws {
        let authority = try TestAuthority(TemporaryFolder())
        let files = try authority.certify("server", names)
        let certificate = Certificate(authority.folder, files.certificateFile, files.keyFile)
        let trusting = try TLSContext(trusting: authority.certificateFile)
        try ReactorTests.withServer(Script(), { $0.certificate = certificate }) { try body($0, trusting) }
    }

    private static func request(_ server: TestServer, _ peer: TLSPeer) -> ClientRequest {
        var request = ClientRequest(address: server.group.addresses[1], target: "/")
        request.security = peer
        return request
    }

    @Test func `says and hears what it would without, many at once`() throws {
        let texts = ["short", String(repeating: "a longer text ", count: 20_000), "", "end"]
        var asking = Script()
        asking.opened = { connection, loop in for text in texts { loop.send(text, to: connection) } }
        asking.received = { _, bytes, connection, loop in
            if bytes.elementsEqual("end".utf8) { loop.close(connection, .normal, "done") }
        }
        try Self.withServer("IP:127.0.0.1") { server, trusting in
            try withClient(asking) { client in
                for _ in 0..<20 {
                    try #require(
                        client.loop.run { loop in
                            _ = loop.connect(Self.request(server, (trusting, "127.0.0.1")))
                        })
                }
                try eventually("all have said good-bye", within: .seconds(20)) { client.journal.closed.count == 20 }
                #expect(Set(client.journal.closed) == [.normal])
                let heard = client.journal.messages.map { String(decoding: $0, as: UTF8.self) }
                for text in texts { #expect(heard.count { $0 == text } == 20) }
                try eventually("the server knows, too") { server.journal.closed.count == 20 }
            }
        }
    }

    @Test func `does not open where the certificate is another's, or nobody's that it trusts`() throws {
        let stranger = try Certificate("other", in: TemporaryFolder())
        let other = try TLSContext(trusting: stranger.certificateFile)
        try Self.withServer("IP:127.0.0.1") { server, trusting in
            for peer: TLSPeer in [(trusting, "127.0.0.2"), (trusting, "example.org"), (other, "127.0.0.1")] {
                try withClient { client in
                    try #require(client.loop.run { loop in _ = loop.connect(Self.request(server, peer)) })
                    try eventually("the application knows") { client.journal.closed == [.abnormal] }
                    #expect(client.journal.opened == [])
                }
            }
            #expect(server.journal.opened == [])
        }
    }

    @Test func `does not open where nobody speaks TLS`() throws {
        let trusting = try TLSContext(trusting: nil)
        try ReactorTests.withServer { server in
            try withClient { client in
                var request = ClientRequest(address: server.group.addresses[0], target: "/")
                request.security = (trusting, "127.0.0.1")
                let wanted = request
                try #require(client.loop.run { loop in _ = loop.connect(wanted) })
                try eventually("the application knows") { client.journal.closed == [.abnormal] }
                #expect(client.journal.opened == [])
            }
        }
    }
}
