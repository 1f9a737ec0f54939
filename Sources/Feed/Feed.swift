// How a subscriber stays gap-free. The broker is a hint, the log is the truth.
//
//     subscribing   until the broker confirms          → reading
//     reading       pages, until at the head           → live
//     live          a number is missing                → repairing
//                   the store knows more than came     → reading
//     repairing     the missing one overtook           → live
//                   it did not, in some 20 ms          → reading
//
// Reading begins when the subscription stands, not before: what was committed earlier is found by reading, what is
// committed later is published to us. While a read is under way nothing that arrives is delivered or kept; only the
// highest number is remembered, and a page that ends before it is followed by another read. So the position does not
// move under a read, one read at a time is outstanding, and memory is bounded.
//
// Numbers come from clients and from other nodes: no value of them may trap, and one that the store does not confirm
// leaves no trace (what was heard is forgotten when a read that must find it is sent).

#if FOYER_MUTANTS
import Mutants
#endif

/// One socket's position in one case's log, for one audience. A pure machine: its owner tells it what happens, in
/// whatever order, and does what the answer says.
///
/// A socket keeps its `Feed` when its client subscribes again, so that answers to the earlier subscription are known as
/// stale.
package struct Feed<Item: Sendable>: Sendable {
    /// Everything up to this number was delivered, or the client had it.
    package private(set) var position: Int64 = 0
    /// Which log the position is in; `nil` while neither the client nor the store has said.
    package private(set) var generation: Int64?
    private var state = FeedState<Item>.ended
    /// The broker has confirmed, and has not gone away since.
    private var isSubscribed = false
    private var isPaused = false
    private var tokens: UInt64 = 0
    private let limits: FeedLimits

    package init(limits: FeedLimits = FeedLimits()) { self.limits = limits }

    package var phase: FeedPhase { state.phase }

    // MARK: The client

    /// The client subscribes and has everything up to `after`, of the log `generation` if it says which. The owner asks
    /// the broker, and calls `confirmed` (at once where the subscription stands already) or `subscriptionLost`.
    package mutating func begin(after: Int64, generation: Int64? = nil) {
        position = max(0, after)
        self.generation = generation
        isSubscribed = false
        state = .subscribing
    }

    /// The client unsubscribed or went away. Whatever is still under way has no effect.
    package mutating func closed() {
        isSubscribed = false
        state = .ended
    }

    /// The socket cannot take more: nothing is read or delivered any more, except a page that is under way.
    package mutating func pause() {
        isPaused = true
        if case .repairing = state { state = .reading(Reading(pending: nil, announces: false)) }
    }

    package mutating func resume() -> FeedAnswer<Item> {
        isPaused = false
        guard case .reading(let reading) = state, reading.pending == nil else { return .nothing }
        return FeedAnswer(step: read(announces: reading.announces))
    }

    // MARK: The broker

    /// The subscription stands: from now on everything that is published reaches this node, unless it is lost.
    package mutating func confirmed() -> FeedAnswer<Item> {
        guard !isSubscribed else { return .nothing }
        switch state {
        case .ended:
            return .nothing
        case .reading(var reading) where reading.pending != nil:
            isSubscribed = true
            reading.announces = true
            reading.mustReadAgain = true
            state = .reading(reading)
            return .nothing
        case .subscribing, .reading, .live, .repairing:
            // Between the last read and now events may have been published to nobody.
            isSubscribed = true
            return FeedAnswer(step: read(announces: true))
        }
    }

    /// The broker is away. The store is there: what it holds is delivered now, what comes later is found by the sweep.
    package mutating func subscriptionLost() -> FeedAnswer<Item> {
        isSubscribed = false
        switch state {
        case .subscribing: return FeedAnswer(step: read(announces: true))
        case .ended, .reading, .live, .repairing: return .nothing
        }
    }

    /// An event of this case and audience reached the node, from the broker or from its own engine.
    package mutating func arrived(_ number: Int64, _ item: Item) -> FeedAnswer<Item> {
        guard number > position else { return .nothing }
        switch state {
        case .ended, .subscribing:
            // Committed before it was published, so the read that follows the confirmation finds it.
            return .nothing
        case .reading(var reading):
            reading.heard = max(reading.heard, number)
            state = .reading(reading)
            return .nothing
        case .live:
            if isPaused {
                state = .reading(Reading(pending: nil, announces: false))
                return .nothing
            }
            #if FOYER_MUTANTS
            if Mutants.isPlanted(.gapIgnored) {
                position = number
                return FeedAnswer(deliver: .one(Numbered(number, item)))
            }
            #endif
            // Greater than the position, so that adding one to that cannot overflow.
            guard number == position + 1 else {
                var repair = Repair<Item>(token: nextToken())
                repair.keep(Numbered(number, item), atMost: limits.keptEvents)
                state = .repairing(repair)
                return FeedAnswer(step: .wait(FeedWait.forOvertaking, repair.token))
            }
            position = number
            return FeedAnswer(deliver: .one(Numbered(number, item)))
        case .repairing(var repair):
            // Taken out, so that what is kept has one owner and grows in place.
            state = .live
            guard number == position + 1 else {
                repair.keep(Numbered(number, item), atMost: limits.keptEvents)
                state = .repairing(repair)
                return .nothing
            }
            return overtook(Numbered(number, item), repair)
        }
    }

    /// The missing event came after all: it goes out with those that waited for it.
    private mutating func overtook(_ event: Numbered<Item>, _ repair: Repair<Item>) -> FeedAnswer<Item> {
        let run = [event] + dense(repair.kept[...], after: event.number)
        position = run.last?.number ?? event.number
        let deliver = FeedDelivery(run[...])
        if repair.heard <= position {
            state = .live
            return FeedAnswer(deliver: deliver)
        }
        let rest = repair.rest(after: position, token: nextToken())
        if rest.kept.isEmpty {
            // What was heard of beyond was not kept and will not come again.
            return FeedAnswer(deliver: deliver, step: read(announces: false))
        }
        state = .repairing(rest)
        return FeedAnswer(deliver: deliver, step: .wait(FeedWait.forOvertaking, rest.token))
    }

    // MARK: The store

    /// The answer to a read: the events after the position, and the head in the same snapshot.
    package mutating func page(
        _ token: FeedToken, _ events: [Numbered<Item>], head: LogHead
    ) -> FeedAnswer<Item> {
        guard case .reading(let reading) = state, reading.pending == .read(token) else { return .nothing }
        // The position did not move since the read was sent: a head before it is no older snapshot but another log.
        guard isOurLog(head.generation), head.number >= position else { return startAfresh() }
        generation = head.generation
        let fresh = dense(events.drop { $0.number <= position }, after: position)
        position = fresh.last?.number ?? position
        let deliver = FeedDelivery(fresh)

        if position >= head.number, position >= reading.heard, !reading.mustReadAgain {
            state = .live
            return FeedAnswer(deliver: deliver, caughtUp: reading.announces ? position : nil)
        }
        if fresh.isEmpty, position < head.number {
            // The store does not give what it says it has. Asking at once would be asking for ever.
            return FeedAnswer(step: retry(reading))
        }
        return FeedAnswer(deliver: deliver, step: read(announces: reading.announces))
    }

    package mutating func readFailed(_ token: FeedToken) -> FeedAnswer<Item> {
        guard case .reading(let reading) = state, reading.pending == .read(token) else { return .nothing }
        return FeedAnswer(step: retry(reading))
    }

    /// What the sweep saw in the store: so even the last event of a case, whose publication was lost, arrives.
    package mutating func headObserved(_ head: LogHead) -> FeedAnswer<Item> {
        guard state.phase != .ended else { return .nothing }
        guard isOurLog(head.generation) else { return startAfresh() }
        // An older head is one that was read before what we have was committed.
        guard head.number > position else { return .nothing }
        switch state {
        case .ended:
            return .nothing
        case .subscribing:
            return FeedAnswer(step: read(announces: true))
        case .live:
            return FeedAnswer(step: read(announces: false))
        case .reading(var reading):
            reading.heard = max(reading.heard, head.number)
            state = .reading(reading)
            return .nothing
        case .repairing(var repair):
            repair.heard = max(repair.heard, head.number)
            state = .repairing(repair)
            return .nothing
        }
    }

    // MARK: The clock

    package mutating func waitOver(_ token: FeedToken) -> FeedAnswer<Item> {
        switch state {
        case .reading(let reading) where reading.pending == .retry(token):
            return FeedAnswer(step: read(announces: reading.announces))
        case .repairing(let repair) where repair.token == token:
            return FeedAnswer(step: read(announces: false))
        case .ended, .subscribing, .reading, .live, .repairing:
            return .nothing
        }
    }

    // MARK: -

    /// Sends the next read, or leaves that to `resume`. What was heard so far is forgotten: it was committed before it
    /// was published, so this read finds it, or it never was.
    private mutating func read(announces: Bool) -> FeedStep {
        guard !isPaused else {
            state = .reading(Reading(pending: nil, announces: announces))
            return .nothing
        }
        let token = nextToken()
        state = .reading(Reading(pending: .read(token), announces: announces))
        return .read(after: position, limit: limits.pageEvents, token)
    }

    private mutating func retry(_ reading: Reading) -> FeedStep {
        let token = nextToken()
        state = .reading(Reading(pending: .retry(token), announces: reading.announces))
        return .wait(FeedWait.afterFailedRead, token)
    }

    private mutating func startAfresh() -> FeedAnswer<Item> {
        closed()
        return FeedAnswer(step: .startAfresh)
    }

    /// A client that has nothing can be shown any log.
    private func isOurLog(_ generation: Int64) -> Bool {
        position == 0 || self.generation == nil || self.generation == generation
    }

    private mutating func nextToken() -> FeedToken {
        tokens &+= 1
        return FeedToken(tokens)
    }

    /// The events at the front that follow `position` without a hole.
    private func dense(_ events: ArraySlice<Numbered<Item>>, after position: Int64) -> ArraySlice<Numbered<Item>> {
        var last = position
        return events.prefix { event in
            // Greater first: the successor of the greatest number would overflow.
            guard event.number > last, event.number == last + 1 else { return false }
            last = event.number
            return true
        }
    }
}

extension Feed: Equatable where Item: Equatable {}
extension Feed: Hashable where Item: Hashable {}
