import Reactor

/// The broker between nodes: Redis pub/sub, over one server or several, on a thread of its own. How it works, and what is
/// told when: `docs/broker.md`.
package final class RedisBroker: Broker {
    private let inbox: RedisInbox
    private let settings: RedisBrokerSettings
    private let loops: LoopGroup

    /// A topic's server is chosen by a hash: every node must be given the same servers, in the same order. They need not
    /// be there: connecting goes on until they are.
    package init(
        _ urls: [RedisURL], settings: RedisBrokerSettings = RedisBrokerSettings(),
        tell: @escaping @Sendable (BrokerEvent) -> Void
    ) throws(BrokerError) {
        guard !urls.isEmpty else { throw BrokerError(.url, "a broker needs at least one Redis server") }
        let inbox = RedisInbox(settings)
        self.inbox = inbox
        self.settings = settings
        let security: TLSContext?
        do throws(ReactorError) {
            security = urls.contains(where: \.isTLS) ? try TLSContext(trusting: settings.authorityFile) : nil
        } catch {
            throw BrokerError(.tls, error.description)
        }
        var configuration = LoopGroupConfiguration()
        configuration.name = "broker"
        configuration.limits = settings.loopLimits
        do throws(ReactorError) {
            loops = try LoopGroup(configuration) { _, _ in
                RedisEngine(urls, settings, inbox, security: security, tell: tell)
            }
        } catch {
            throw BrokerError(.system, error.description)
        }
    }

    deinit { stop() }

    package func publish(_ topic: BrokerTopic, _ bytes: [UInt8]) {
        if inbox.publish(topic, bytes) { wake() }
    }

    package func subscribe(_ topic: BrokerTopic) {
        if inbox.wish(topic, isWanted: true) { wake() }
    }

    package func unsubscribe(_ topic: BrokerTopic) {
        if inbox.wish(topic, isWanted: false) { wake() }
    }

    package var figures: BrokerFigures { inbox.figures }

    package func stop() {
        guard inbox.close() else { return }
        run { engine, loop in engine.finish(loop) }
        loops.stop(limit: settings.stopTimeout)
        loops.join()
    }

    private func wake() { run { engine, loop in engine.takeInbox(loop) } }

    private func run(_ body: @escaping @Sendable (RedisEngine, EventLoop) -> Void) {
        for loop in loops.loops {
            loop.run(urgent: true) { loop in
                if let engine = loop.app as? RedisEngine { body(engine, loop) }
            }
        }
    }
}
