import Broker
import TestSupport
import Testing

@Suite struct `A broker in one process` {
    @Test func `tells that messages were lost when too many wait, and goes on`() throws {
        var limits = LocalBrokerLimits()
        limits.waitingMessages = 10
        let exchange = LocalExchange(limits: limits)
        let slow = try Node { try LocalBroker(exchange, tell: $0) }
        let quick = try Node { try LocalBroker(exchange, tell: $0) }
        let topic = try topic("flood")
        try slow.join(topic)
        try slow.holdUp {
            for number in 0..<100 { quick.publish(topic, "\(number)") }
        }
        try eventually("it is told") { slow.losses(topic) >= 1 && slow.stands(topic) }
        let before = slow.events.prefix { event in
            if case .lost = event { false } else { true }
        }
        let kept = before.compactMap { event in
            if case .message(topic, let bytes) = event { String(decoding: bytes, as: UTF8.self) } else { nil }
        }
        #expect(
            kept == (0..<kept.count).map(String.init), "nothing from behind the gap comes before it is told: \(kept)")
        #expect(slow.messages(topic).count < 100)
        #expect(slow.broker.figures.losses >= 1)
        quick.publish(topic, "after")
        try eventually("it goes on") { slow.texts(topic).last == "after" }
    }

    @Test func `bounds the bytes that wait, too`() throws {
        var limits = LocalBrokerLimits()
        limits.waitingBytes = 10_000
        let exchange = LocalExchange(limits: limits)
        let node = try Node { try LocalBroker(exchange, tell: $0) }
        let topic = try topic("flood")
        try node.join(topic)
        try node.holdUp {
            for _ in 0..<100 { node.broker.publish(topic, [UInt8](repeating: 1, count: 1000)) }
        }
        try eventually("it is told") { node.losses(topic) >= 1 && node.stands(topic) }
        #expect(node.messages(topic).count <= 22)
    }

    @Test func `does not reach another process' exchange`() throws {
        let (one, other) = try (Node { try LocalBroker(tell: $0) }, Node { try LocalBroker(tell: $0) })
        let topic = try topic("apart")
        try one.join(topic)
        other.publish(topic, "unheard")
        one.publish(topic, "heard")
        try eventually("it comes") { one.texts(topic) == ["heard"] }
    }
}

@Suite struct `A topic's name` {
    @Test(arguments: ["a", "case.17", "team 3", String(repeating: "x", count: 128), "~!"])
    func `is up to 128 bytes of printable ASCII`(name: String) {
        #expect(BrokerTopic(name)?.name == name)
    }

    @Test(arguments: ["", String(repeating: "x", count: 129), "a\nb", "a\0", "ä", "\u{7F}", "a\tb", "💬"])
    func `is nothing else`(name: String) {
        #expect(BrokerTopic(name) == nil)
    }
}
