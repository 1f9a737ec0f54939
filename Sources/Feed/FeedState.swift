/// Where a feed stands, for whoever looks from outside.
package enum FeedPhase: Hashable, Sendable, CaseIterable {
    /// Nobody has subscribed, or the client left or must start afresh.
    case ended
    /// Waiting for the broker's confirmation that the subscription stands.
    case subscribing
    /// Taking pages from the store.
    case reading
    /// Delivering what arrives.
    case live
    /// A number is missing and may still overtake.
    case repairing
}

/// The same with what is known in each phase.
enum FeedState<Item: Sendable>: Sendable {
    case ended
    case subscribing
    case reading(Reading)
    case live
    case repairing(Repair<Item>)

    var phase: FeedPhase {
        switch self {
        case .ended: .ended
        case .subscribing: .subscribing
        case .reading: .reading
        case .live: .live
        case .repairing: .repairing
        }
    }
}

extension FeedState: Equatable where Item: Equatable {}
extension FeedState: Hashable where Item: Hashable {}

struct Reading: Hashable, Sendable {
    enum Pending: Hashable, Sendable {
        case read(FeedToken)
        /// A read failed; the next one is sent when this wait is over.
        case retry(FeedToken)
    }

    /// `nil` while the socket is paused: `resume` sends the read.
    var pending: Pending?
    /// Whether this is a replay, whose end the client is told, or a repair, which it does not notice.
    var announces: Bool
    /// The highest number heard of since the read was sent.
    var heard: Int64 = 0
    /// The subscription was confirmed after the read was sent: its page may lack what was published to nobody.
    var mustReadAgain = false
}

struct Repair<Item: Sendable>: Sendable {
    let token: FeedToken
    /// The highest number heard of, kept or not.
    var heard: Int64 = 0
    /// In the order of their numbers, none twice, all beyond the missing one.
    private(set) var kept: [Numbered<Item>] = []

    init(token: FeedToken) { self.token = token }

    mutating func keep(_ event: Numbered<Item>, atMost limit: Int) {
        heard = max(heard, event.number)
        guard kept.count < limit else { return }
        // Nearly always it belongs at the end.
        let before = kept.lastIndex { $0.number <= event.number }
        if let before, kept[before].number == event.number { return }
        kept.insert(event, at: before.map { $0 + 1 } ?? 0)
    }

    /// What is left to repair after everything up to `position` was delivered.
    func rest(after position: Int64, token: FeedToken) -> Repair {
        var rest = Repair(token: token)
        rest.heard = heard
        rest.kept = Array(kept.drop { $0.number <= position })
        return rest
    }
}

extension Repair: Equatable where Item: Equatable {}
extension Repair: Hashable where Item: Hashable {}
