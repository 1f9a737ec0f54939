import CaseMachine
import CaseStore
import Feed
import Reactor
import Wire

/// What has changed in lists, until it is sent: at the end of the turn, and then at most once in `summaryInterval` for
/// each case; the newest wins.
final class SummaryBoard {
    private struct Change {
        var news: CaseNews
        var lists: Set<CaseList>
        var leaving: [SocketSession]
    }

    private unowned let desk: SocketDesk
    private var changes: [CaseID: Change] = [:]
    /// Sent in this interval.
    private var recent: Set<CaseID> = []
    private var isEnding = false
    private var isWaiting = false

    init(_ desk: SocketDesk) { self.desk = desk }

    func mark(_ news: CaseNews, _ lists: Set<CaseList>, leaving: [SocketSession]) {
        guard !lists.isEmpty || !leaving.isEmpty else { return }
        var change = changes[news.id] ?? Change(news: news, lists: lists, leaving: [])
        if news.version >= change.news.version { (change.news, change.lists) = (news, lists) }
        change.leaving += leaving
        changes[news.id] = change
        guard !isEnding else { return }
        isEnding = true
        desk.loop.atEndOfTurn { [unowned self] _ in
            isEnding = false
            flush()
        }
    }

    private func flush() {
        let due = changes.filter { !recent.contains($0.key) }
        for (id, change) in due {
            changes[id] = nil
            recent.insert(id)
            send(change)
        }
        guard !isWaiting, !recent.isEmpty else { return }
        isWaiting = true
        desk.loop.after(desk.house.limits.summaryInterval) { [unowned self] _ in
            isWaiting = false
            recent.removeAll(keepingCapacity: true)
            if !changes.isEmpty { flush() }
        }
    }

    private func send(_ change: Change) {
        let news = change.news
        var told: [ObjectIdentifier: SocketSession] = [:]
        for session in change.lists.flatMap(desk.inboxes.watchers) { told[ObjectIdentifier(session)] = session }
        for session in told.values where session.visitor?.actor.mayRead(news.state) == true {
            send(news, to: session, isLast: false)
        }
        for session in change.leaving where told[ObjectIdentifier(session)] == nil {
            send(news, to: session, isLast: true)
        }
    }

    /// The last one of a case that leaves the inbox is sent only to whoever may still read it; that it has gone, to all.
    private func send(_ news: CaseNews, to session: SocketSession, isLast: Bool) {
        guard let visitor = session.visitor else { return }
        if session.isPaused {
            if isLast { return gone(news, session) }
            session.missed.insert(news.id)
            return
        }
        let mayRead = visitor.actor.mayRead(news.state)
        if mayRead {
            if visitor.side == .guest, CaseColumns(news.state).stage == .open {
                desk.presence.guest(session, looksAt: news.state.team)
            }
            guard let bytes = news.summary(for: visitor.side, Words(desk.house, mayRead: false)) else {
                return isLast ? makeLast(news, for: session, visitor) : make(news, for: session, visitor.side)
            }
            send(bytes, of: news.id, to: session)
        }
        if isLast { gone(news, session) }
    }

    /// Something of it has to be looked up in the store.
    private func make(_ news: CaseNews, for session: SocketSession, _ side: Side) {
        let connection = session.connection
        let isAsked = desk.ask { house in
            news.summary(for: side, Words(house, mayRead: true))
        } then: { desk, bytes in
            guard let session = desk.sessions[connection], session.visitor != nil,
                // It has left the list since, and the client was told so.
                desk.inboxes.stands(news.id, inListsOf: session)
            else { return }
            if let bytes {
                desk.inboxes.board.send(bytes, of: news.id, to: session)
            } else {
                desk.inboxes.board.makeLater([news.id], for: session)
            }
        }
        if !isAsked { makeLater([news.id], for: session) }
    }

    /// The same, of a case that has left the list: as it is when it is read, if it may be read then.
    private func makeLast(_ news: CaseNews, for session: SocketSession, _ visitor: Visitor) {
        let (connection, actor, side) = (session.connection, visitor.actor, visitor.side)
        let isAsked = desk.ask(\.loads, [news.id]) { house, found in
            house.summaries(of: [news.id], among: found, for: actor, side).found.first?.bytes
        } then: { desk, bytes in
            guard let session = desk.sessions[connection], session.visitor != nil,
                // It has come back since: what is newer was told.
                !desk.inboxes.stands(news.id, inListsOf: session)
            else { return }
            if let bytes { desk.inboxes.board.send(bytes, of: news.id, to: session) }
            desk.inboxes.board.gone(news, session)
        }
        if !isAsked { gone(news, session) }
    }

    /// The store is away, or has too much to do.
    func makeLater(_ ids: [CaseID], for session: SocketSession) {
        session.missed.formUnion(ids)
        desk.loop.after(FeedWait.afterFailedRead) { [unowned desk] _ in
            if session.visitor != nil, !session.isPaused { desk.inboxes.resumed(session) }
        }
    }

    private func gone(_ news: CaseNews, _ session: SocketSession) {
        session.shown[news.id] = nil
        session.missed.remove(news.id)
        desk.send(.gone(caseID: news.publicID.text), to: session)
    }

    /// A guest is not even told that nothing has changed for them: something has, then, that is not theirs to know.
    func send(_ bytes: [UInt8], of id: CaseID, to session: SocketSession) {
        if session.side == .guest, session.shown.updateValue(bytes, forKey: id) == bytes { return }
        desk.send(bytes, to: session)
    }
}
