import CaseMachine
import CaseStore
import Presence
import Reactor
import Wire

/// Who comes in, and who has to go because their session ended.
extension SocketDesk {
    func begin(_ session: SocketSession, _ authenticate: Authenticate, re: Int64) {
        session.stage = .asking
        let (connection, index, device) = (session.connection, index, authenticate.device)
        let isAsked = house.admissions.ask(authenticate.ticket) { [house] admission in
            // Urgent: bounded by what was asked.
            house.doors[index]?.tell(urgent: true) { desk in
                guard let session = desk.sessions[connection] else { return }
                desk.admit(session, admission, device, re: re)
            }
        }
        if !isAsked { turnAway(session, WireError(re: re, .overloaded), .serverAsks) }
    }

    private func admit(
        _ session: SocketSession, _ admission: Result<Admission, DirectoryError>, _ device: Device, re: Int64
    ) {
        guard case .asking = session.stage else { return }
        switch admission {
        case .failure(let error) where error.code == .storeAway || error.code == .overloaded:
            // The ticket may be used up: with a new one they come in.
            turnAway(session, WireError(re: re, .storeAway), .serverAsks)
        case .failure: turnAway(session, WireError(re: re, .badTicket), .badTicket)
        case .success(let admission):
            guard endedSessions[admission.session.id] == nil,
                let visitor = Visitor(admission.session, device: device, roster: roster),
                let welcome = welcome(visitor, admission.guest)
            else { return turnAway(session, WireError(re: re, .badTicket), .badTicket) }
            if let wait = house.pacer.admit(now: now) {
                figures.toldToWait &+= 1
                return end(session.connection, .tooManyConnections, String(max(1, wait.wholeMilliseconds)))
            }
            session.stage = .open(visitor)
            session.heard = now
            figures.admitted &+= 1
            presence.came(session, visitor)
            send(.answer(re: re, .welcome(welcome)), to: session)
        }
    }

    private func turnAway(_ session: SocketSession, _ error: WireError, _ code: SocketEnd) {
        figures.turnedAway &+= 1
        fail(session, error)
        end(session.connection, code, error.code)
    }

    private func welcome(_ visitor: Visitor, _ guest: GuestName?) -> Wire.Welcome? {
        guard let organisation = roster[visitor.organisation] else { return nil }
        let me: Wire.Welcome.Me
        if let guest {
            me = .guest(guest)
        } else if let member = visitor.member.flatMap({ roster[$0.member] }) {
            me = .member(
                PersonName(id: member.publicID.text, name: member.name), isAdministrator: member.isAdministrator)
        } else {
            return nil
        }
        return Wire.Welcome(
            now: max(0, SystemClock.now().wall.milliseconds), generation: String(house.store.generation), me: me,
            organisation: OrganisationName(id: organisation.publicID.text, name: organisation.name),
            teams: visitor.member.map { teams(of: $0, in: roster) } ?? [],
            limits: WelcomeLimits(textBytes: Int64(Limits.textBytes), lineBytes: Int64(Limits.lineBytes)))
    }

    private func teams(of actor: MemberActor, in roster: Roster) -> [WelcomeTeam] {
        roster.teams(of: actor.organisation).map { team in
            let rank = actor.teams[team.id]
            let isOwn = rank != nil
            return WelcomeTeam(
                id: team.publicID.text, name: team.name, rank: rank.map { WireRank($0) },
                categories: isOwn ? team.openCategories.map { CategoryName(id: $0.publicID.text, name: $0.name) } : [],
                fields: isOwn
                    ? team.openFields.map {
                        FieldLabel(id: $0.publicID.text, label: $0.label, isMandatory: $0.isMandatory)
                    } : [],
                members: isOwn
                    ? roster.members(of: team.id).map { member in
                        Colleague(
                            id: member.publicID.text, name: member.name,
                            rank: WireRank(member.teams[team.id] ?? .member))
                    } : [])
        }
    }

    // MARK: Sessions

    /// Whoever signed out is out at once, on every socket.
    func end(session id: SessionID) {
        endedSessions[id] = now
        for session in sessions.values where session.visitor?.session == id {
            end(session.connection, .signedOut, "signed out")
        }
    }

    /// Some may have ended at other nodes, and nobody can say which.
    func lookAtAllSessions() {
        for session in sessions.values { if let visitor = session.visitor { lookAtSession(session, visitor) } }
    }

