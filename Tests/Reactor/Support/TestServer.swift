import Synchronization
import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// Loops of a test, on 127.0.0.1 and ports that the kernel picks.
struct TestServer: Sendable {
    let group: LoopGroup
    let journal: Journal

    struct Options {
        var loops = 1
        var limits = LoopLimits()
        var deflate = DeflatePolicy()
        /// With one there is a second address, which is TLS.
        var certificate: Certificate?
        var listens = true
    }

    init(_ script: Script = Script(), _ change: (inout Options) -> Void = { _ in }) throws {
        var options = Options()
        change(&options)
        var configuration = LoopGroupConfiguration()
        configuration.loops = options.loops
        configuration.limits = options.limits
        configuration.deflate = options.deflate
        configuration.tls = try options.certificate?.context()
        if options.listens {
            configuration.listen = [try ListenAddress("127.0.0.1:0", isTLS: false)]
            if options.certificate != nil { configuration.listen.append(try ListenAddress("127.0.0.1:0", isTLS: true)) }
        }
        let journal = Journal()
        self.journal = journal
        group = try LoopGroup(configuration) { _, _ in TestApp(script, journal) }
    }

    var port: UInt16 { group.addresses.first?.port ?? 0 }
    var tlsPort: UInt16 { group.addresses.first(where: \.isTLS)?.port ?? 0 }
    var loop: LoopHandle { group.loops[0] }

    func stop(limit: Duration = .zero) {
        group.stop(limit: limit)
        group.join()
    }

    /// A plain connection.
    func connect(receiveBufferBytes: Int32? = nil) throws -> Peer {
        try Peer(port: port, receiveBufferBytes: receiveBufferBytes)
    }

    /// An open WebSocket.
    func webSocket(
        _ target: String = "/", fields: String = "", receiveBufferBytes: Int32? = nil
    ) throws -> Peer {
        let peer = try connect(receiveBufferBytes: receiveBufferBytes)
        try peer.upgrade(target, fields: fields)
        return peer
    }

    /// An open WebSocket over TLS.
    func secureWebSocket(_ target: String = "/", fields: String = "") throws -> Peer {
        let peer = try Peer(port: tlsPort)
        try peer.startTLS()
        try peer.upgrade(target, fields: fields)
        return peer
    }
}

/// Runs a test against a server, and ends the server whatever becomes of the test.
func withServer(
    _ script: Script = Script(), _ change: (inout TestServer.Options) -> Void = { _ in },
    _ body: (TestServer) throws -> Void
) throws {
    let server = try TestServer(script, change)
    defer { server.stop() }
    try body(server)
}

/// A loop in the client's role.
func withClient(
    _ script: Script = Script(), _ change: (inout TestServer.Options) -> Void = { _ in },
    _ body: (TestServer) throws -> Void
) throws {
    try withServer(
        script,
        {
            $0.listens = false
            change(&$0)
        }, body)
}

extension TestServer {
    /// Client role: begins a connection to a server of ours.
    func open(_ server: TestServer, target: String = "/", _ change: (inout ClientRequest) -> Void = { _ in }) throws {
        var request = ClientRequest(address: server.group.addresses[0], target: target)
        change(&request)
        let wanted = request
        try #require(loop.run { loop in _ = loop.connect(wanted) })
    }
}

/// A value that one thread leaves for another.
final class Box<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)

    var value: Value? { content.withLock { $0 } }
    func set(_ value: Value) { content.withLock { $0 = value } }
    func clear() { content.withLock { $0 = nil } }
}

extension TestServer {
    /// Runs on a loop and waits for the answer.
    func ask<Answer: Sendable>(
        _ index: Int = 0, _ question: @escaping @Sendable (EventLoop) -> Answer
    ) throws -> Answer {
        let box = Box<Answer>()
        try #require(group.loops[index].run { loop in box.set(question(loop)) })
        try eventually("the loop answers") { box.value != nil }
        return try #require(box.value)
    }

    /// Connections of all loops, whatever they are about.
    var connectionCount: Int {
        get throws { try group.loops.indices.reduce(0) { sum, index in try sum + ask(index) { $0.slab.count } } }
    }
}
