import Broker
import Glibc
import Synchronization
import TestSupport
import Testing

/// A node of a test: its broker, and all that this has told it.
final class Node: Sendable {
    let broker: any Broker
    private let told: Told

    /// What a broker tells, in its order.
    final class Told: Sendable {
        private let events = Mutex<[BrokerEvent]>([])
        private let gate = Mutex(())
        /// Microseconds that each message takes.
        let pause = Atomic<UInt32>(0)

        var all: [BrokerEvent] { events.withLock { $0 } }

        func tell(_ event: BrokerEvent) {
            gate.withLock { _ in }
            if case .message = event { usleep(pause.load(ordering: .relaxed)) }
            events.withLock { $0.append(event) }
        }

        /// Holds the broker's thread up for as long as `body` takes, like somebody who does not return.
        func holdUp(_ body: () throws -> Void) throws { try gate.withLock { _ in try body() } }
    }

    init(_ make: (@escaping @Sendable (BrokerEvent) -> Void) throws -> any Broker) rethrows {
        let told = Told()
        self.told = told
        broker = try make { told.tell($0) }
    }

    deinit { broker.stop() }

    var events: [BrokerEvent] { told.all }

    func holdUp(_ body: () throws -> Void) throws { try told.holdUp(body) }

    /// From now on each message takes its time to be dealt with.
    func slowDown(_ microseconds: UInt32) { told.pause.store(microseconds, ordering: .relaxed) }

    // MARK: - Doing

    func publish(_ topic: BrokerTopic, _ text: String) { broker.publish(topic, [UInt8](text.utf8)) }

    /// Subscribes and waits until that stands.
    func join(_ topics: BrokerTopic..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        let before = topics.map(confirmations)
        for topic in topics { broker.subscribe(topic) }
        try eventually("\(topics) stand", sourceLocation: sourceLocation) {
            zip(topics, before).allSatisfy { confirmations($0) > $1 }
        }
    }

    func awaitWell(
        _ isWell: Bool = true, within limit: Duration = .seconds(10), sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try eventually("well: \(isWell)", within: limit, sourceLocation: sourceLocation) { self.isWell == isWell }
    }

    // MARK: - What was told

    func texts(_ topic: BrokerTopic) -> [String] {
        messages(topic).map { String(decoding: $0, as: UTF8.self) }
    }

    func messages(_ topic: BrokerTopic) -> [[UInt8]] {
        events.compactMap { event in
            if case .message(topic, let bytes) = event { bytes } else { nil }
        }
    }

    func confirmations(_ topic: BrokerTopic) -> Int { events.count { $0 == .subscribed(topic) } }

    func losses(_ topic: BrokerTopic) -> Int {
        events.count { event in
            if case .lost(let topics) = event { topics.contains(topic) } else { false }
        }
    }

    /// Confirmed, and not lost since.
    func stands(_ topic: BrokerTopic) -> Bool {
        let last = events.last { event in
            switch event {
            case .subscribed(topic): true
            case .lost(let topics): topics.contains(topic)
            case .message, .subscribed, .health: false
            }
        }
        return last == .subscribed(topic)
    }

    /// What was told last of its health; nil while nothing was.
    var isWell: Bool? {
        for event in events.reversed() { if case .health(let isWell) = event { return isWell } }
        return nil
    }
}

/// What the contract is tested with: where several nodes find each other.
enum Meeting: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case inOneProcess = "in one process"
    case overRedis = "over Redis"
    case overTwoServers = "over two Redis servers"

    var testDescription: String { rawValue }

    /// Runs a test with so many nodes, all well.
    func with(_ count: Int, _ body: ([Node]) throws -> Void) throws {
        switch self {
        case .inOneProcess:
            let exchange = LocalExchange()
            try Self.run(count, { tell in try LocalBroker(exchange, tell: tell) }, body)
        case .overRedis, .overTwoServers:
            let servers = try (0..<(self == .overRedis ? 1 : 2)).map { _ in try RedisServer() }
            let urls = try servers.map { try RedisURL($0.url) }
            try Self.run(count, { tell in try RedisBroker(urls, tell: tell) }, body)
            for server in servers { server.kill() }
        }
    }

    private static func run(
        _ count: Int, _ make: (@escaping @Sendable (BrokerEvent) -> Void) throws -> any Broker,
        _ body: ([Node]) throws -> Void
    ) throws {
        let nodes = try (0..<count).map { _ in try Node(make) }
        defer { for node in nodes { node.broker.stop() } }
        for node in nodes { try node.awaitWell() }
        try body(nodes)
    }
}

func topic(_ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> BrokerTopic {
    try #require(BrokerTopic(name), sourceLocation: sourceLocation)
}
