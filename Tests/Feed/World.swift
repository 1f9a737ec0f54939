import Feed

/// What happens to a feed in the model.
enum Happening: Hashable {
    case commit
    case brokerFansOut
    case confirmationArrives
    case confirmationRepeats
    case arrives(Int64)
    case publicationLost(Int64)
    case publicationRepeats(Int64)
    case storeAnswers(Int)
    case storeFails(Int)
    case replyArrives(Int)
    case replyRepeats(Int)
    case waitEnds(Int)
    case waitEndsTwice(Int)
    case brokerGoesAway(droppingWhatIsUnderWay: Bool)
    case brokerReturns
    case sweep
    case sweepAsks
    case sweepIsToldLate
    case pause
    case resume
    /// The client subscribes again, having lost so many of the events that were written to its old socket.
    case subscribesAgain(lost: Int64)
}

/// How often the world may do what it need not do.
struct Mischief: Hashable {
    var lostPublications = 0
    var repeatedPublications = 0
    var failedReads = 0
    var repeatedReplies = 0
    var repeatedWaits = 0
    var brokerAbsences = 0
    var lateSweeps = 0
    var pauses = 0
    var subscriptions = 0
}

struct Violation: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// A feed, and all that can be under way around it: the store's log, publications, replies, waits; with what the client
/// has been given so far. Every step checks that it was given the dense log; it throws when it was not.
struct World: Hashable {
    private enum Broker: Hashable { case asked, fansOut, confirmed, away }

    private struct Read: Hashable {
        let after: Int64
        let limit: Int
        let token: FeedToken
        let subscription: Int
    }

    private struct Reply: Hashable {
        let read: Read
        /// The store's head when it answered; `nil` when it failed.
        let head: Int64?
        var isRepeat = false
    }

    private var feed: Feed<Int64>
    private let events: Int64
    private var committed: Int64
    private var broker = Broker.asked
    /// Published and not arrived, in order; they arrive in any.
    private var published: [Int64] = []
    private var reads: [Read] = []
    private var replies: [Reply] = []
    private var waits: [FeedToken] = []
    private var lateSweep: Int64?
    private var mischief: Mischief
    private var isPaused = false
    private var subscription = 0

    private(set) var delivered: Int64
    /// The highest number the feed was told of, by whomever.
    private var told: Int64 = 0
    /// What was committed when the subscription was confirmed or, without one, begun.
    private var floor: Int64
    private var owesCaughtUp = true
    private var lostSinceConfirmed = false

    init(events: Int64, committed: Int64, after: Int64, limits: FeedLimits, mischief: Mischief) {
        self.events = events
        self.committed = committed
        self.mischief = mischief
        feed = Feed(limits: limits)
        delivered = after
        floor = committed
        feed.begin(after: after)
    }

    var phase: FeedPhase { feed.phase }

    // MARK: What can happen

    /// What happens sooner or later by itself.
    var due: [Happening] {
        var due: [Happening] = []
        if committed < events { due.append(.commit) }
        switch broker {
        case .asked: due.append(.brokerFansOut)
        case .fansOut: due.append(.confirmationArrives)
        case .confirmed, .away: break
        }
        for (index, number) in published.enumerated() where index == 0 || published[index - 1] != number {
            due.append(.arrives(number))
        }
        due += reads.indices.map { .storeAnswers($0) }
        due += replies.indices.map { .replyArrives($0) }
        due += waits.indices.map { .waitEnds($0) }
        if lateSweep != nil { due.append(.sweepIsToldLate) }
        if isPaused { due.append(.resume) }
        return due
    }

    /// What may happen or not.
    var possible: [Happening] {
        var possible: [Happening] = [.sweep]
        if broker == .confirmed { possible.append(.confirmationRepeats) }
        // Or never: then the sweep alone must do.
        if broker == .away { possible.append(.brokerReturns) }
        for (index, number) in published.enumerated() where index == 0 || published[index - 1] != number {
            if mischief.lostPublications > 0 { possible.append(.publicationLost(number)) }
            if mischief.repeatedPublications > 0 { possible.append(.publicationRepeats(number)) }
        }
        if mischief.failedReads > 0 { possible += reads.indices.map { .storeFails($0) } }
        if mischief.repeatedReplies > 0 { possible += replies.indices.map { .replyRepeats($0) } }
        if mischief.repeatedWaits > 0 { possible += waits.indices.map { .waitEndsTwice($0) } }
        if mischief.brokerAbsences > 0, broker != .away {
            possible.append(.brokerGoesAway(droppingWhatIsUnderWay: false))
            if !published.isEmpty { possible.append(.brokerGoesAway(droppingWhatIsUnderWay: true)) }
        }
        if mischief.lateSweeps > 0, lateSweep == nil { possible.append(.sweepAsks) }
        if mischief.pauses > 0, !isPaused { possible.append(.pause) }
        if mischief.subscriptions > 0 {
            possible.append(.subscribesAgain(lost: 0))
            if delivered > 0 { possible.append(.subscribesAgain(lost: 1)) }
        }
        return possible
    }

    // MARK: What happens

