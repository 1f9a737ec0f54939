/// An event of a log with its number in the feed's audience: 1, 2, 3 … without a hole.
package struct Numbered<Item: Sendable>: Sendable {
    package let number: Int64
    package let item: Item

    package init(_ number: Int64, _ item: Item) {
        self.number = number
        self.item = item
    }
}

extension Numbered: Equatable where Item: Equatable {}
extension Numbered: Hashable where Item: Hashable {}

/// How far a log goes, and which log that is: restoring a backup gives it another generation, in which the same number
/// may stand for something else.
package struct LogHead: Hashable, Sendable {
    package let generation: Int64
    /// The newest event's number in the feed's audience; 0 when there is none.
    package let number: Int64

    package init(generation: Int64, number: Int64) {
        self.generation = generation
        // Nothing lies before an empty log: a client at 0 would seem to be ahead of it, and be sent back for ever.
        self.number = max(0, number)
    }
}

/// Names one read or one wait, so that a late or repeated answer is told from the one that is awaited. Unique within
/// one `Feed` value.
package struct FeedToken: Hashable, Sendable {
    private let count: UInt64

    init(_ count: UInt64) { self.count = count }
}

/// What the owner of a feed has to do now, in this order: write `deliver`, then say `caughtUp`, then take `step`.
///
/// One value for every input instead of a list of actions: a live event, the hot path of a fan-out, costs no array.
package struct FeedAnswer<Item: Sendable>: Sendable {
    package let deliver: FeedDelivery<Item>
    /// A replay has ended: everything up to this number has been delivered.
    package let caughtUp: Int64?
    package let step: FeedStep

    package static var nothing: FeedAnswer { FeedAnswer() }

    package init(deliver: FeedDelivery<Item> = .nothing, caughtUp: Int64? = nil, step: FeedStep = .nothing) {
        self.deliver = deliver
        self.caughtUp = caughtUp
        self.step = step
    }
}

extension FeedAnswer: Equatable where Item: Equatable {}

/// Events for the socket, in the order of their numbers, each the successor of the one before.
package enum FeedDelivery<Item: Sendable>: Sendable {
    case nothing
    case one(Numbered<Item>)
    /// Two or more.
    case run(ArraySlice<Numbered<Item>>)

    init(_ events: ArraySlice<Numbered<Item>>) {
        guard let first = events.first else {
            self = .nothing
            return
        }
        self = events.count == 1 ? .one(first) : .run(events)
    }

    package func forEach(_ body: (Numbered<Item>) throws -> Void) rethrows {
        switch self {
        case .nothing: break
        case .one(let event): try body(event)
        case .run(let events): try events.forEach(body)
        }
    }
}

extension FeedDelivery: Equatable where Item: Equatable {}

/// What a feed asks of its owner.
package enum FeedStep: Equatable, Sendable {
    case nothing
    /// Read at most `limit` events with numbers greater than `after`, and the head, in one snapshot of the store; answer
    /// once with `page` or `readFailed`.
    case read(after: Int64, limit: Int, FeedToken)
    /// Call `waitOver` after this time; a wait that is no longer needed may end all the same.
    case wait(Duration, FeedToken)
    /// The client knows another log than ours: it must forget what it has and subscribe from 0. The feed has ended.
    case startAfresh
}
