/// The topics of one server: what is wanted here, what the server holds, and what is on its way between them. Pure.
///
/// Of each topic at most one request is under way; when its answer has come, the next follows if what is wanted has
/// changed meanwhile. So the server is always asked for the newest wish, and an answer can only belong to the request
/// that it answers: the confirmation of an earlier subscription never passes for that of a later one.
struct SubscriptionTable {
    enum Request: Equatable {
        case subscribe
        case unsubscribe
    }

    enum Answer: Equatable {
        /// To be told: the subscription stands.
        case confirmed
        case nothing
        /// This was not asked for, or not now: the server and we do not understand each other.
        case unexpected
    }

    private struct Entry {
        var isWanted = true
        /// Somebody waits for `.subscribed`.
        var owesConfirmation = true
        /// `.subscribed` was told, and it has not been lost since.
        var isTold = false
        var atServer = AtServer.absent
        /// Nobody has wanted it for so long that it is to go.
        var mustLeave = false
    }

    /// What the server holds, as far as we know.
    private enum AtServer {
        case absent
        case asked
        case standing
        case leaving
    }

    private let linger: Duration
    private var entries: [BrokerTopic: Entry] = [:]
    /// Topics to be looked at when there is room for a request; some may have nothing to ask for any more.
    private var queue = FIFO<BrokerTopic>()
    /// Requests whose answers have not come, in the order of asking, which is that of the answers.
    private var unanswered = FIFO<(topic: BrokerTopic, request: Request)>()
    /// Topics that nobody wants any more, and until when they stay.
    private var lingering = FIFO<(topic: BrokerTopic, until: Duration)>()
    private var isConnected = false
    private(set) var wantedCount = 0

    init(linger: Duration) { self.linger = linger }

    var awaitsAnswers: Bool { !unanswered.isEmpty }

    func wants(_ topic: BrokerTopic) -> Bool { entries[topic]?.isWanted == true }

    /// `true`: it stands already, which is to be told.
    mutating func want(_ topic: BrokerTopic) -> Bool {
        guard var entry = entries[topic] else {
            entries[topic] = Entry()
            wantedCount += 1
            // Without a server nobody empties the queue; `connected` fills it.
            if isConnected { queue.append(topic) }
            return false
        }
        if !entry.isWanted { wantedCount += 1 }
        let stands = entry.atServer == .standing
        entry.isWanted = true
        entry.mustLeave = false
        entry.owesConfirmation = !stands
        entry.isTold = stands
        entries[topic] = entry
        return stands
    }

    mutating func unwant(_ topic: BrokerTopic, now: Duration) {
        guard var entry = entries[topic], entry.isWanted else { return }
        wantedCount -= 1
        guard entry.atServer != .absent else {
            entries[topic] = nil
            return
        }
        entry.isWanted = false
        entry.owesConfirmation = false
        entry.isTold = false
        entries[topic] = entry
        lingering.append((topic, now + linger))
    }

    /// Lets go of what nobody has wanted for long enough.
    mutating func expire(now: Duration) {
        while let first = lingering.first, first.until <= now {
            lingering.removeFirst()
            // Wanted again and given up again since: it stands once more, further behind, and goes a little early.
            guard var entry = entries[first.topic], !entry.isWanted, !entry.mustLeave else { continue }
            entry.mustLeave = true
            entries[first.topic] = entry
            queue.append(first.topic)
        }
    }

    /// What to ask the server for now, while no more than `limit` answers are missing.
    mutating func requests(limit: Int) -> (subscribe: [BrokerTopic], unsubscribe: [BrokerTopic]) {
        var subscribe: [BrokerTopic] = []
        var unsubscribe: [BrokerTopic] = []
        while unanswered.count + subscribe.count + unsubscribe.count < limit, let topic = queue.first {
            queue.removeFirst()
            guard var entry = entries[topic] else { continue }
            switch entry.atServer {
            case .absent where entry.isWanted:
                entry.atServer = .asked
                subscribe.append(topic)
            case .standing where entry.mustLeave:
                entry.atServer = .leaving
                unsubscribe.append(topic)
            case .absent, .asked, .standing, .leaving:
                break  // queued more than once, or wanted otherwise by now
            }
            entries[topic] = entry
        }
        for topic in subscribe { unanswered.append((topic, .subscribe)) }
        for topic in unsubscribe { unanswered.append((topic, .unsubscribe)) }
        return (subscribe, unsubscribe)
    }

    mutating func answered(_ request: Request, _ topic: BrokerTopic) -> Answer {
        guard let first = unanswered.first, first.topic == topic, first.request == request,
            var entry = entries[topic]
        else { return .unexpected }
        unanswered.removeFirst()
        switch request {
        case .subscribe:
            entry.atServer = .standing
            let confirms = entry.owesConfirmation
            if confirms {
                entry.owesConfirmation = false
                entry.isTold = true
            }
            entries[topic] = entry
            if entry.mustLeave { queue.append(topic) }
            return confirms ? .confirmed : .nothing
        case .unsubscribe:
            entry.atServer = .absent
            entries[topic] = entry.isWanted ? entry : nil
            if entry.isWanted { queue.append(topic) }
            return .nothing
        }
    }

    /// The connection has gone, and with it what the server held. Returns the topics whose loss is to be told.
    mutating func disconnected() -> [BrokerTopic] {
        isConnected = false
        queue.removeAll()
        unanswered.removeAll()
        lingering.removeAll()
        var lost: [BrokerTopic] = []
        for (topic, entry) in entries {
            guard entry.isWanted else {
                entries[topic] = nil
                continue
            }
            if entry.isTold { lost.append(topic) }
            entries[topic] = Entry()
        }
        return lost
    }

    /// A new connection, which holds nothing: everything is asked for, `last` behind all else.
    mutating func connected(last: BrokerTopic) {
        isConnected = true
        queue.removeAll()
        for topic in entries.keys where topic != last { queue.append(topic) }
        queue.append(last)
    }
}

/// First in, first out, in amortised constant time.
struct FIFO<Element> {
    private var elements: [Element] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }
    var first: Element? { isEmpty ? nil : elements[head] }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func removeFirst() {
        head += 1
        // Moves what is left no more often than as much has gone.
        if head * 2 >= elements.count {
            elements.removeFirst(head)
            head = 0
        }
    }

    mutating func removeAll() {
        elements = []
        head = 0
    }
}
