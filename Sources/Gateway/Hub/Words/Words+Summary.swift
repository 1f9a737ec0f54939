import CaseMachine
import CaseStore
import Wire

// What a guest's summary must not tell: that something happened which only members may know of. So it has no number and
// no moment that a note, an alert or a snooze moves: not the row's version, but one that grows with what the guest sees;
// the moment of the newest event that they see; and nothing of being put aside.
extension Words {
    func summary(of news: CaseNews, for side: Side) throws -> CaseSummary {
        let state = news.state
        let cursors = try cursors(of: news, for: side)
        let details = PhaseDetails(state.phase)
        let ending = details.ending
        let policy = roster[state.team]?.policy ?? Policy()
        return CaseSummary(
            id: news.publicID.text,
            version: side == .team ? news.version : state.guestVersion(cursors),
            kind: CaseSummary.Kind(state.party),
            team: team(state.team),
            phase: state.phase(for: side),
            subject: try subject(of: news),
            category: state.category.flatMap { category($0, of: state.team) },
            guest: try state.party.guest.map(guest),
            assignee: state.assignee.map(member),
            participants: side == .team ? state.participants.map(member) : [],
            openedAt: max(0, state.openedAt.milliseconds),
            lastEventAt: max(0, try lastEvent(of: news, for: side).milliseconds),
            closedAt: ending.map { max(0, $0.at.milliseconds) },
            closeReason: ending.map { ClosingReason($0.reason) },
            reopenUntil: ending.flatMap { $0.wasIntake ? nil : max(0, ($0.at + policy.reopeningWindow).milliseconds) },
            closesAt: (side == .team ? state.closesAt(under: policy) : state.closesAtForGuest(under: policy))
                .map { max(0, $0.milliseconds) },
            snoozedUntil: side == .team ? details.snoozedUntil.map { max(0, $0.milliseconds) } : nil,
            missing: details.missing.compactMap { field($0, of: state.team)?.publicID.text },
            closeRequest: details.closeRequest,
            movedTo: try details.movedTo.map { try name(of: $0) },
            head: state.head(of: side),
            unread: Int64(state[side].unseen.count),
            lastWord: state.lastWord.map { WireSide($0) },
            unansweredSince: side == .team ? state.unanswered.map { max(0, $0.since.milliseconds) } : nil,
            alerts: side == .team ? Int64(state.unanswered?.alerts ?? 0) : 0,
            cursors: cursors)
    }

    func subject(of news: CaseNews) throws -> String {
        if news.state.isErased { return "" }
        if let known = house.facts.subject(of: news.id) { return known }
        let subject = try news.events.first?.event.subject ?? storedSubject(of: news.id)
        house.facts.learn(subject: subject, of: news.id)
        return subject
    }

    private func storedSubject(of id: CaseID) throws -> String {
        guard mayRead else { throw NotAtHand() }
        return try house.store.event(1, of: id, for: .team).get()?.event.subject ?? ""
    }

    /// The team counts its own events: for a guest, how far it has come is said in the guest's numbers.
    private func cursors(of news: CaseNews, for side: Side) throws -> Cursors {
        let state = news.state
        let guest = Cursor(delivered: state.guestSide.deliveredUpTo, seen: state.guestSide.seenUpTo)
        let team: Cursor
        switch side {
        case .team: team = Cursor(delivered: state.teamSide.deliveredUpTo, seen: state.teamSide.seenUpTo)
        case .guest:
            team = Cursor(
                delivered: try guestNumber(state.teamSide.deliveredUpTo, of: news),
                seen: try guestNumber(state.teamSide.seenUpTo, of: news))
        }
        return Cursors(guest: guest, team: team)
    }

    private func guestNumber(_ number: Int64, of news: CaseNews) throws -> Int64 {
        if number >= news.state.teamHead { return news.state.guestHead }
        // Nothing private has happened, or nothing was read.
        if number == 0 || news.state.teamHead == news.state.guestHead { return number }
        guard mayRead else { throw NotAtHand() }
        return min(try house.store.guestNumber(of: news.id, atOrBefore: number), news.state.guestHead)
    }

    /// When the newest event was written that the side sees. The state's own moment is another: read cursors move it, too.
    private func lastEvent(of news: CaseNews, for side: Side) throws -> Timestamp {
        let head = news.state.head(of: side)
        if let last = news.events.last(where: { $0.numbers.number(for: side) == head }) {
            house.facts.learn(moment: last.event.at, of: head, in: news.id, for: side)
            return last.event.at
        }
        if let known = house.facts.moment(of: head, in: news.id, for: side) { return known }
        guard mayRead else { throw NotAtHand() }
        let found = try house.store.event(head, of: news.id, for: side).get()?.event.at
        if let found { house.facts.learn(moment: found, of: head, in: news.id, for: side) }
        return found ?? news.state.openedAt
    }
}

extension CaseEvent {
    var subject: String? {
        if case .opened(let opening) = fact { opening.subject } else { nil }
    }
}

extension Party {
    var guest: GuestID? {
        switch self {
        case .support(let guest), .room(let guest): guest
        case .direct: nil
        }
    }
}

extension CaseSummary.Kind {
    fileprivate init(_ party: Party) {
        switch party {
        case .support: self = .support
        case .room: self = .room
        case .direct: self = .direct
        }
    }
}

extension CaseState {
    /// Grows with everything that the guest's summary shows, and with nothing else.
    fileprivate func guestVersion(_ cursors: Cursors) -> Int64 {
        [cursors.guest.delivered, cursors.guest.seen, cursors.team.delivered, cursors.team.seen].reduce(guestHead, &+)
    }

    fileprivate func phase(for side: Side) -> CaseSummary.Phase {
        if isErased { return .erased }
        switch phase {
        case .intake: return .intake
        case .waiting: return .waiting
        case .active: return .active
        case .snoozed(_, let assignment):
            guard side == .guest else { return .snoozed }
            return assignment == nil ? .waiting : .active
        case .closing: return .closing
        case .closed: return .closed
        case .merged: return .merged
        case .thread: return .thread
        }
    }
}

/// What the phase carries.
private struct PhaseDetails {
    var ending: Ending?
    var snoozedUntil: Timestamp?
    var missing: [FieldID] = []
    var closeRequest: Int64?
    var movedTo: CaseID?

    // Not inlined: Swift 6.3.1 ends a borrow of the state too early then, finds that out, and stops compiling.
    @inline(never)
    init(_ phase: Phase) {
        switch phase {
        case .intake(let missing): self.missing = missing
        case .snoozed(let until, _): snoozedUntil = until
        case .closing(_, let request): closeRequest = request
        case .closed(let ending): self.ending = ending
        case .merged(let merger): movedTo = merger.into
        case .waiting, .active, .thread: break
        }
    }
}
