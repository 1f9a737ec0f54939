import Foundation
import TestSupport
import Testing

@testable import Broker

/// Not a test of right and wrong: how much goes through a real Redis on this machine. FOYER_SPEED=1 runs it.
@Suite struct `The speed of a broker over Redis` {
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FOYER_SPEED"] != nil), arguments: [200, 2000])
    func `is printed`(bytes: Int) throws {
        let server = try RedisServer()
        let urls = [try RedisURL(server.url)]
        let (one, other) = try (Node { try RedisBroker(urls, tell: $0) }, Node { try RedisBroker(urls, tell: $0) })
        let topics = try (0..<1000).map { try topic("case.\($0)") }
        for node in [one, other] { try node.awaitWell() }
        for topic in topics { other.broker.subscribe(topic) }
        try eventually("all stand") {
            other.broker.figures.subscriptions == topics.count && topics.allSatisfy(other.stands)
        }
        let message = [UInt8](repeating: 0x61, count: bytes)
        let count = 200_000
        let start = ContinuousClock.now
        for number in 0..<count {
            // Far less than may wait: this measures what goes through, not what is dropped.
            while number % 100 == 0, one.broker.figures.queued > 2000 { usleep(200) }
            one.broker.publish(topics[number % topics.count], message)
        }
        try eventually("all come", within: .seconds(60)) { other.broker.figures.received == count }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let figures = other.broker.figures
        print(
            "\(bytes) bytes: \(Int(Double(count) / seconds)) messages/s, dropped \(one.broker.figures.dropped),",
            "longest lag \(Int(figures.maxLagMilliseconds ?? -1)) ms")
        #expect(figures.losses == 0)
    }
}
