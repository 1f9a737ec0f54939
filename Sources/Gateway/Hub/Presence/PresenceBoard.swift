import CaseMachine
import CaseStore
import Presence
import Reactor
import Wire

/// Presence and typing as this loop's sockets see it. Members see people; a guest sees whether anybody of the team is
/// there, and of their case's members those who handle it. The presence desk says how it is; nothing here is stored.
final class PresenceBoard {
    unowned let desk: SocketDesk
    private var topics: [TopicID: TopicMirror] = [:]

    init(_ desk: SocketDesk) { self.desk = desk }

    private func post(_ letter: PresenceDesk.Letter) { desk.house.presence.post(letter) }

    // MARK: Coming and going

    func came(_ session: SocketSession, _ visitor: Visitor) {
        post(.connected(session.socket, visitor.person, Status(session.use, on: visitor.device)))
    }

    func left(_ session: SocketSession) {
        for topic in session.topics { stopLooking(session, at: topic) }
        session.topics = []
        post(.disconnected(session.socket))
    }

    func changed(_ session: SocketSession, _ visitor: Visitor, _ use: SocketUse) {
        let attention = Attention(isVisible: use.isVisible, isIdle: use.isIdle)
        guard attention != session.use else { return }
        session.use = attention
        post(.changed(session.socket, Status(attention, on: visitor.device)))
    }

    /// A member is present in their teams; a guest looks at the teams of their open cases, as they are shown.
    func watched(_ session: SocketSession, _ visitor: Visitor) {
        for team in visitor.member?.teams.keys.sorted() ?? [] {
            post(.joined(session.socket, TopicID(team)))
            look(session, at: TopicID(team))
        }
    }

    /// A guest has an open case with this team.
    func guest(_ session: SocketSession, looksAt team: TeamID) { look(session, at: TopicID(team)) }

    func joined(_ session: SocketSession, _ id: CaseID) {
        post(.joined(session.socket, TopicID(id)))
        look(session, at: TopicID(id))
    }

    func parted(_ session: SocketSession, _ id: CaseID) {
        post(.left(session.socket, TopicID(id)))
        session.topics.remove(TopicID(id))
        stopLooking(session, at: TopicID(id))
    }

    private func look(_ session: SocketSession, at topic: TopicID) {
        guard session.topics.insert(topic).inserted else { return }
        if topics[topic] == nil {
            topics[topic] = TopicMirror()
            post(.watch(topic, loop: desk.index))
        }
        topics[topic]?.watchers.append(session)
        if let mirror = topics[topic], mirror.isKnown { showAll(of: topic, mirror, to: session) }
    }

    private func stopLooking(_ session: SocketSession, at topic: TopicID) {
        topics[topic]?.watchers.removeAll { $0 === session }
        guard topics[topic]?.watchers.isEmpty == true else { return }
        topics[topic] = nil
        post(.unwatch(topic, loop: desk.index))
    }

    // MARK: News

    func take(_ news: [PresenceNews]) {
        for news in news {
            switch news {
            case .changed(let topic, let diff): changed(topic, diff)
            case .all(let topic, let people, let isComplete, let typists):
                guard topics[topic] != nil else { continue }
                topics[topic]?.replace(people, isComplete: isComplete, typists)
                showAll(of: topic)
            case .typing(let topic, let typists):
                guard topics[topic] != nil else { continue }
                topics[topic]?.typists = typists
                guard let mirror = topics[topic] else { continue }
                for session in mirror.watchers { showTyping(topic, mirror, to: session) }
            }
        }
    }

    private func changed(_ topic: TopicID, _ diff: PresenceDiff) {
        guard let wasKnown = topics[topic]?.isKnown, let changes = topics[topic]?.apply(diff),
            let mirror = topics[topic]
        else { return }
        guard wasKnown else { return showAll(of: topic) }
        for session in mirror.watchers { show(changes, of: topic, mirror, isAll: false, to: session) }
    }

    private func showAll(of topic: TopicID) {
        guard let mirror = topics[topic] else { return }
        for session in mirror.watchers { showAll(of: topic, mirror, to: session) }
    }

    private func showAll(of topic: TopicID, _ mirror: TopicMirror, to session: SocketSession) {
        show(mirror.people, of: topic, mirror, isAll: true, to: session)
        if !mirror.typists.isEmpty { showTyping(topic, mirror, to: session) }
    }

    /// What was left out while it was paused.
    func resumed(_ session: SocketSession) {
        for topic in session.topics {
            guard let mirror = topics[topic], mirror.isKnown else { continue }
            showAll(of: topic, mirror, to: session)
        }
    }

    private func show(
        _ changes: [PersonID: PersonPresence], of topic: TopicID, _ mirror: TopicMirror, isAll: Bool,
        to session: SocketSession
    ) {
        guard !session.isPaused, let visitor = session.visitor else { return }
        if let team = topic.teamID {
            guard let name = desk.roster[team]?.publicID.text else { return }
            switch visitor.side {
            case .guest:
                let state = mirror.aggregate
                guard session.teamStates.updateValue(state, forKey: team) != state else { return }
                desk.send(.presence(.teamForGuest(team: name, state: state)), to: session)
            case .team:
                let members = members(changes) { _ in true }
                guard isAll || !members.isEmpty else { return }
                desk.send(
                    .presence(.teamForMembers(team: name, members: members, isComplete: isAll)), to: session)
            }
        } else if let id = topic.caseID, let watch = session.watches[id] {
            show(changes, in: watch, isAll: isAll, to: session, visitor.side)
        }
    }

