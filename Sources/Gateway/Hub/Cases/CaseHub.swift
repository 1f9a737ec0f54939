import CaseMachine
import CaseStore
import Feed
import Reactor
import Wire

/// The cases that sockets of this loop follow, each socket with a `Feed`. What the engine publishes comes in here; the
/// log is the truth, and the sweep compares.
final class CaseHub {
    unowned let desk: SocketDesk
    private var cases: [CaseID: WatchedCase] = [:]
    private var sweep = Sweep<CaseID>()
    private var isSweeping = false
    private var lastSerial: UInt64 = 0

    init(_ desk: SocketDesk) { self.desk = desk }

    subscript(id: CaseID) -> WatchedCase? { cases[id] }

    private var generation: Int64 { desk.house.store.generation }

    // MARK: Coming and going

    /// The case is loaded whatever is known of it: who may read it is decided on what is stored.
    func subscribe(_ session: SocketSession, _ wish: Subscription, re: Int64) {
        guard let name = PublicID(text: wish.caseID) else {
            return desk.refuse(session, WireError(re: re, .noSuchCase))
        }
        let isNew = !session.watches.values.contains { $0.publicID == name } && session.wanted[name] == nil
        guard !isNew || session.watches.count + session.wanted.count < desk.house.limits.subscriptions else {
            return desk.refuse(session, WireError(re: re, .tooManySubscriptions))
        }
        let earlier = session.wanted.updateValue(re, forKey: name)
        let connection = session.connection
        let isAsked = desk.ask(\.subscriptions, name) { _, found in
            found
        } then: { desk, found in
            guard let session = desk.sessions[connection] else { return }
            desk.cases.subscribe(session, wish, name, found, re: re)
        }
        guard !isAsked else { return }
        session.wanted[name] = earlier
        desk.refuse(session, WireError(re: re, .overloaded))
    }

    private func subscribe(
        _ session: SocketSession, _ wish: Subscription, _ name: PublicID, _ found: Result<LoadedCase, WireFault>,
        re: Int64
    ) {
        guard let visitor = session.visitor else { return }
        let isWanted = session.wanted[name] == re
        if isWanted { session.wanted[name] = nil }
        switch found {
        case .failure(let fault): desk.refuse(session, fault, about: desk.names.known(name)?.id, re: re)
        case .success(let loaded):
            take(CaseNews(loaded))
            let newest = cases[loaded.id]?.latest ?? CaseNews(loaded)
            guard visitor.actor.mayRead(newest.state) else {
                return desk.refuse(session, WireError(re: re, .noSuchCase))
            }
            desk.answer(session, re, .done)
            // Unsubscribed, or asked for anew, before it was granted.
            guard isWanted else { return }
            begin(session, wish, newest)
        }
    }

    private func begin(_ session: SocketSession, _ wish: Subscription, _ news: CaseNews) {
        let watch = session.watches[news.id] ?? newWatch(news)
        if session.watches.updateValue(watch, forKey: news.id) == nil { join(session, news) }
        // A name that is none of ours is another log's.
        watch.feed.begin(after: wish.after, generation: wish.generation.map { Int64($0) ?? .min })
        if session.isPaused { watch.feed.pause() }
        showNotices(to: session, news.id)
        switch cases[news.id]?.standing {
        case .stands: apply(watch.feed.confirmed(), to: watch, session)
        case .away: apply(watch.feed.subscriptionLost(), to: watch, session)
        // Its confirmation, or that the broker has gone, is on its way.
        case .asked, nil: break
        }
    }

    /// What the broker says of the subscription that all of this loop's watchers share.
    func stands(_ id: CaseID, _ stands: Bool) {
        guard let watched = cases[id] else { return }
        watched.standing = stands ? .stands : .away
        for session in watched.watchers {
            guard let watch = session.watches[id] else { continue }
            apply(stands ? watch.feed.confirmed() : watch.feed.subscriptionLost(), to: watch, session)
        }
    }

    private func newWatch(_ news: CaseNews) -> CaseWatch {
        lastSerial += 1
        return CaseWatch(news.id, news.publicID, serial: lastSerial)
    }

