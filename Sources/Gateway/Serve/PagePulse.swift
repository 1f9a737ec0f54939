import FoundationEssentials
import Reactor
import WebSocket

/// `/live`: the pulse of the page that `foyer serve` shows, and nothing more. Every second all its sockets get a few
/// figures, and a socket that sends a ping gets a pong, from which the page knows how long the way is. Protocol v1 has
/// another address and other messages.
final class PagePulse {
    private static let topic = "page-pulse"
    /// A ping with the longest number has 40 bytes; room for blanks.
    private static let maxMessageBytes = 256

    private let figures: HouseFigures

    init(figures: HouseFigures) {
        self.figures = figures
    }

    static func policy(for head: RequestHead) -> UpgradePolicy {
        var policy = UpgradePolicy()
        policy.allowsOrigin = { SameOrigin.allows(origin: $0, authority: head.authority) }
        return policy
    }

    func begin(on loop: EventLoop) {
        loop.every(.seconds(1)) { [figures] loop in
            let beat = Pulse(
                connections: figures.connections, uptimeSeconds: figures.uptimeSeconds, messages: figures.messages)
            Self.json(beat).withUnsafeBytes { _ = loop.publish(.text, $0, toTopicNamed: Self.topic) }
        }
    }

    func opened(_ connection: Connection, _ loop: EventLoop) {
        figures.opened()
        loop.subscribe(connection, to: Self.topic)
    }

    func received(
        _ kind: MessageKind, _ bytes: UnsafeRawBufferPointer, on connection: Connection,
        _ loop: EventLoop
    ) {
        figures.received()
        let answer = kind == .text ? Self.answer(to: bytes) : Self.json(Complaint())
        answer.withUnsafeBytes { loop.send(.text, $0, to: connection) }
    }

    func closed() {
        figures.closed()
    }

    /// The answer to a text message, as JSON.
    static func answer(to bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard bytes.count <= maxMessageBytes,
            let ping = try? JSONDecoder().decode(Ping.self, from: Data(bytes)), ping.type == "ping"
        else { return json(Complaint()) }
        return json(Pong(id: ping.id))
    }

    private static func json(_ message: some Encodable) -> [UInt8] {
        // Cannot fail: the messages hold integers and our own words.
        (try? [UInt8](JSONEncoder().encode(message))) ?? Array("{}".utf8)
    }
}

private struct Ping: Decodable {
    let type: String
    let id: Int
}

private struct Pong: Encodable {
    var type = "pong"
    let id: Int
}

private struct Pulse: Encodable {
    var type = "pulse"
    let connections: Int
    let uptimeSeconds: Int
    let messages: Int
}

private struct Complaint: Encodable {
    var type = "error"
    var message =
        #"Send {"type":"ping","id":1} as text, with a whole number of your choice; nothing else is understood."#
}
