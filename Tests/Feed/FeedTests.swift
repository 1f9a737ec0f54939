import Feed
import Testing

@Suite struct FeedTests {
    private typealias Answer = FeedAnswer<String>

    /// A feed that is live at 2, and the tokens it has given out so far.
    private func live(limits: FeedLimits = FeedLimits()) throws -> Feed<String> {
        var feed = Feed<String>(limits: limits)
        feed.begin(after: 0)
        let read = try #require(token(feed.confirmed()))
        #expect(feed.page(read, events(1, 2), head: head(2)).caughtUp == 2)
        return feed
    }

    // MARK: Subscribing

    // covers: B1
    @Test func `nothing is read before the subscription stands, then everything after the client's position`() throws {
        var feed = Feed<String>()
        feed.begin(after: 3)
        #expect(feed.arrived(4, "d") == .nothing)
        #expect(feed.phase == .subscribing)

        let answer = feed.confirmed()
        let read = try #require(token(answer))
        #expect(answer == Answer(step: .read(after: 3, limit: 100, read)))
        #expect(feed.page(read, events(4), head: head(4)) == Answer(deliver: .one(event(4)), caughtUp: 4))
        #expect(feed.phase == .live)
        #expect(feed.position == 4)
    }

    @Test func `a confirmation that comes twice is heard once`() throws {
        var feed = try live()
        #expect(feed.confirmed() == .nothing)
    }

    @Test func `without a broker the store is read at once, and again when the broker is back`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let first = try #require(token(feed.subscriptionLost()))
        #expect(feed.page(first, events(1), head: head(1)) == Answer(deliver: .one(event(1)), caughtUp: 1))
        #expect(feed.subscriptionLost() == .nothing)