    private func join(_ session: SocketSession, _ news: CaseNews) {
        if let watched = cases[news.id] {
            watched.watchers.append(session)
        } else {
            let watched = WatchedCase(news, desk.house.follow(.case(news.id), loop: desk.index))
            watched.watchers.append(session)
            cases[news.id] = watched
            sweep.watch(news.id, version: news.version)
        }
        desk.presence.joined(session, news.id)
    }

    func unsubscribe(_ session: SocketSession, _ text: String) {
        guard let name = PublicID(text: text) else { return }
        session.wanted[name] = nil
        guard let watch = session.watches.values.first(where: { $0.publicID == name }) else { return }
        end(watch, of: session)
    }

    func left(_ session: SocketSession) {
        for watch in session.watches.values { end(watch, of: session) }
    }

    private func end(_ watch: CaseWatch, of session: SocketSession) {
        watch.feed.closed()
        session.watches[watch.id] = nil
        desk.presence.parted(session, watch.id)
        guard let watched = cases[watch.id] else { return }
        watched.watchers.removeAll { $0 === session }
        guard watched.watchers.isEmpty else { return }
        cases[watch.id] = nil
        sweep.unwatch(watch.id)
        desk.house.unfollow(.case(watch.id), loop: desk.index)
    }

    // MARK: News

    /// Of the engine, or of the store.
    func take(_ news: CaseNews) {
        guard let watched = cases[news.id] else { return }
        sweep.published(news.id, version: news.version)
        if news.version > watched.latest.version {
            let before = watched.latest.state
            watched.latest = news
            if Readership(before) != Readership(news.state) {
                // First of all: whoever may not read it any more gets nothing of what is new.
                turnAway(watched)
                desk.presence.handlersChanged(in: news.id, before: before.handlers)
            }
        }
        for session in watched.watchers { tell(session, news) }
    }

    /// To those who see the file: what was not sent yet is its uploader's, who asks for it by HTTP.
    func take(_ record: FileRecord) {
        guard let watched = cases[record.caseID], record.audience != .uploader else { return }
        for session in watched.watchers where record.audience == .everyone || session.side == .team {
            guard let watch = session.watches[record.caseID] else { continue }
            let push = FilePush(
                caseID: watch.publicID.text, id: record.publicID.text, standing: FileStanding(record))
            desk.send(.file(push), to: session)
        }
    }

    private func turnAway(_ watched: WatchedCase) {
        let state = watched.latest.state
        for session in watched.watchers where session.visitor?.actor.mayRead(state) != true {
            guard let watch = session.watches[watched.latest.id] else { continue }
            end(watch, of: session)
            desk.send(.gone(caseID: watch.publicID.text), to: session)
        }
    }

    private func tell(_ session: SocketSession, _ news: CaseNews) {
        guard let watch = session.watches[news.id] else { return }
        let side = session.side
        if !news.events.isEmpty {
            let messages = news.messages(for: side, Words(desk.house, mayRead: false))
            for (event, message) in zip(news.events, messages) {
                guard let number = event.numbers.number(for: side), let message else { continue }
                apply(watch.feed.arrived(number, message), to: watch, session)
            }
        }
        // What was published before, what was found in the store, and what could not be put into words here.
        observe(news, watch, session)
    }

    private func observe(_ news: CaseNews, _ watch: CaseWatch, _ session: SocketSession) {
        let head = LogHead(generation: generation, number: news.state.head(of: session.side))
        apply(watch.feed.headObserved(head), to: watch, session)
    }

    // MARK: Feeds

