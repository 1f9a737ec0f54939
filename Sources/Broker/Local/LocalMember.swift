import Glibc
import Reactor
import Synchronization

/// One broker's place in a `LocalExchange`: what waits to be told to it, and its figures.
final class LocalMember: Sendable {
    private enum Mail: Sendable {
        case tell(BrokerEvent)
        case stop
    }

    private let mailbox: Mailbox<Mail>
    private let counts = Mutex(BrokerFigures())
    /// A message found no place since this was last looked at.
    private let hasLost = Atomic(false)

    init(limits: LocalBrokerLimits) throws(ReactorError) {
        mailbox = try Mailbox(capacity: limits.waitingMessages, maxBytes: limits.waitingBytes)
    }

    var figures: BrokerFigures { counts.withLock { $0 } }

    func countPublished() { counts.withLock { $0.published += 1 } }
    func countDropped() { counts.withLock { $0.dropped += 1 } }

    func postMessage(_ topic: BrokerTopic, _ bytes: [UInt8]) {
        guard mailbox.post(.tell(.message(topic, bytes)), byteCount: bytes.count) == .full else { return }
        hasLost.store(true, ordering: .relaxed)
    }

    /// Confirmations and the like always find a place: they are as many as the calls that ask for them.
    func post(_ event: BrokerEvent) { _ = mailbox.post(.tell(event), urgent: true) }

    func stop() {
        counts.withLock { $0.isWell = false }
        _ = mailbox.post(.stop, urgent: true)
    }

    /// Tells what comes until stopped; what waited by then is told.
    func run(_ exchange: LocalExchange, _ tell: (BrokerEvent) -> Void) {
        var mail: [Mail] = []
        while true {
            var wanted = pollfd(fd: mailbox.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&wanted, 1, -1)  // interrupted: there is nothing to take, and it waits again
            mailbox.take(&mail)
            for letter in mail {
                switch letter {
                case .tell(let event):
                    count(event)
                    tell(event)
                case .stop:
                    _ = mailbox.close()
                    return
                }
            }
            mail.removeAll(keepingCapacity: mail.count <= 4096)
            tellLosses(exchange, tell)
        }
    }

    private func count(_ event: BrokerEvent) {
        switch event {
        case .message: counts.withLock { $0.received += 1 }
        case .health(let isWell): counts.withLock { $0.isWell = isWell }
        case .subscribed, .lost: break
        }
    }

    /// As with a server that cuts off who reads too slowly: the subscriptions are lost, and made again at once. What came
    /// in since the loss may be told behind it, as it may with a server.
    private func tellLosses(_ exchange: LocalExchange, _ tell: (BrokerEvent) -> Void) {
        guard hasLost.exchange(false, ordering: .relaxed) else { return }
        counts.withLock { $0.losses += 1 }
        let topics = exchange.topics(of: self)
        guard !topics.isEmpty else { return }
        tell(.lost(topics))
        for topic in topics { tell(.subscribed(topic)) }
    }
}
