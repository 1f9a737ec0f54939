import Synchronization

/// What other threads want of the broker's loop, and its figures as they see them: the one door between them.
///
/// Subscriptions are coalesced: only the newest wish for a topic counts. One letter wakes the loop for all that waits.
final class RedisInbox: Sendable {
    struct Content {
        /// By topic whether it is wanted.
        var wishes: [BrokerTopic: Bool] = [:]
        var messages: [(topic: BrokerTopic, bytes: [UInt8])] = []
        var messageBytes = 0
    }

    private struct State {
        var content = Content()
        /// The loop has been woken and has not looked yet.
        var isAwaited = false
        var isOpen = true
        var figures = BrokerFigures()
    }

    private let settings: RedisBrokerSettings
    private let state = Mutex(State())

    init(_ settings: RedisBrokerSettings) { self.settings = settings }

    /// `true`: the loop must be woken.
    func publish(_ topic: BrokerTopic, _ bytes: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.isOpen, bytes.count <= settings.messageBytes,
                state.content.messages.count < settings.waitingMessages,
                state.content.messageBytes + bytes.count <= settings.waitingBytes
            else {
                state.figures.dropped += 1
                return false
            }
            state.content.messages.append((topic, bytes))
            state.content.messageBytes += bytes.count
            return Self.wakes(&state)
        }
    }

    func wish(_ topic: BrokerTopic, isWanted: Bool) -> Bool {
        state.withLock { state in
            guard state.isOpen else { return false }
            guard state.content.wishes.count < settings.topics || state.content.wishes[topic] != nil else {
                state.figures.refused += 1
                return false
            }
            state.content.wishes[topic] = isWanted
            return Self.wakes(&state)
        }
    }

    private static func wakes(_ state: inout State) -> Bool {
        defer { state.isAwaited = true }
        return !state.isAwaited
    }

    func take() -> Content {
        state.withLock { state in
            defer { state.content = Content() }
            state.isAwaited = false
            return state.content
        }
    }

    /// Nothing more is taken in; `false` when that was so already.
    func close() -> Bool {
        state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
    }

    var figures: BrokerFigures {
        state.withLock { state in
            var figures = state.figures
            figures.queued += state.content.messages.count
            figures.queuedBytes += state.content.messageBytes
            return figures
        }
    }

    func count(_ change: (inout BrokerFigures) -> Void) { state.withLock { change(&$0.figures) } }
}