    private func apply(_ answer: FeedAnswer<[UInt8]>, to watch: CaseWatch, _ session: SocketSession) {
        answer.deliver.forEach { desk.send($0.item, to: session) }
        if let seq = answer.caughtUp {
            let push = CaughtUp(caseID: watch.publicID.text, seq: seq, generation: String(generation))
            desk.send(.caughtUp(push), to: session)
        }
        switch answer.step {
        case .nothing: break
        case .wait(let duration, let token):
            desk.loop.after(duration) { [unowned self] _ in
                guard session.watches[watch.id] === watch else { return }
                apply(watch.feed.waitOver(token), to: watch, session)
            }
        case .read(let after, let limit, let token):
            watch.reading = token
            desk.queue(session) { [unowned self] in read(watch, after: after, limit: limit, token, session) }
        case .startAfresh:
            end(watch, of: session)
            desk.send(.afresh(caseID: watch.publicID.text), to: session)
        }
    }

    private func read(
        _ watch: CaseWatch, after: Int64, limit: Int, _ token: FeedToken, _ session: SocketSession
    ) -> Bool {
        // Overtaken by another read, or the subscription has ended.
        guard session.watches[watch.id] === watch, watch.reading == token, let visitor = session.visitor else {
            return false
        }
        let (id, name, serial, connection) = (watch.id, watch.publicID, watch.serial, session.connection)
        let (actor, side) = (visitor.actor, visitor.side)
        let isAsked = desk.ask { house in
            EncodedPage(house, of: id, name, for: actor, side, after: after, limit: limit)
        } then: { desk, page in
            guard let session = desk.sessions[connection] else { return }
            if let watch = session.watches[id], watch.serial == serial {
                desk.cases.take(page, for: watch, token, session)
            }
            desk.errandIsDone(session)
        }
        if !isAsked { apply(watch.feed.readFailed(token), to: watch, session) }
        return isAsked
    }

    private func take(_ page: EncodedPage, for watch: CaseWatch, _ token: FeedToken, _ session: SocketSession) {
        switch page.outcome {
        case .read(let events, let head):
            let head = LogHead(generation: generation, number: head)
            apply(watch.feed.page(token, events, head: head), to: watch, session)
        case .failed: apply(watch.feed.readFailed(token), to: watch, session)
        case .trouble:
            end(watch, of: session)
            desk.send(.gone(caseID: watch.publicID.text), to: session)
        }
    }

    /// The socket can take more.
    func resumed(_ session: SocketSession) {
        for watch in Array(session.watches.values) { apply(watch.feed.resume(), to: watch, session) }
    }

    // MARK: The sweep

    /// The broker is a hint, the log is the truth.
    func sweepOnce() {
        let question = sweep.question
        guard !isSweeping, sweep.count > 0 else { return }
        isSweeping = desk.ask { house -> [CaseID: Int64]? in
            try? house.store.versions(of: question.ids)
        } then: { desk, answer in
            desk.cases.compare(question, answer)
        }
    }

    private func compare(_ question: SweepQuestion<CaseID>, _ answer: [CaseID: Int64]?) {
        isSweeping = false
        guard let answer else { return }
        for difference in sweep.differences(question, answer) {
            desk.figures.sweepFinds &+= 1
            let id = difference.id
            _ = desk.ask {
                $0.load(id)
            } then: { desk, found in
                desk.cases.looked(id, found)
            }
        }
    }

    private func looked(_ id: CaseID, _ found: Result<LoadedCase, WireFault>) {
        switch found {
        case .success(let loaded):
            sweep.looked(id, version: loaded.version)
            take(CaseNews(loaded))
        case .failure(let fault) where fault.retry: break
        case .failure:
            guard let watched = cases[id] else { return }
            for session in watched.watchers {
                guard let watch = session.watches[id] else { continue }
                end(watch, of: session)
                desk.send(.gone(caseID: watch.publicID.text), to: session)
            }
        }
    }
}

extension CaseStore {
    /// For sockets that wait for it; what goes wrong for all goes wrong for each.
    func each(named names: [PublicID]) -> [Result<LoadedCase, WireFault>] {
        do {
            return try load(named: names).map { $0.mapError { WireFault(trouble: $0) } }
        } catch {
            return names.map { _ in .failure(WireFault(.storeAway)) }
        }
    }

    func one(named name: PublicID) -> Result<LoadedCase, WireFault> {
        each(named: [name]).first ?? .failure(WireFault(.noSuchCase))
    }
}
