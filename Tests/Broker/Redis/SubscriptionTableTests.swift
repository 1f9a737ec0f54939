import TestSupport
import Testing

@testable import Broker

@Suite struct `The table of subscriptions` {
    private static let linger = Duration.seconds(2)
    private let topic: BrokerTopic
    private let last: BrokerTopic

    init() throws {
        topic = try named("t")
        last = try named("last")
    }

    private func connected(_ wanted: BrokerTopic...) -> SubscriptionTable {
        var table = SubscriptionTable(linger: Self.linger)
        _ = table.want(last)
        for topic in wanted { _ = table.want(topic) }
        table.connected(last: last)
        return table
    }

    /// Lets the server answer what is asked; what it confirmed.
    private func answer(_ table: inout SubscriptionTable) -> [BrokerTopic] {
        let requests = table.requests(limit: 100)
        var confirmed: [BrokerTopic] = []
        for topic in requests.subscribe where table.answered(.subscribe, topic) == .confirmed {
            confirmed.append(topic)
        }
        for topic in requests.unsubscribe { _ = table.answered(.unsubscribe, topic) }
        return confirmed
    }

    @Test func `asks for nothing before it is connected, then for all, its last one behind the others`() {
        var table = SubscriptionTable(linger: Self.linger)
        #expect([table.want(last), table.want(topic)] == [false, false])
        #expect(table.requests(limit: 100).subscribe.isEmpty)
        table.connected(last: last)
        #expect(table.requests(limit: 100).subscribe == [topic, last])
        #expect(table.answered(.subscribe, topic) == .confirmed)
    }

    @Test func `confirms once for all that wait, and at once what stands`() {
        var table = connected(topic)
        #expect(table.want(topic) == false)
        #expect(answer(&table) == [topic, last])
        #expect(table.want(topic) == true, "it stands")
        #expect(table.requests(limit: 100).subscribe.isEmpty)
    }

    @Test func `keeps what nobody wants for a while, and lets it go then`() {
        var table = connected(topic)
        _ = answer(&table)
        table.unwant(topic, now: .seconds(10))
        #expect(!table.wants(topic))
        table.expire(now: .seconds(11))
        #expect(table.requests(limit: 100).unsubscribe.isEmpty)
        table.expire(now: .seconds(12))
        #expect(table.requests(limit: 100).unsubscribe == [topic])
        #expect(table.answered(.unsubscribe, topic) == .nothing)
        #expect(table.want(topic) == false, "it must be asked for anew")
        #expect(answer(&table) == [topic])
    }

    @Test func `finds it standing when it is wanted again in time`() {
        var table = connected(topic)
        _ = answer(&table)
        table.unwant(topic, now: .seconds(10))
        #expect(table.want(topic) == true)
        table.expire(now: .seconds(100))
        let requests = table.requests(limit: 100)
        #expect(requests.subscribe.isEmpty && requests.unsubscribe.isEmpty)
    }

    @Test func `does not take an earlier confirmation for one of a later subscription`() {
        var table = connected(topic)
        _ = answer(&table)
        table.unwant(topic, now: .zero)
        table.expire(now: .seconds(2))
        #expect(table.requests(limit: 100).unsubscribe == [topic])
        #expect(table.want(topic) == false, "it is on its way out")
        #expect(table.requests(limit: 100).subscribe.isEmpty, "one request at a time")
        #expect(table.answered(.subscribe, topic) == .unexpected)
        #expect(table.answered(.unsubscribe, topic) == .nothing)
        #expect(table.requests(limit: 100).subscribe == [topic])
        #expect(table.answered(.subscribe, topic) == .confirmed)
    }

    @Test func `confirms nothing that is not wanted any more`() {
        var table = connected(topic)
        #expect(table.requests(limit: 100).subscribe == [topic, last])
        table.unwant(topic, now: .zero)
        #expect(table.answered(.subscribe, topic) == .nothing)
    }

    @Test func `has one that was wanted again while it was asked for confirmed by that answer`() {
        var table = connected(topic)
        #expect(table.requests(limit: 100).subscribe == [topic, last])
        table.unwant(topic, now: .zero)
        #expect(table.want(topic) == false)
        #expect(table.answered(.subscribe, topic) == .confirmed, "nothing has ended it in between")
    }

    @Test func `tells the loss of what was confirmed, and asks for all anew`() throws {
        let (unconfirmed, left) = try (named("unconfirmed"), named("left"))
        var table = connected(topic, left)
        _ = answer(&table)
        _ = table.want(unconfirmed)
        table.unwant(left, now: .zero)
        #expect(Set(table.disconnected()) == [topic, last])
        #expect(table.disconnected().isEmpty, "once")
        #expect(table.want(topic) == false, "it does not stand")
        table.connected(last: last)
        #expect(Set(table.requests(limit: 100).subscribe) == [topic, unconfirmed, last])
        #expect(table.wantedCount == 3)
    }

    @Test func `has no more requests under way than it is told`() throws {
        let topics = try (0..<10).map { try named("\($0)") }
        var table = SubscriptionTable(linger: Self.linger)
        for topic in topics { _ = table.want(topic) }
        table.connected(last: last)
        let first = table.requests(limit: 4).subscribe
        #expect(first.count == 4 && table.requests(limit: 4).subscribe.isEmpty)
        #expect(table.answered(.subscribe, first[0]) == .confirmed)
        #expect(table.requests(limit: 4).subscribe.count == 1)
    }

