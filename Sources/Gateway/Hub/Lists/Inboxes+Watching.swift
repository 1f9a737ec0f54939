import CaseMachine
import CaseStore
import Reactor
import Wire

/// How a list is shown when somebody begins to watch it: which cases there are first, then their summaries in portions,
/// each when the peer has taken the one before.
extension Inboxes {
    func watch(_ session: SocketSession, _ visitor: Visitor, re: Int64) {
        // One at a time: each shows everything.
        guard session.listing == nil else { return desk.refuse(session, WireError(re: re, .tooFast)) }
        session.listing = SocketSession.Listing()
        let lists = visitor.lists
        join(session, lists)
        desk.presence.watched(session, visitor)
        let connection = session.connection
        desk.queue(session) { [unowned desk] in
            let isAsked = desk.ask(\.watchings, lists) { _, found in
                found
            } then: { desk, found in
                guard let session = desk.sessions[connection] else { return }
                if session.visitor != nil { desk.inboxes.begin(session, lists, found, re: re) }
                desk.errandIsDone(session)
            }
            if !isAsked {
                session.listing = nil
                desk.refuse(session, WireError(re: re, .overloaded))
            }
            return isAsked
        }
    }

    private func begin(_ session: SocketSession, _ lists: [CaseList], _ found: [[ListedVersion]]?, re: Int64) {
        guard let found else {
            session.listing = nil
            return desk.refuse(session, WireError(re: re, .storeAway))
        }
        var wanted: Set<CaseID> = []
        for (list, cases) in zip(lists, found) {
            self.found(cases, in: list)
            // The newest: ids grow with time.
            let most = session.side == .guest ? desk.house.limits.guestCases : desk.house.limits.inboxCases
            wanted.formUnion(cases.suffix(most).map(\.id))
        }
        // Both lists of a guest together.
        let shown =
            session.side == .guest ? Array(wanted.sorted().suffix(desk.house.limits.guestCases)) : wanted.sorted()
        for portion in shown.portions(of: desk.house.limits.listPage) { show(portion, to: session, isNews: false) }
        // Behind the portions.
        desk.queue(session) { [unowned desk] in
            guard session.visitor != nil, let listing = session.listing else { return false }
            session.listing = nil
            if listing.hasFailed {
                // Never a smaller count: the client would take what it was not shown for gone.
                desk.refuse(session, WireError(re: re, .storeAway))
            } else {
                desk.answer(session, re, .watched(count: listing.count))
            }
            return false
        }
    }

    /// A portion of summaries, each if it may be read. Of what was there before and may not be read any more, the client
    /// is told that it has gone.
    func show(_ ids: [CaseID], to session: SocketSession, isNews: Bool) {
        let connection = session.connection
        desk.queue(session) { [unowned desk] in
            guard let visitor = session.visitor else { return false }
            let (side, actor, organisation) = (visitor.side, visitor.actor, visitor.organisation)
            let isAsked = desk.ask(\.loads, ids) { house, found in
                house.summaries(of: ids, among: found, for: actor, side)
            } then: { desk, portion in
                guard let session = desk.sessions[connection] else { return }
                // By now it may have ended, and must not be entered anywhere again.
                if session.visitor != nil {
                    for summary in portion.found {
                        desk.names.learn(summary.name, summary.id, organisation)
                        desk.inboxes.show(summary, to: session, isNews: isNews)
                    }
                    desk.inboxes.failed(portion.unread, for: session, isNews: isNews)
                }
                desk.errandIsDone(session)
            }
            if !isAsked { desk.inboxes.failed(ids, for: session, isNews: isNews) }
            return isAsked
        }
    }

    private func show(_ summary: EncodedSummary, to session: SocketSession, isNews: Bool) {
        guard let bytes = summary.bytes else {
            if isNews { desk.send(.gone(caseID: summary.name.text), to: session) }
            return
        }
        // It has left the list since it was read, and the client was told so.
        guard stands(summary.id, inListsOf: session) else { return }
        if !isNews { session.listing?.count += 1 }
        if session.side == .guest, let team = summary.openAt { desk.presence.guest(session, looksAt: team) }
        board.send(bytes, of: summary.id, to: session)
    }

    /// What could not be read: a list is asked for again by its client, news are read again here.
    private func failed(_ ids: [CaseID], for session: SocketSession, isNews: Bool) {
        guard !ids.isEmpty else { return }
        if isNews { board.makeLater(ids, for: session) } else { session.listing?.hasFailed = true }
    }
}

/// What a portion of a list came to.
struct SummaryPortion: Sendable {
    var found: [EncodedSummary] = []
    /// The store, or the directory, could not be asked about these.
    var unread: [CaseID] = []
}

/// A summary as it goes out; nothing of a case that its reader may not see.
struct EncodedSummary: Sendable {
    let id: CaseID
    let name: PublicID
    let bytes: [UInt8]?
    /// Where it is open: a guest is told whether that team is there.
    let openAt: TeamID?
}

typealias LoadedCases = [CaseID: Result<LoadedCase, CaseTrouble>]

extension CaseStore {
    /// The versions in each of these lists, for several who begin to watch; nil where the store cannot be asked.
    func versions(forEach watching: [[CaseList]]) -> [[[ListedVersion]]?] {
        guard let found = try? versions(inEach: watching.flatMap { $0 }) else { return watching.map { _ in nil } }
        var rest = found[...]
        return watching.map { lists in
            defer { rest = rest.dropFirst(lists.count) }
            return Array(rest.prefix(lists.count))
        }
    }

    /// Several portions' cases; nil where the store cannot be asked.
    func load(forEach portions: [[CaseID]]) -> [LoadedCases?] {
        let ids = Set(portions.joined()).sorted()
        guard let found = try? load(ids) else { return portions.map { _ in nil } }
        let cases = LoadedCases(zip(ids, found)) { first, _ in first }
        return portions.map { _ in cases }
    }
}

extension HouseServices {
    /// Where one may wait for the store. A case that cannot be read is left out: it hurts only itself.
    func summaries(of ids: [CaseID], among cases: LoadedCases?, for actor: Actor, _ side: Side) -> SummaryPortion {
        guard let cases else { return SummaryPortion(unread: ids) }
        let words = Words(self, mayRead: true)
        var portion = SummaryPortion()
        for case .success(let loaded)? in ids.map({ cases[$0] }) {
            guard actor.mayRead(loaded.state) else {
                portion.found.append(
                    EncodedSummary(id: loaded.id, name: loaded.publicID, bytes: nil, openAt: nil))
                continue
            }
            do {
                let summary = try words.summary(of: CaseNews(loaded), for: side)
                portion.found.append(
                    EncodedSummary(
                        id: loaded.id, name: loaded.publicID, bytes: ServerMessage.summary(summary).json,
                        openAt: CaseColumns(loaded.state).stage == .open ? loaded.state.team : nil))
            } catch is CaseTrouble {
                continue
            } catch {
                portion.unread.append(loaded.id)
            }
        }
        return portion
    }
}
