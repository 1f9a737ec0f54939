import CaseMachine
import CaseStore
import Reactor
import Wire

/// What is asked for once: a page of a team's closed cases, and who a case is about.
extension Inboxes {
    func closed(_ query: ClosedQuery, _ session: SocketSession, _ visitor: Visitor, re: Int64) {
        guard let member = visitor.member else { return desk.refuse(session, WireError(re: re, .notAllowed)) }
        guard let team = PublicID(text: query.team).flatMap({ desk.roster.team($0) }),
            team.organisation == visitor.organisation
        else { return desk.refuse(session, WireError(re: re, .noSuchTeam)) }
        guard member.teams[team.id] != nil else { return desk.refuse(session, WireError(re: re, .notAllowed)) }
        let limit = Int(query.limit)
        let (actor, after) = (visitor.actor, query.after)
        ask(session, re) { house in
            house.closed(of: team.id, after: after, limit: limit, for: actor).map { .closed($0) }
        }
    }

    func panel(of name: String, _ session: SocketSession, _ visitor: Visitor, re: Int64) {
        guard let member = visitor.member else { return desk.refuse(session, WireError(re: re, .notAllowed)) }
        guard let name = PublicID(text: name) else { return desk.refuse(session, WireError(re: re, .noSuchCase)) }
        ask(session, re, about: name) { house in house.panel(of: name, for: member).map { .guest($0) } }
    }

    private func ask(
        _ session: SocketSession, _ re: Int64, about name: PublicID? = nil,
        _ read: @escaping @Sendable (HouseServices) -> Result<Answer, WireFault>
    ) {
        let connection = session.connection
        desk.queue(session) { [unowned desk] in
            let isAsked = desk.ask(read) { desk, answer in
                guard let session = desk.sessions[connection] else { return }
                if session.visitor != nil {
                    switch answer {
                    case .success(let answer): desk.answer(session, re, answer)
                    case .failure(let fault):
                        desk.refuse(session, fault, about: name.flatMap { desk.names.known($0)?.id }, re: re)
                    }
                }
                desk.errandIsDone(session)
            }
            if !isAsked { desk.refuse(session, WireError(re: re, .overloaded)) }
            return isAsked
        }
    }
}

extension HouseServices {
    func closed(
        of team: TeamID, after text: String?, limit: Int, for actor: Actor
    ) -> Result<ClosedPage, WireFault> {
        do {
            var rest = try store.versions(inEach: [.closed(team)]).joined().map(\.id)[...]
            if let text {
                guard let name = PublicID(text: text), case .success(let last) = try store.load(named: name),
                    actor.mayRead(last.state)
                else { return .failure(WireFault(.noSuchCase)) }
                rest = rest.prefix { $0 < last.id }
            }
            // Those that cannot be read are passed over, so that a page ends with a case by which the next can be asked for.
            rest = rest.suffix(limits.closedCases)
            var page: [CaseSummary] = []
            while page.count < limit, !rest.isEmpty {
                let portion = rest.suffix(limit - page.count)
                rest = rest.dropLast(portion.count)
                page += try summaryValues(of: portion.reversed(), for: actor)
            }
            return .success(ClosedPage(cases: page, next: rest.isEmpty ? nil : page.last?.id))
        } catch {
            return .failure(WireFault(.storeAway))
        }
    }

    func panel(of name: PublicID, for member: MemberActor) -> Result<GuestPanel, WireFault> {
        store.one(named: name).flatMap { loaded in
            let actor = Actor.member(member)
            guard actor.mayRead(loaded.state), let guest = loaded.state.party.guest else {
                return .failure(WireFault(.noSuchCase))
            }
            do {
                let found = try directory.guest(guest)
                // Before it is shown: what is not recorded was not looked at.
                try directory.recordCaseViewed(loaded.id, by: member.member, at: SystemClock.now().wall)
                return .success(
                    GuestPanel(
                        guest: GuestName(
                            id: found.publicID.text, firstName: found.firstName, lastName: found.lastName),
                        contact: Wire.Contact(
                            kind: found.contact.isPhone ? .phone : .email, value: found.contact.value),
                        identifiers: try identifiers(of: loaded),
                        cases: try others(of: guest, than: loaded.id, for: actor)))
            } catch {
                return .failure(WireFault(.storeAway))
            }
        }
    }

    private func others(of guest: GuestID, than id: CaseID, for actor: Actor) throws -> [CaseSummary] {
        let lists = [true, false].map { CaseList.ofGuest(guest, open: $0) }
        let all = try store.versions(inEach: lists).joined().map(\.id)
        let newest = all.filter { $0 != id }.sorted().suffix(limits.panelCases).reversed()
        return try summaryValues(of: Array(newest), for: actor)
    }

    /// Of those that can be read, and may be.
    private func summaryValues(of ids: [CaseID], for actor: Actor) throws -> [CaseSummary] {
        let words = Words(self, mayRead: true)
        var summaries: [CaseSummary] = []
        for case .success(let loaded) in try store.load(ids) where actor.mayRead(loaded.state) {
            do {
                summaries.append(try words.summary(of: CaseNews(loaded), for: .team))
            } catch is CaseTrouble {
                continue
            }
        }
        return summaries
    }

    /// The newest answer to each question, in the order in which they were asked first. They stand in the log alone.
    private func identifiers(of loaded: LoadedCase) throws -> [IdentifierAnswer] {
        let words = Words(self, mayRead: true)
        var order: [String] = []
        var answers: [String: IdentifierAnswer] = [:]
        var after: Int64 = 0
        while after < loaded.state.teamHead {
            let page = try store.events(of: loaded.id, for: .team, after: after, limit: 500).get()
            guard let last = page.events.last else { break }
            after = last.numbers.forTeam
            for event in page.events {
                guard case .identifiersSubmitted(let values) = event.event.fact else { continue }
                for value in values {
                    let answer = words.identifier(value)
                    if answers.updateValue(answer, forKey: answer.field) == nil { order.append(answer.field) }
                }
            }
        }
        return order.compactMap { answers[$0] }.filter { !$0.value.isEmpty }
    }
}
