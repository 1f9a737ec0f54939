import CaseMachine
import CaseStore
import Reactor
import Wire

/// How a list is shown when somebody begins to watch it: which cases there are first, then their summaries in portions,
/// each when the peer has taken the one before.
extension Inboxes {
    func watch(_ session: SocketSession, _ visitor: Visitor, re: Int64) {
        // One at a time: each shows everything.
        guard !session.isListing else { return desk.refuse(session, WireError(re: re, .tooFast)) }
        session.isListing = true
        session.listed = 0
        let lists = visitor.lists
        join(session, lists)
        desk.presence.watched(session, visitor)
        let connection = session.connection
        desk.queue(session) { [unowned desk] in
            let isAsked = desk.ask { house -> [[ListedVersion]]? in
                try? lists.map { try house.versions(in: $0) }
            } then: { desk, found in
                guard let session = desk.sessions[connection] else { return }
                if session.visitor != nil { desk.inboxes.begin(session, lists, found, re: re) }
                desk.errandIsDone(session)
            }
            if !isAsked {
                session.isListing = false
                desk.refuse(session, WireError(re: re, .overloaded))
            }
            return isAsked
        }
    }

    private func begin(_ session: SocketSession, _ lists: [CaseList], _ found: [[ListedVersion]]?, re: Int64) {
        guard let found else {
            session.isListing = false
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
            session.isListing = false
            if session.visitor != nil { desk.answer(session, re, .watched(count: session.listed)) }
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
            // Those that cannot be asked for come with the sweep, or when the client asks again.
            return desk.ask { house in
                house.summaries(of: ids, for: actor, side)
            } then: { desk, found in
                guard let session = desk.sessions[connection] else { return }
                for summary in found {
                    desk.names.learn(summary.name, summary.id, organisation)
                    guard let bytes = summary.bytes else {
                        if isNews { desk.send(.gone(caseID: summary.name.text), to: session) }
                        continue
                    }
                    if !isNews { session.listed += 1 }
                    if side == .guest, let team = summary.openAt { desk.presence.guest(session, looksAt: team) }
                    desk.inboxes.board.send(bytes, of: summary.id, to: session)
                }
                desk.errandIsDone(session)
            }
        }
    }
}

/// A summary as it goes out; nothing of a case that its reader may not see.
struct EncodedSummary: Sendable {
    let id: CaseID
    let name: PublicID
    let bytes: [UInt8]?
    /// Where it is open: a guest is told whether that team is there.
    let openAt: TeamID?
}

extension HouseServices {
    /// Where one may wait for the store. A case that cannot be read is left out: it hurts only itself.
    func summaries(of ids: [CaseID], for actor: Actor, _ side: Side) -> [EncodedSummary] {
        guard let found = try? store.load(ids) else { return [] }
        let words = Words(self, mayRead: true)
        return found.compactMap { found in
            guard let loaded = try? found.get() else { return nil }
            guard actor.mayRead(loaded.state) else {
                return EncodedSummary(id: loaded.id, name: loaded.publicID, bytes: nil, openAt: nil)
            }
            let news = CaseNews(loaded)
            guard let summary = try? words.summary(of: news, for: side) else { return nil }
            return EncodedSummary(
                id: loaded.id, name: loaded.publicID, bytes: ServerMessage.summary(summary).json,
                openAt: CaseColumns(loaded.state).stage == .open ? loaded.state.team : nil)
        }
    }
}
