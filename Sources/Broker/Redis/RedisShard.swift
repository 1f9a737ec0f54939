import Reactor

/// One Redis server: a connection that publishes and one that subscribes, which live and die together. Whatever goes
/// wrong with either ends both, is told, and is tried again after a pause.
final class RedisShard {
    private enum Phase {
        /// Until the pause is over.
        case resting
        /// Both connections are being made, since then.
        case connecting(Duration)
        case open
        case stopped
    }

    let url: RedisURL
    let settings: RedisBrokerSettings
    private let inbox: RedisInbox
    private let security: TLSContext?
    private let tell: (BrokerEvent) -> Void
    /// Something about `isWell` may have changed.
    private let healthChanged: () -> Void

    private var phase = Phase.resting
    private var publisher: RedisLink?
    private var subscriber: RedisLink?
    private var table: SubscriptionTable
    private var canary = Canary()
    private let canaryTopic: BrokerTopic
    private let prefix: [UInt8]
    private var backoff: Backoff
    private var generator = SystemRandomNumberGenerator()
    /// Which attempt this is: what comes late from an earlier one is told apart, and each takes the host's next address.
    private var attempt = 0
    private var nextCanary = Duration.zero
    private var lastTick = Duration.zero
    private var isFlushing = false

    /// The last canary has come back, and nothing has gone wrong since.
    private(set) var isWell = false
    /// Why it is not.
    private(set) var trouble: String?

    static let lacksMemory = "memory is short"

    init(
        _ url: RedisURL, _ settings: RedisBrokerSettings, _ inbox: RedisInbox, security: TLSContext?,
        canaryTopic: BrokerTopic, tell: @escaping (BrokerEvent) -> Void, healthChanged: @escaping () -> Void
    ) {
        self.url = url
        self.settings = settings
        self.inbox = inbox
        self.security = security
        self.canaryTopic = canaryTopic
        self.tell = tell
        self.healthChanged = healthChanged
        prefix = [UInt8]("\(settings.channelPrefix):\(url.database):".utf8)
        table = SubscriptionTable(linger: settings.linger)
        backoff = Backoff(first: settings.firstPause, longest: settings.longestPause)
        _ = table.want(canaryTopic)
    }

    func wants(_ topic: BrokerTopic) -> Bool { table.wants(topic) }

    func count(_ change: (inout BrokerFigures) -> Void) { inbox.count(change) }

    /// Topics that are wanted, besides our own.
    var subscriptions: Int { table.wantedCount - 1 }
    /// Messages without the server's answer.
    var unanswered: Int { publisher?.unanswered ?? 0 }
    func unsentBytes(_ loop: EventLoop) -> Int { publisher?.unsentBytes(loop) ?? 0 }

    // MARK: - Connecting

    func start(_ loop: EventLoop) {
        guard case .resting = phase else { return }
        phase = .connecting(monotonicTime())
        attempt += 1
        let attempt = attempt
        loop.resolve(url.host, port: url.port) { [weak self] found, loop in
            guard let self, attempt == self.attempt, case .connecting = self.phase else { return }
            switch found {
            case .success(let addresses): connect(addresses[(attempt - 1) % addresses.count], loop)
            case .failure(let error): fail(error.description, loop)
            }
        }
    }

    private func connect(_ address: ListenAddress, _ loop: EventLoop) {
        let request = StreamRequest(address, security: security.map { (context: $0, peerName: url.host) })
        do throws(ReactorError) {
            for role in [\RedisShard.publisher, \RedisShard.subscriber] {
                guard let link = RedisLink(self) else { return fail(Self.lacksMemory, loop) }
                self[keyPath: role] = link
                try link.connect(request, loop)
            }
        } catch {
            fail(error.description, loop)
        }
    }

    func opened(_ link: RedisLink, _ loop: EventLoop) {
        guard publisher?.isOpen == true, subscriber?.isOpen == true else { return }
        phase = .open
        // Ours comes last: once it is confirmed, all are.
        table.connected(last: canaryTopic)
        needsFlush(loop)
    }