        let second = try #require(token(feed.confirmed()))
        #expect(feed.page(second, events(2), head: head(2)) == Answer(deliver: .one(event(2)), caughtUp: 2))
    }

    @Test func `a sweep that knows more begins to read though no confirmation has come`() throws {
        var feed = Feed<String>()
        feed.begin(after: 1)
        #expect(feed.headObserved(head(1)) == .nothing)
        #expect(token(feed.headObserved(head(2))) != nil)
    }

    // MARK: Reading

    @Test func `pages follow each other, one at a time, and the end of the replay is said once`() throws {
        var feed = Feed<String>(limits: FeedLimits(pageEvents: 2))
        feed.begin(after: 0)
        let first = try #require(token(feed.confirmed()))
        let answer = feed.page(first, events(1, 2), head: head(3))
        let second = try #require(token(answer))
        #expect(answer == Answer(deliver: .run(events(1, 2)[...]), step: .read(after: 2, limit: 2, second)))
        #expect(feed.page(second, events(3), head: head(3)) == Answer(deliver: .one(event(3)), caughtUp: 3))
    }

    @Test func `an empty log is caught up at 0`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let read = try #require(token(feed.confirmed()))
        #expect(feed.page(read, [], head: head(0)) == Answer(caughtUp: 0))
    }

    @Test func `what arrives during a read is not delivered but read, and caughtUp waits for it`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let first = try #require(token(feed.confirmed()))
        #expect(feed.arrived(1, "a") == .nothing)
        let answer = feed.page(first, [], head: head(0))
        #expect(answer.caughtUp == nil)
        let second = try #require(token(answer))
        #expect(feed.page(second, events(1), head: head(1)) == Answer(deliver: .one(event(1)), caughtUp: 1))
    }

    @Test func `a number that the store does not confirm is forgotten`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let first = try #require(token(feed.confirmed()))
        #expect(feed.arrived(.max, "?") == .nothing)
        let second = try #require(token(feed.page(first, events(1), head: head(1))))
        #expect(feed.page(second, [], head: head(1)) == Answer(caughtUp: 1))
    }

    @Test func `a subscription confirmed during a read is followed by another read`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let first = try #require(token(feed.subscriptionLost()))
        #expect(feed.confirmed() == .nothing)
        let answer = feed.page(first, events(1), head: head(1))
        let second = try #require(token(answer))
        #expect(answer == Answer(deliver: .one(event(1)), step: .read(after: 1, limit: 100, second)))
        #expect(feed.page(second, [], head: head(1)) == Answer(caughtUp: 1))
    }

    @Test func `a failed read is tried again after a second`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let read = try #require(token(feed.confirmed()))
        let failed = feed.readFailed(read)
        let wait = try #require(token(failed))
        #expect(failed == Answer(step: .wait(.seconds(1), wait)))
        #expect(feed.readFailed(read) == .nothing)
        #expect(feed.page(read, events(1), head: head(1)) == .nothing)

        let second = try #require(token(feed.waitOver(wait)))
        #expect(feed.waitOver(wait) == .nothing)
        #expect(feed.page(second, events(1), head: head(1)).caughtUp == 1)
    }

    @Test(arguments: [
        ("nothing", [Int64](), 0), ("a hole at the front", [2, 3], 0), ("a hole within", [1, 3], 1),
        ("what the client has", [-1, 0, 1, 2], 2), ("the wrong order", [3, 2, 1], 0), ("one twice", [1, 1, 2], 1),
        ("extremes", [.min, .max], 0),
    ])
    func `a page goes out only as far as it is dense`(_ name: String, _ numbers: [Int64], _ position: Int64) throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let read = try #require(token(feed.confirmed()))
        let answer = feed.page(read, numbers.map { event($0) }, head: head(3))
        #expect(feed.position == position)
        #expect(answer.caughtUp == nil)
        // A page that gives nothing is a failure: asking again at once could go on for ever.
        switch answer.step {
        case .wait: #expect(position == 0)
        case .read: #expect(position > 0)
        case .nothing, .startAfresh: Issue.record("\(name): \(answer.step)")
        }
    }

    // MARK: Live and repairing

    // covers: B1
    @Test func `an event that follows goes out, one that was there is dropped`() throws {
        var feed = try live()
        #expect(feed.arrived(3, "c") == Answer(deliver: .one(Numbered(3, "c"))))
        #expect(feed.arrived(3, "c") == .nothing)
        #expect(feed.arrived(1, "a") == .nothing)
        #expect(feed.position == 3)
    }

    @Test func `an event that was overtaken arrives in time, and the store is not read`() throws {
        var feed = try live()
        let gap = feed.arrived(4, "4")
        let wait = try #require(token(gap))
        #expect(gap == Answer(step: .wait(.milliseconds(20), wait)))
        #expect(feed.arrived(5, "5") == .nothing)
        #expect(feed.arrived(4, "4") == .nothing)
        #expect(feed.arrived(3, "3") == Answer(deliver: .run(events(3, 4, 5)[...])))
        #expect(feed.waitOver(wait) == .nothing)
        #expect(feed.phase == .live)
    }

    // covers: B1
    @Test func `an event that does not come is read, and the client does not notice`() throws {
        var feed = try live()
        let wait = try #require(token(feed.arrived(4, "4")))
        let answer = feed.waitOver(wait)
        let read = try #require(token(answer))
        #expect(answer == Answer(step: .read(after: 2, limit: 100, read)))
        #expect(feed.page(read, events(3, 4), head: head(4)) == Answer(deliver: .run(events(3, 4)[...])))
        #expect(feed.phase == .live)
    }

    @Test func `a second gap gets a wait of its own`() throws {
        var feed = try live()
        let first = try #require(token(feed.arrived(4, "4")))
        #expect(feed.arrived(6, "6") == .nothing)
        let answer = feed.arrived(3, "3")
        let second = try #require(token(answer))
        #expect(answer == Answer(deliver: .run(events(3, 4)[...]), step: .wait(.milliseconds(20), second)))
        #expect(feed.waitOver(first) == .nothing)
        #expect(feed.arrived(5, "5") == Answer(deliver: .run(events(5, 6)[...])))
    }

    @Test func `more than is kept during a repair is read from the store`() throws {
        var feed = try live(limits: FeedLimits(keptEvents: 2))
        for number in Int64(4)...1_000 { _ = feed.arrived(number, "\(number)") }
        let answer = feed.arrived(3, "3")
        let read = try #require(token(answer))
        #expect(answer == Answer(deliver: .run(events(3, 4, 5)[...]), step: .read(after: 5, limit: 100, read)))
    }

    // covers: B1
    @Test func `the last event of a case, whose publication was lost, is found by the sweep`() throws {
        var feed = try live()
        #expect(feed.headObserved(head(2)) == .nothing)
        #expect(feed.headObserved(head(1)) == .nothing)
        let read = try #require(token(feed.headObserved(head(3))))
        #expect(feed.page(read, events(3), head: head(3)) == Answer(deliver: .one(event(3))))
    }

    // MARK: Another log

    @Test(
        arguments: [
            (after: 3, generation: 7, head: LogHead(generation: 7, number: 2)),
            (after: 3, generation: 7, head: LogHead(generation: 8, number: 9)),
            (after: 3, generation: nil, head: LogHead(generation: 8, number: 2)),
            (after: .max, generation: 7, head: LogHead(generation: 7, number: 2)),
        ] as [(after: Int64, generation: Int64?, head: LogHead)])
    func `a client that knows another log starts afresh`(_ row: (after: Int64, generation: Int64?, head: LogHead))
        throws
    {
        var feed = Feed<String>()
        feed.begin(after: row.after, generation: row.generation)
        let read = try #require(token(feed.confirmed()))
        #expect(feed.page(read, [], head: row.head) == Answer(step: .startAfresh))
        #expect(feed.phase == .ended)
        #expect(feed.arrived(4, "4") == .nothing)

        feed.begin(after: 0)
        let second = try #require(token(feed.confirmed()))
        #expect(feed.page(read, events(1), head: head(1)) == .nothing)
        #expect(feed.page(second, events(1, 2), head: LogHead(generation: 8, number: 2)).caughtUp == 2)
        #expect(feed.generation == 8)
    }

    @Test func `a client that has nothing is shown whatever log there is`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0, generation: 7)
        let read = try #require(token(feed.confirmed()))
        #expect(feed.page(read, events(1), head: LogHead(generation: 8, number: 1)).caughtUp == 1)
        #expect(feed.generation == 8)
    }

    @Test(arguments: [Int64.min, 0, 1, 9, .max])
    func `a sweep that sees another generation ends the feed`(_ number: Int64) throws {
        var feed = try live()
        #expect(feed.headObserved(LogHead(generation: 2, number: number)) == Answer(step: .startAfresh))
    }

    // MARK: Pausing and leaving

    @Test func `a paused socket gets the page that is under way, and the rest when it resumes`() throws {
        var feed = Feed<String>(limits: FeedLimits(pageEvents: 1))
        feed.begin(after: 0)
        let first = try #require(token(feed.confirmed()))
        feed.pause()
        #expect(feed.page(first, events(1), head: head(2)) == Answer(deliver: .one(event(1))))
        let answer = feed.resume()
        let second = try #require(token(answer))
        #expect(answer == Answer(step: .read(after: 1, limit: 1, second)))
        #expect(feed.resume() == .nothing)
        #expect(feed.page(second, events(2), head: head(2)) == Answer(deliver: .one(event(2)), caughtUp: 2))
    }

    @Test func `what arrives at a paused socket is read when it resumes`() throws {
        var feed = try live()
        feed.pause()
        #expect(feed.arrived(3, "3") == .nothing)
        let read = try #require(token(feed.resume()))
        #expect(feed.page(read, events(3), head: head(3)) == Answer(deliver: .one(event(3))))
    }

    @Test func `a repair of a paused socket is left to the store`() throws {
        var feed = try live()
        let wait = try #require(token(feed.arrived(4, "4")))
        feed.pause()
        #expect(feed.waitOver(wait) == .nothing)
        #expect(feed.arrived(3, "3") == .nothing)
        #expect(token(feed.resume()) != nil)
    }

    @Test func `after the client has left nothing has an effect`() throws {
        var feed = try live()
        let wait = try #require(token(feed.arrived(4, "4")))
        feed.closed()
        let closed = feed
        #expect(feed.waitOver(wait) == .nothing)
        #expect(feed.arrived(3, "3") == .nothing)
        #expect(feed.confirmed() == .nothing)
        #expect(feed.subscriptionLost() == .nothing)
        #expect(feed.headObserved(head(9)) == .nothing)
        #expect(feed.page(wait, events(3), head: head(3)) == .nothing)
        #expect(feed.readFailed(wait) == .nothing)
        #expect(feed.resume() == .nothing)
        #expect(feed == closed)
    }

    @Test func `an answer to an earlier subscription is not taken for one to this`() throws {
        var feed = Feed<String>()
        feed.begin(after: 0)
        let stale = try #require(token(feed.confirmed()))
        feed.begin(after: 1)
        let current = try #require(token(feed.confirmed()))
        #expect(feed.page(stale, events(1, 2), head: head(2)) == .nothing)
        #expect(feed.page(current, events(2), head: head(2)) == Answer(deliver: .one(event(2)), caughtUp: 2))
    }
}

private func event(_ number: Int64) -> Numbered<String> { Numbered(number, "\(number)") }

private func events(_ numbers: Int64...) -> [Numbered<String>] { numbers.map { event($0) } }

private func head(_ number: Int64) -> LogHead { LogHead(generation: 1, number: number) }

/// The token of the read or wait that is asked for.
private func token(_ answer: FeedAnswer<String>) -> FeedToken? {
    switch answer.step {
    case .read(_, _, let token), .wait(_, let token): token
    case .nothing, .startAfresh: nil
    }
}