    mutating func happen(_ happening: Happening) throws {
        switch happening {
        case .commit:
            committed += 1
            if broker == .fansOut || broker == .confirmed { publish(committed) }
        case .brokerFansOut, .brokerReturns:
            broker = .fansOut
        case .confirmationArrives:
            broker = .confirmed
            try confirm()
        case .confirmationRepeats:
            try take(feed.confirmed())
        case .arrives(let number):
            unpublish(number)
            let answer = feed.arrived(number, number)
            if isPaused, answer.deliver != .nothing { throw Violation("delivered to a paused socket") }
            told = max(told, number)
            try take(answer)
        case .publicationLost(let number):
            mischief.lostPublications -= 1
            unpublish(number)
            lostSinceConfirmed = true
        case .publicationRepeats(let number):
            mischief.repeatedPublications -= 1
            publish(number)
        case .storeAnswers(let index):
            replies.append(Reply(read: reads.remove(at: index), head: committed))
        case .storeFails(let index):
            mischief.failedReads -= 1
            replies.append(Reply(read: reads.remove(at: index), head: nil))
        case .replyArrives(let index):
            try hand(replies.remove(at: index))
        case .replyRepeats(let index):
            mischief.repeatedReplies -= 1
            let reply = replies[index]
            replies[index].isRepeat = true
            try hand(reply)
        case .waitEnds(let index):
            try take(feed.waitOver(waits.remove(at: index)))
        case .waitEndsTwice(let index):
            mischief.repeatedWaits -= 1
            try take(feed.waitOver(waits[index]))
        case .brokerGoesAway(let dropping):
            mischief.brokerAbsences -= 1
            broker = .away
            lostSinceConfirmed = true
            if dropping { published = [] }
            try take(feed.subscriptionLost())
        case .sweep:
            told = max(told, committed)
            try take(feed.headObserved(LogHead(generation: 1, number: committed)))
        case .sweepAsks:
            mischief.lateSweeps -= 1
            lateSweep = committed
        case .sweepIsToldLate:
            let head = lateSweep ?? 0
            lateSweep = nil
            told = max(told, head)
            try take(feed.headObserved(LogHead(generation: 1, number: head)))
        case .pause:
            mischief.pauses -= 1
            isPaused = true
            feed.pause()
        case .resume:
            isPaused = false
            try take(feed.resume())
        case .subscribesAgain(let lost):
            mischief.subscriptions -= 1
            delivered -= lost
            subscription += 1
            floor = committed
            owesCaughtUp = true
            feed.begin(after: delivered)
            switch broker {
            case .asked, .fansOut: break
            case .confirmed: try confirm()
            case .away: try take(feed.subscriptionLost())
            }
        }
        try check()
    }

    private mutating func publish(_ number: Int64) {
        published.insert(number, at: published.firstIndex { $0 >= number } ?? published.count)
    }

    private mutating func unpublish(_ number: Int64) {
        if let index = published.firstIndex(of: number) { published.remove(at: index) }
    }

    private mutating func confirm() throws {
        floor = committed
        owesCaughtUp = true
        lostSinceConfirmed = false
        try take(feed.confirmed())
    }

    private mutating func hand(_ reply: Reply) throws {
        guard let head = reply.head else { return try take(feed.readFailed(reply.read.token)) }
        let first = reply.read.after + 1
        let last = min(head, reply.read.after + Int64(reply.read.limit))
        let events = first <= last ? (first...last).map { Numbered($0, $0) } : []
        try take(feed.page(reply.read.token, events, head: LogHead(generation: 1, number: head)))
    }

    // MARK: What must hold

    private mutating func take(_ answer: FeedAnswer<Int64>) throws {
        try answer.deliver.forEach { event in
            guard event.number == delivered + 1, event.item == event.number else {
                throw Violation("\(event.number) was delivered after \(delivered)")
            }
            delivered = event.number
        }
        if let number = answer.caughtUp {
            guard owesCaughtUp else { throw Violation("caughtUp \(number) was said twice for one replay") }
            guard number == delivered, number >= told, number >= floor else {
                throw Violation("caughtUp \(number) at \(delivered), told of \(told), \(floor) when confirmed")
            }
            owesCaughtUp = false
        }
        switch answer.step {
        case .nothing: break
        case .read(let after, let limit, let token):
            guard after == delivered else { throw Violation("read after \(after) at \(delivered)") }
            if isPaused { throw Violation("read for a paused socket") }
            reads.append(Read(after: after, limit: limit, token: token, subscription: subscription))
        case .wait(_, let token): waits.append(token)
        case .startAfresh: throw Violation("sent back to the start")
        }
    }

    private func check() throws {
        guard feed.position == delivered else { throw Violation("position \(feed.position) at \(delivered)") }
        if phase == .live, delivered < told { throw Violation("live at \(delivered), told of \(told)") }
        if phase == .live, owesCaughtUp { throw Violation("live without caughtUp") }
        let current =
            reads.count { $0.subscription == subscription }
            + replies.count { $0.read.subscription == subscription && !$0.isRepeat }
        if current > 1 { throw Violation("\(current) reads at once") }
    }

    /// When nothing is due any more, everything has arrived unless something was lost; and then a sweep sets the feed
    /// going again.
    func checkAtRest() throws {
        guard phase == .live else { throw Violation("at rest \(phase)") }
        if !lostSinceConfirmed, delivered != events { throw Violation("at rest at \(delivered) without a loss") }
        var swept = self
        try swept.happen(.sweep)
        if swept == self, delivered != events { throw Violation("at rest at \(delivered) after a sweep") }
    }
}