    @Test func `takes no answer to what was not asked, or out of turn`() throws {
        let other = try named("other")
        var table = connected(topic)
        #expect(table.answered(.subscribe, topic) == .unexpected, "not asked yet")
        #expect(table.requests(limit: 100).subscribe == [topic, last])
        #expect(table.answered(.subscribe, other) == .unexpected)
        #expect(table.answered(.subscribe, last) == .unexpected, "not its turn")
        #expect(table.answered(.unsubscribe, topic) == .unexpected)
        #expect(table.answered(.subscribe, topic) == .confirmed)
        #expect(table.answered(.subscribe, topic) == .unexpected, "twice")
    }

    /// Whatever happens in whatever order: a confirmation is told only while the server holds the topic and it is wanted,
    /// and in the end the server holds exactly what is wanted.
    @Test(arguments: 0..<50)
    func `ends with what is wanted, whatever happens on the way`(seed: Int) throws {
        var random = SeededRandom(seed: UInt64(seed))
        let topics = try (0..<5).map { try named("\($0)") }
        var table = SubscriptionTable(linger: .milliseconds(3))
        var server: [(topic: BrokerTopic, request: SubscriptionTable.Request)] = []
        var held: Set<BrokerTopic> = []
        var wanted: Set<BrokerTopic> = []
        var owed: Set<BrokerTopic> = []
        var isConnected = false
        func ask(_ now: Duration) {
            let requests = table.requests(limit: random.int(1...6))
            server += requests.subscribe.map { ($0, .subscribe) } + requests.unsubscribe.map { ($0, .unsubscribe) }
        }
        func serve() {
            guard !server.isEmpty else { return }
            let (topic, request) = server.removeFirst()
            if request == .subscribe { held.insert(topic) } else { held.remove(topic) }
            switch table.answered(request, topic) {
            case .confirmed: #expect(wanted.contains(topic) && held.contains(topic) && owed.remove(topic) != nil)
            case .nothing: #expect(request == .unsubscribe || !wanted.contains(topic))
            case .unexpected: Issue.record("unexpected")
            }
        }
        for step in 0..<2000 {
            let now = Duration.milliseconds(step)
            let topic = topics[random.int(0...4)]
            switch random.int(0...9) {
            case 0, 1:
                let stands = table.want(topic)
                wanted.insert(topic)
                #expect(!stands || held.contains(topic))
                if stands { owed.remove(topic) } else { owed.insert(topic) }
            case 2, 3:
                table.unwant(topic, now: now)
                wanted.remove(topic)
                owed.remove(topic)
            case 4: table.expire(now: now)
            case 5, 6: if isConnected { ask(now) }
            case 7, 8: serve()
            default:
                guard random.oneIn(20) else { break }
                if isConnected {
                    let lost = Set(table.disconnected())
                    #expect(lost == wanted.subtracting(owed))
                    owed = wanted
                    (held, server) = ([], [])
                } else {
                    table.connected(last: topics[0])
                }
                isConnected.toggle()
            }
            #expect(table.wantedCount == wanted.count)
        }
        if !isConnected { table.connected(last: topics[0]) }
        for step in 0..<100 {
            table.expire(now: .seconds(10 + step))
            ask(.zero)
            serve()
        }
        #expect(held == wanted && owed.isEmpty)
    }
}

private func named(_ name: String) throws -> BrokerTopic { try #require(BrokerTopic(name)) }

@Suite struct `A canary` {
    @Test func `tells how long it took, and is waited for from when it flew`() {
        var canary = Canary()
        #expect(canary.waiting(now: .seconds(9)) == .zero)
        #expect(canary.fly(now: .seconds(10)) == 1 && canary.fly(now: .seconds(11)) == 2)
        #expect(canary.waiting(now: .seconds(12)) == .seconds(2))
        #expect(canary.returned(1, now: .seconds(12)) == .seconds(2))
        #expect(canary.waiting(now: .seconds(12)) == .seconds(1))
    }

    @Test func `that comes back stands for those before it, and comes back once`() {
        var canary = Canary()
        for second in 1...3 { _ = canary.fly(now: .seconds(second)) }
        #expect(canary.returned(2, now: .seconds(4)) == .seconds(2))
        #expect(canary.returned(1, now: .seconds(4)) == nil && canary.returned(2, now: .seconds(4)) == nil)
        #expect(canary.returned(77, now: .seconds(4)) == nil)
        #expect(canary.waiting(now: .seconds(4)) == .seconds(1))
        canary.disconnected()
        #expect(canary.waiting(now: .seconds(9)) == .zero && canary.returned(3, now: .seconds(9)) == nil)
    }

    @Test func `does not fly while too many are out`() {
        var canary = Canary()
        for second in 0..<64 { #expect(canary.fly(now: .seconds(second)) != nil) }
        #expect(canary.fly(now: .seconds(64)) == nil)
        #expect(canary.returned(64, now: .seconds(65)) != nil)
        #expect(canary.fly(now: .seconds(66)) != nil)
    }
}

@Suite struct `Pauses between attempts` {
    @Test func `lie anywhere below a bound that doubles up to the longest, and begins anew after success`() {
        var random = SeededRandom(seed: 1)
        var longest: [Duration] = Array(repeating: .zero, count: 10)
        for _ in 0..<200 {
            var backoff = Backoff(first: .milliseconds(100), longest: .seconds(2))
            for attempt in longest.indices { longest[attempt] = max(longest[attempt], backoff.next(using: &random)) }
            backoff.succeeded()
            #expect(backoff.next(using: &random) <= .milliseconds(100))
        }
        let bounds = [100, 200, 400, 800, 1600, 2000, 2000, 2000, 2000, 2000].map { Duration.milliseconds($0) }
        for (found, bound) in zip(longest, bounds) { #expect(found <= bound && found > bound * 0.9) }
    }
}
