import DequeModule
import LoadCheck

/// A message from when it is due until it is acknowledged. It goes out under the same key however often.
struct OutgoingMessage {
    let number: Int
    let key: UInt128
    let text: String
    let isNote: Bool
    let dueMicroseconds: Int64
}

/// A case as one client follows it.
final class FollowedCase {
    enum Subscription {
        case none, asked, granted
    }

    let id: String
    var subscription = Subscription.none
    /// The newest number that has arrived.
    var last: Int64 = 0
    var outbox = Deque<OutgoingMessage>()
    /// The first of the outbox is on its way: at most one a case is (docs/protocol.md).
    var isSending = false
    /// Told to have everything, since this connection.
    var isCaughtUp = false
    /// A reader at the end has it all.
    var isRead = false

    init(_ id: String) { self.id = id }

    /// The socket is gone: nothing is on its way any more.
    func disconnected() {
        subscription = .none
        isSending = false
        isCaughtUp = false
    }
}