    /// Guests see those who handle their case: whoever has come to it is shown as they are, whoever has left it as away.
    func handlersChanged(in id: CaseID, before: Set<MemberID>) {
        guard let mirror = topics[TopicID(id)], mirror.isKnown, let now = desk.cases[id]?.latest.state.handlers,
            now != before
        else { return }
        var changes = mirror.people.filter { $0.key.memberID.map { !before.contains($0) } ?? false }
        for former in before.subtracting(now) { changes[PersonID(former)] = .away }
        for session in mirror.watchers where session.side == .guest && !session.isPaused {
            guard let watch = session.watches[id] else { continue }
            let members = members(changes) { now.symmetricDifference(before).contains($0) }
            guard !members.isEmpty else { continue }
            desk.send(.presence(.inCase(caseID: watch.publicID.text, guest: nil, members: members)), to: session)
        }
    }

    private func show(
        _ changes: [PersonID: PersonPresence], in watch: CaseWatch, isAll: Bool, to session: SocketSession,
        _ side: Side
    ) {
        let handlers = desk.cases[watch.id]?.latest.state.handlers ?? []
        let members = members(changes) { side == .team || handlers.contains($0) }
        let guest = side == .team ? changes.filter { $0.key.guestID != nil }.values.max { $0.rank < $1.rank } : nil
        guard isAll || !members.isEmpty || guest != nil else { return }
        desk.send(
            .presence(.inCase(caseID: watch.publicID.text, guest: guest, members: members)), to: session)
    }

    private func members(
        _ changes: [PersonID: PersonPresence], where isShown: (MemberID) -> Bool
    ) -> [MemberPresence] {
        changes.sorted { $0.key < $1.key }.compactMap { person, state in
            guard let id = person.memberID, isShown(id), let member = desk.roster[id] else { return nil }
            return MemberPresence(id: member.publicID.text, state: state)
        }
    }
}

extension PersonPresence {
    fileprivate var rank: Int {
        switch self {
        case .visible: 4
        case .online: 3
        case .idle: 2
        case .unknown: 1
        case .away: 0
        }
    }
}

// Typing.
extension PresenceBoard {
    /// Whoever follows the case, and may write what they compose.
    func typing(_ notice: TypingNotice, _ session: SocketSession, _ visitor: Visitor, re: Int64) {
        let watch = PublicID(text: notice.caseID).flatMap { name in
            session.watches.values.first { $0.publicID == name }
        }
        guard let watch, let state = desk.cases[watch.id]?.latest.state else {
            return desk.refuse(session, WireError(re: re, .noSuchCase))
        }
        let command = notice.isPrivate ? CommandName.note : .send
        guard Permissions.allow(command, to: visitor.actor.relations(to: state)) else {
            return desk.refuse(session, WireError(re: re, .notAllowed))
        }
        let audience = Presence.Audience(notice, of: visitor.side)
        if notice.isOn {
            // Nobody is shown twice, whose voice has changed.
            if audience != .members { stopped(session, watch.id, audience == .everyone ? .everyoneAsTeam : .everyone) }
            post(.typed(session.socket, TopicID(watch.id), audience))
        } else {
            stopped(session, watch.id, audience)
        }
        desk.answer(session, re, .done)
    }

    /// What was composed is on its way.
    func hasComposed(_ action: CaseAction, on id: CaseID, _ session: SocketSession) {
        guard session.watches[id] != nil else { return }
        if case .send = action {
            stopped(session, id, .everyone)
            stopped(session, id, .everyoneAsTeam)
        }
        if case .note = action { stopped(session, id, .members) }
    }

    private func stopped(_ session: SocketSession, _ id: CaseID, _ audience: Presence.Audience) {
        post(.stoppedTyping(session.socket, TopicID(id), audience))
    }

    private func showTyping(_ topic: TopicID, _ mirror: TopicMirror, to session: SocketSession) {
        guard !session.isPaused, let visitor = session.visitor, let id = topic.caseID,
            let watch = session.watches[id]
        else { return }
        var who: [Wire.Typist] = []
        for typist in mirror.typists where typist.person != visitor.person {
            // Somebody with two voices, from two of their sockets, is one; so is whoever writes as the team.
            guard let typist = self.typist(typist, for: visitor.side), !who.contains(typist) else { continue }
            who.append(typist)
        }
        // Nothing to say of somebody who may not be seen, except that it has ended.
        if who.isEmpty, session.typing.remove(id) == nil { return }
        if !who.isEmpty { session.typing.insert(id) }
        desk.send(.typing(TypingPush(caseID: watch.publicID.text, who: who)), to: session)
    }

    private func typist(_ typist: Presence.Typist, for side: Side) -> Wire.Typist? {
        let isPrivate = typist.audience == .members
        if side == .guest {
            switch typist.audience {
            // A note is composed among members.
            case .members: return nil
            case .everyoneAsTeam: return Wire.Typist(kind: .team, person: nil, isPrivate: false)
            case .everyone: break
            }
        }
        let words = Words(desk.house, mayRead: false)
        if let member = typist.person.memberID {
            return Wire.Typist(kind: .member, person: words.member(member), isPrivate: isPrivate)
        }
        // They are here, so their name was read lately.
        guard let guest = typist.person.guestID, let person = try? words.person(guest) else { return nil }
        return Wire.Typist(kind: .guest, person: person, isPrivate: isPrivate)
    }
}

extension Presence.Audience {
    /// A guest has one voice.
    fileprivate init(_ notice: TypingNotice, of side: Side) {
        if notice.isPrivate {
            self = .members
        } else {
            self = side == .team && notice.voice == .team ? .everyoneAsTeam : .everyone
        }
    }
}