    /// Ends both connections, says so, and tries again after a pause.
    func fail(_ reason: String, _ loop: EventLoop) {
        switch phase {
        case .resting, .stopped: return
        case .connecting, .open: break
        }
        phase = .resting
        trouble = "\(url): \(reason)"
        isWell = false
        publisher?.abort(loop)
        subscriber?.abort(loop)
        (publisher, subscriber) = (nil, nil)
        canary.disconnected()
        nextCanary = .zero
        let lost = table.disconnected().filter { $0 != canaryTopic }
        count { figures in
            figures.reconnects += 1
            if !lost.isEmpty { figures.losses += 1 }
        }
        if !lost.isEmpty { tell(.lost(lost)) }
        healthChanged()
        loop.after(backoff.next(using: &generator)) { [weak self] loop in self?.start(loop) }
    }

    /// Sends what is queued and ends; nothing is told any more.
    func stop(_ loop: EventLoop) {
        phase = .stopped
        publisher?.finish(loop)
        subscriber?.abort(loop)
    }

    // MARK: - Asking

    func publish(_ topic: BrokerTopic, _ bytes: [UInt8], _ loop: EventLoop) {
        guard case .open = phase, let publisher,
            publisher.unsentBytes(loop) + bytes.count + Self.overheadBytes <= settings.unsentBytes,
            publisher.ask([Self.publishWord, channel(topic)], payload: bytes)
        else { return count { $0.dropped += 1 } }
        count { $0.published += 1 }
        needsFlush(loop)
    }

    private static let publishWord = [UInt8]("PUBLISH".utf8)
    /// What a message needs beside its bytes: the command's words and lengths, the channel.
    private static let overheadBytes = 512

    func want(_ topic: BrokerTopic, _ loop: EventLoop) {
        if table.want(topic) { tell(.subscribed(topic)) } else { needsFlush(loop) }
    }

    func unwant(_ topic: BrokerTopic) { table.unwant(topic, now: monotonicTime()) }

    /// Asks for what the table wants now: once a turn, so that few commands name many topics.
    private func pump(_ loop: EventLoop) {
        guard case .open = phase, let subscriber else { return }
        let requests = table.requests(limit: settings.unconfirmedTopics)
        for (command, topics) in [("SUBSCRIBE", requests.subscribe), ("UNSUBSCRIBE", requests.unsubscribe)] {
            guard !topics.isEmpty else { continue }
            guard subscriber.ask([[UInt8](command.utf8)] + topics.map(channel), answers: topics.count) else {
                return fail(Self.lacksMemory, loop)
            }
        }
    }

    private func channel(_ topic: BrokerTopic) -> [UInt8] { prefix + topic.name.utf8 }

    private func topic(_ channel: [UInt8]) -> BrokerTopic? {
        guard channel.starts(with: prefix) else { return nil }
        return BrokerTopic(String(decoding: channel.dropFirst(prefix.count), as: UTF8.self))
    }

    /// What a turn asks goes out in one write, at its end.
    func needsFlush(_ loop: EventLoop) {
        guard !isFlushing else { return }
        isFlushing = true
        loop.atEndOfTurn { [weak self] loop in self?.flush(loop) }
    }

    private func flush(_ loop: EventLoop) {
        isFlushing = false
        pump(loop)
        for link in [publisher, subscriber] where link?.flush(loop) == false {
            return fail("the server leaves more than \(settings.unsentBytes) bytes unread", loop)
        }
    }

    // MARK: - Answers

    func received(_ reply: RedisReply, on link: RedisLink, _ loop: EventLoop) {
        if link === publisher {
            publisherReceived(reply, link, loop)
        } else if link === subscriber {
            subscriberReceived(reply, link, loop)
        }
    }

    private func publisherReceived(_ reply: RedisReply, _ link: RedisLink, _ loop: EventLoop) {
        switch reply {
        case .integer where link.countAnswer(): break
        case .error(let text): fail("the server refuses to publish: \(Self.shown(text))", loop)
        case .integer, .status, .bytes, .nothing, .list: fail("\(reply.kind) in answer to PUBLISH", loop)
        }
    }

