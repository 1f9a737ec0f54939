import TestSupport
import Testing
import WebSocket

@testable import Reactor

/// What an application sends when it has been given a large message: parts of that message, from where it lies, and
/// something of its own.
enum LargeAnswer: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case once, twice, prefixFirst, prefixLast, rest, ownFirst, ownBetween

    var testDescription: String { rawValue }

    enum Part: Equatable {
        case ofMessage(Range<Int>)
        case own
    }

    static let own = Array("something of its own".utf8)

    func parts(_ count: Int) -> [Part] {
        let (whole, prefix) = (Part.ofMessage(0..<count), Part.ofMessage(0..<max(count / 2, min(count, 4096))))
        return switch self {
        case .once: [whole]
        case .twice: [whole, whole]
        case .prefixFirst: [prefix, whole]
        case .prefixLast: [whole, prefix, whole]
        case .rest: [.ofMessage(1..<count), whole]
        case .ownFirst: [.own, whole]
        case .ownBetween: [whole, .own, whole]
        }
    }

    func send(_ kind: MessageKind, _ bytes: UnsafeRawBufferPointer, to connection: Connection, _ loop: EventLoop) {
        for part in parts(bytes.count) {
            switch part {
            case .ofMessage(let range):
                loop.send(kind, UnsafeRawBufferPointer(rebasing: bytes[range]), to: connection)
            case .own:
                Self.own.withUnsafeBytes { loop.send(.text, $0, to: connection) }
            }
        }
    }

    func expected(_ message: [UInt8]) -> [Peer.Frame] {
        parts(message.count).map { part in
            switch part {
            case .ofMessage(let range): Peer.Frame(opcode: .binary, payload: Array(message[range]))
            case .own: Peer.Frame(opcode: .text, payload: Self.own)
            }
        }
    }
}

/// A large message that is sent back goes out from the receive buffer, with our header written over the peer's.
@Suite("A large message that is sent back")
struct LargeEchoTests {
    /// Around the size from which on payloads are not copied, and where the header's length changes.
    private static let sizes = [4095, 4096, 4097, 9000, 65_535, 65_536, 70_001, 200_000]

    /// One message, then three in one segment, of every size.
    private func exchange(_ answer: LargeAnswer, _ peer: Peer, _ inflate: (Peer.Frame) throws -> Peer.Frame) throws {
        var random = SeededRandom(seed: 71)
        for size in Self.sizes {
            for count in [1, 3] {
                // Half noise, half text: what is compressed is neither nothing nor all.
                let messages = (0..<count).map { index in
                    random.bytes(size / 2) + [UInt8](repeating: 0x61 + UInt8(index), count: size - size / 2)
                }
                let sender = Sender(peer, [messages.flatMap { Peer.frame(.binary, $0) }])
                for message in messages {
                    for frame in answer.expected(message) {
                        let found = try inflate(peer.readFrame())
                        #expect(found == frame, "\(count) messages of \(size) bytes")
                    }
                }
                try sender.finish()
            }
        }
    }

    private func script(_ answer: LargeAnswer, deflate: DeflatePolicy? = nil) -> Script {
        var script = Script()
        script.plan = { _, _, _ in
            var policy = UpgradePolicy()
            policy.deflate = deflate
            return .upgrade(policy)
        }
        script.received = { kind, bytes, connection, loop in
            answer.send(kind, UnsafeRawBufferPointer(bytes), to: connection, loop)
        }
        return script
    }

    @Test("arrives as it was", arguments: LargeAnswer.allCases)
    func plain(_ answer: LargeAnswer) throws {
        try withServer(script(answer), { $0.limits.sendQueueBytes = 64 << 20 }) { server in
            try exchange(answer, try server.webSocket()) { $0 }
        }
    }

    @Test("arrives as it was at a reader whose window is small", arguments: LargeAnswer.allCases)
    func narrow(_ answer: LargeAnswer) throws {
        try withServer(script(answer), { $0.limits.sendQueueBytes = 64 << 20 }) { server in
            try exchange(answer, try server.webSocket(receiveBufferBytes: 4096)) { $0 }
        }
    }

    @Test("arrives as it was over TLS", arguments: LargeAnswer.allCases)
    func sealed(_ answer: LargeAnswer) throws {
        let certificate = try Certificate("large")
        try withServer(
            script(answer),
            {
                $0.limits.sendQueueBytes = 64 << 20; $0.certificate = certificate
            }
        ) { server in
            try exchange(answer, try server.secureWebSocket()) { $0 }
        }
    }

    @Test("arrives as it was at a peer that compression was agreed with", arguments: LargeAnswer.allCases)
    func compressed(_ answer: LargeAnswer) throws {
        // Some of the sizes go out as they are, some compressed.
        let deflate = DeflatePolicy(minimumMessageBytes: 65_536)
        try withServer(
            script(answer, deflate: deflate),
            {
                $0.limits.sendQueueBytes = 64 << 20; $0.deflate = deflate
            }
        ) { server in
            let field = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
            let peer = try server.webSocket(fields: "Sec-WebSocket-Extensions: \(field)\r\n")
            let compression = MessageCompression(deflate.publishing, role: .client, policy: deflate)
            var compressedFrames = 0
            try exchange(answer, peer) { frame in
                guard frame.isCompressed else { return frame }
                compressedFrames += 1
                return try inflated(frame, compression)
            }
            #expect(compressedFrames > 0)
        }
    }

    private func inflated(_ frame: Peer.Frame, _ compression: MessageCompression) throws -> Peer.Frame {
        let outcome = frame.payload.withUnsafeBytes { bytes -> [UInt8]? in
            guard case .message(let message) = compression.inflate(bytes, limit: 1 << 20) else { return nil }
            return Array(message)
        }
        return Peer.Frame(opcode: frame.opcode, payload: try #require(outcome))
    }

    @Test("is sent from behind its header only while the application is being given it")
    func staleHeader() throws {
        let outcome = Box<Bool>()
        var script = Script()
        script.received = { kind, bytes, connection, loop in
            let start = loop.receiveBuffer.baseAddress
            guard bytes.baseAddress == start.map({ $0 + 8 }) else {
                // A message in fragments lies elsewhere. What is sent now happens to begin where the first one did.
                let before = [UInt8](loop.receiveBuffer[..<8])
                loop.send(kind, UnsafeRawBufferPointer(rebasing: loop.receiveBuffer[8..<5008]), to: connection)
                return outcome.set([UInt8](loop.receiveBuffer[..<8]) == before)
            }
            loop.send(kind, UnsafeRawBufferPointer(bytes), to: connection)
        }
        try withServer(script) { server in
            let peer = try server.webSocket()
            let message = [UInt8](repeating: 7, count: 6000)
            try peer.send(Peer.frame(.binary, message))
            #expect(try peer.readFrame().payload == message)
            try peer.send(Peer.frame(.binary, message, isFinal: false) + Peer.frame(.continuation, message))
            #expect(try peer.readFrame().payload.count == 5000)
            try eventually("the application has looked") { outcome.value != nil }
            #expect(outcome.value == true, "what lies before it is not a header to write over")
        }
    }
}
