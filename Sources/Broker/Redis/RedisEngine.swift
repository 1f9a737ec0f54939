import Glibc
import Reactor
import WebSocket

/// The broker on its own loop: its shards, and what other threads have left for it. It listens nowhere.
final class RedisEngine: Application {
    private let inbox: RedisInbox
    private let settings: RedisBrokerSettings
    private let tell: @Sendable (BrokerEvent) -> Void
    private var shards: [RedisShard] = []
    /// What was told last of our health.
    private var toldWell: Bool?
    private var isFinished = false

    init(
        _ urls: [RedisURL], _ settings: RedisBrokerSettings, _ inbox: RedisInbox, security: TLSContext?,
        tell: @escaping @Sendable (BrokerEvent) -> Void
    ) {
        self.inbox = inbox
        self.settings = settings
        self.tell = tell
        shards = urls.compactMap { url in
            guard let canaryTopic = Self.canaryTopic() else { return nil }
            return RedisShard(
                url, settings, inbox, security: url.isTLS ? security : nil, canaryTopic: canaryTopic,
                tell: { [unowned self] event in if !isFinished { self.tell(event) } },
                healthChanged: { [unowned self] in tellHealth() })
        }
    }

    /// 128 random bits: no other broker's, and none that anybody can guess.
    private static func canaryTopic() -> BrokerTopic? {
        var generator = SystemRandomNumberGenerator()
        let words = [
            UInt64.random(in: .min ... .max, using: &generator), .random(in: .min ... .max, using: &generator),
        ]
        return BrokerTopic("canary." + words.map { String($0, radix: 16) }.joined(separator: "."))
    }

    func began(loop: EventLoop) {
        for shard in shards { shard.start(loop) }
        loop.every(settings.canaryInterval / 4) { [unowned self] loop in
            for shard in shards { shard.tick(loop) }
            refreshFigures(loop)
        }
    }

    func takeInbox(_ loop: EventLoop) {
        let content = inbox.take()
        for (topic, isWanted) in content.wishes {
            let shard = shards[shardIndex(topic)]
            if isWanted { want(topic, shard, loop) } else { shard.unwant(topic) }
        }
        for (topic, bytes) in content.messages { shards[shardIndex(topic)].publish(topic, bytes, loop) }
        refreshFigures(loop)
    }

    private func want(_ topic: BrokerTopic, _ shard: RedisShard, _ loop: EventLoop) {
        guard shard.wants(topic) || subscriptions < settings.topics else { return inbox.count { $0.refused += 1 } }
        shard.want(topic, loop)
    }

    private var subscriptions: Int { shards.reduce(0) { $0 + $1.subscriptions } }

    private func shardIndex(_ topic: BrokerTopic) -> Int { topic.shard(of: shards.count) }

    /// Sends what waits, as far as that is possible, and tells nothing any more.
    func finish(_ loop: EventLoop) {
        takeInbox(loop)
        isFinished = true
        for shard in shards { shard.stop(loop) }
    }

    private func tellHealth() {
        let isWell = shards.allSatisfy(\.isWell)
        let trouble = shards.lazy.compactMap(\.trouble).first
        inbox.count { figures in
            figures.isWell = isWell
            figures.trouble = trouble
        }
        guard isWell != toldWell, !isFinished else { return }
        toldWell = isWell
        tell(.health(isWell: isWell))
    }

    private func refreshFigures(_ loop: EventLoop) {
        let subscriptions = subscriptions
        let queued = shards.reduce(0) { $0 + $1.unanswered }
        let queuedBytes = shards.reduce(0) { $0 + $1.unsentBytes(loop) }
        inbox.count { figures in
            figures.subscriptions = subscriptions
            figures.queued = queued
            figures.queuedBytes = queuedBytes
        }
    }

    // MARK: - No server

    func plan(for head: RequestHead, on connection: Connection, loop: EventLoop) -> RequestPlan {
        .respond(Response(.notFound, text: "There is nothing here.\n"))
    }

    func respond(to head: RequestHead, body: [UInt8], request: RequestID, loop: EventLoop) {}

    func opened(_ connection: Connection, subprotocol: String?, loop: EventLoop) {}

    func received(
        _ kind: MessageKind, _ bytes: UnsafeMutableRawBufferPointer, on connection: Connection, loop: EventLoop
    ) {}

    func closed(_ connection: Connection, code: CloseCode, loop: EventLoop) {}
}

/// Time that never runs backwards, since an arbitrary beginning.
func monotonicTime() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
}

extension BrokerTopic {
    /// Which of so many servers carries it: FNV-1a (draft-eastlake-fnv), the same on every node and in every release.
    func shard(of count: Int) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        return Int(hash % UInt64(max(1, count)))
    }
}