    /// Who may do something else now comes back with a new ticket, which shows them what it is; who may not come in any more
    /// is out. All others whom it concerns are told what is set otherwise.
    func lookAtRoster() {
        let newest = house.directory.roster
        guard newest !== roster else { return }
        let before = roster
        roster = newest
        let changed = newest.changedOrganisations(since: before)
        // Once for all guests of an organisation, who are many.
        let entries = changed.filter { newest.entriesDiffer(from: before, in: $0) }
        for session in sessions.values {
            guard let visitor = session.visitor, changed.contains(visitor.organisation) else { continue }
            if visitor.isShutOut(newest) {
                end(session.connection, .sessionEnded, "you cannot sign in here any more")
            } else if visitor.hasChanged(newest) {
                end(session.connection, .permissionsChanged, "your permissions have changed")
            } else {
                tellSettings(session, visitor, before, isEntryNew: entries.contains(visitor.organisation))
            }
        }
    }

    private func tellSettings(
        _ session: SocketSession, _ visitor: Visitor, _ before: Roster, isEntryNew: Bool
    ) {
        guard let organisation = roster[visitor.organisation] else { return }
        let push = settings(of: organisation, for: visitor, in: roster)
        switch visitor.side {
        // The page asks for the rest, of the team whose it is.
        case .guest: guard isEntryNew else { return }
        case .team:
            if before[organisation.id]?.settings.signIn != organisation.settings.signIn {
                lookAtSession(session, visitor)
            }
            guard before[organisation.id].map({ settings(of: $0, for: visitor, in: before) }) != push else { return }
        }
        send(.settings(push), to: session)
    }

    private func settings(of organisation: Organisation, for visitor: Visitor, in roster: Roster) -> SettingsPush {
        SettingsPush(
            organisation: OrganisationName(id: organisation.publicID.text, name: organisation.name),
            teams: visitor.member.map { teams(of: $0, in: roster) } ?? [])
    }

    /// A person has used the session. The directory keeps that for all its sockets and requests.
    func touch(_ session: SocketSession) {
        let moment = SystemClock.now().monotonic
        if let last = session.touchedAt, moment - last < house.limits.touchInterval { return }
        guard let visitor = session.visitor else { return }
        session.touchedAt = moment
        refresh(session, visitor, isUse: true)
    }

    /// By what this socket knows it has been idle for too long; another one may have been used.
    func lookAtSession(_ session: SocketSession, _ visitor: Visitor) { refresh(session, visitor, isUse: false) }

    private func refresh(_ session: SocketSession, _ visitor: Visitor, isUse: Bool) {
        let (connection, id) = (session.connection, visitor.session)
        _ = ask { house -> Result<Session, DirectoryError> in
            do throws(DirectoryError) {
                return .success(try house.directory.session(id, at: SystemClock.now().wall, isUse: isUse))
            } catch {
                return .failure(error)
            }
        } then: { desk, found in
            guard let session = desk.sessions[connection], var visitor = session.visitor else { return }
            switch found {
            case .failure(let error) where error.code == .signIn:
                desk.end(connection, .sessionEnded, "sign in again")
            // Asked again in a second: nobody is thrown out because the store is away.
            case .failure: break
            case .success(let found):
                (visitor.idleAt, visitor.endsAt) = (found.idleAt, found.endsAt)
                session.stage = .open(visitor)
            }
        }
    }
}

extension Roster {
    /// In which anything was set otherwise.
    fileprivate func changedOrganisations(since before: Roster) -> Set<OrganisationID> {
        var changed: Set<OrganisationID> = []
        for (id, organisation) in organisations where before[id] != organisation { changed.insert(id) }
        for (id, team) in teams where before[id] != team { changed.insert(team.organisation) }
        for (id, member) in members where before[id] != member { changed.insert(member.organisation) }
        return changed.union(before.organisations.keys.filter { self[$0] == nil })
    }

    /// Whether a guest's page has to ask for its team anew.
    fileprivate func entriesDiffer(from before: Roster, in organisation: OrganisationID) -> Bool {
        self[organisation] != before[organisation] || teams(of: organisation) != before.teams(of: organisation)
    }
}

extension WireRank {
    fileprivate init(_ rank: MemberActor.Rank) {
        switch rank {
        case .member: self = .member
        case .supervisor: self = .supervisor
        }
    }
}