    private func subscriberReceived(_ reply: RedisReply, _ link: RedisLink, _ loop: EventLoop) {
        switch reply {
        case .error(let text):
            return fail("the server refuses to subscribe: \(Self.shown(text))", loop)
        case .list(let parts):
            guard parts.count == 3, case .bytes(let kind) = parts[0], case .bytes(let channel) = parts[1] else { break }
            if kind.elementsEqual("message".utf8) {
                guard case .bytes(let bytes) = parts[2] else { break }
                return messageCame(channel, bytes, loop)
            }
            guard let topic = topic(channel), link.countAnswer() else { break }
            if kind.elementsEqual("subscribe".utf8) { return answered(.subscribe, topic, loop) }
            if kind.elementsEqual("unsubscribe".utf8) { return answered(.unsubscribe, topic, loop) }
        case .status, .integer, .bytes, .nothing:
            break
        }
        fail("\(reply.kind) where a message or a confirmation was due", loop)
    }

    private func answered(_ request: SubscriptionTable.Request, _ topic: BrokerTopic, _ loop: EventLoop) {
        switch table.answered(request, topic) {
        case .confirmed:
            if topic == canaryTopic { flyCanary(loop) } else { tell(.subscribed(topic)) }
        case .nothing:
            break
        case .unexpected:
            return fail("a confirmation that was not asked for", loop)
        }
        needsFlush(loop)
    }

    private func messageCame(_ channel: [UInt8], _ bytes: [UInt8], _ loop: EventLoop) {
        // A topic that nobody wants any more, or a name that is none of ours: harmless.
        guard let topic = topic(channel), table.wants(topic) else { return }
        if topic == canaryTopic { return canaryCame(bytes) }
        count { $0.received += 1 }
        tell(.message(topic, bytes))
    }

    // MARK: - The canary

    private func flyCanary(_ loop: EventLoop) {
        let now = monotonicTime()
        nextCanary = now + settings.canaryInterval
        guard let publisher, let number = canary.fly(now: now) else { return }
        guard publisher.ask([Self.publishWord, channel(canaryTopic)], payload: [UInt8](String(number).utf8)) else {
            return fail(Self.lacksMemory, loop)
        }
        needsFlush(loop)
    }

    private func canaryCame(_ bytes: [UInt8]) {
        guard let number = UInt64(String(decoding: bytes, as: UTF8.self)),
            let lag = canary.returned(number, now: monotonicTime())
        else { return }
        let milliseconds = lag / .milliseconds(1)
        count { figures in
            figures.lagMilliseconds = milliseconds
            figures.maxLagMilliseconds = max(figures.maxLagMilliseconds ?? 0, milliseconds)
        }
        guard !isWell else { return }
        isWell = true
        trouble = nil
        backoff.succeeded()
        healthChanged()
    }

    /// Looks at what is due; called a few times between two canaries.
    func tick(_ loop: EventLoop) {
        let now = monotonicTime()
        // Whoever was held up itself, by somebody who does not return or by the machine, must first look at what has
        // come meanwhile: until then nobody else is to blame.
        let isLate = now - lastTick > settings.canaryInterval
        lastTick = now
        switch phase {
        case .resting, .stopped:
            return
        case .connecting(let since):
            if !isLate, now - since > settings.connectTimeout {
                fail("no connection in \(settings.connectTimeout)", loop)
            }
            return
        case .open:
            break
        }
        if !isLate, let reason = stall(now) { return fail(reason, loop) }
        table.expire(now: now)
        needsFlush(loop)
        // The first one flies when its topic is confirmed.
        if nextCanary > .zero, now >= nextCanary { flyCanary(loop) }
    }

    /// Why the server counts as stalled, if it does.
    private func stall(_ now: Duration) -> String? {
        for link in [publisher, subscriber] {
            if let silence = link?.silence(now: now), silence > settings.stallTimeout {
                return "no answer for \(settings.stallTimeout)"
            }
        }
        let waiting = canary.waiting(now: now)
        let limit =
            subscriber?.hasSpoken(since: now - settings.stallTimeout) == true
            ? settings.lagLimit : settings.stallTimeout
        return waiting > limit ? "a message of our own has not come back for \(limit)" : nil
    }

    /// A server's own words, as far as they fit into a line.
    static func shown(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { $0.properties.generalCategory == .control ? " " : Character($0) })
    }
}
