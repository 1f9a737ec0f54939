import CaseMachine
import CaseStore
import Notifications

/// Makes letters of what stands in the outbox, at the moment when they are to go: the outbox itself holds no text and no
/// contact. Blocks.
struct LetterWriter: Sendable {
    let store: any CaseStore
    let directory: Directory
    let publicURL: PublicURL

    enum Written: Hashable, Sendable {
        case letter(Letter)
        /// For each of them an item of their own.
        case split([MemberID])
        /// Nobody needs it any more.
        case cancelled(String)
        /// It will never work.
        case hopeless(String)
    }

    /// The store, or the people, cannot be asked now.
    struct Away: Error, CustomStringConvertible {
        let description: String
    }

    func write(_ item: LeasedItem, at now: Timestamp) throws(Away) -> Written {
        let occasion: Occasion
        switch try look(at: item) {
        case .over(let reason): return .cancelled(reason)
        case .hopeless(let reason): return .hopeless(reason)
        case .stands(let found): occasion = found
        }
        switch occasion.audience {
        case .guest(let guest): return try letter(occasion, to: guest, at: now)
        case .members(let members):
            guard let member = item.recipient else {
                return members.isEmpty ? .cancelled("nobody of the team could be told") : .split(members)
            }
            return try letter(occasion, to: member, at: now)
        case .nobody: return .cancelled("nobody's address is known")
        }
    }

    /// Asked once more, immediately before sending: nil while somebody still needs it.
    func reasonAgainst(_ item: LeasedItem) throws(Away) -> String? {
        switch try look(at: item) {
        case .over(let reason): reason
        case .hopeless, .stands: nil
        }
    }

    // MARK: What it is about

    private enum Look {
        case over(String)
        case hopeless(String)
        case stands(Occasion)
    }

    private struct Occasion {
        enum Audience {
            case guest(GuestID)
            case members([MemberID])
            case nobody
        }

        let words: NoticeLetter.Occasion
        let audience: Audience
        /// Where the link leads: the case itself, or the one that its history lives on in.
        let place: LoadedCase
    }

    /// Rooms that were merged into others, one after the other. More hops than anybody makes.
    private static let mostMergers = 8

    private func look(at item: LeasedItem) throws(Away) -> Look {
        let origin: LoadedCase
        switch try load(item.pending.caseID) {
        case .gone: return .over("the case was erased")
        case .unreadable(let reason): return .hopeless(reason)
        case .loaded(let loaded): origin = loaded
        }
        guard let event = try event(item) else { return .over("what it was about is gone") }
        var place = origin
        for _ in 0..<Self.mostMergers {
            guard case .merged(let merger) = place.state.phase else { break }
            guard case .loaded(let next) = try load(merger.into) else { return .over("the room is gone") }
            place = next
        }
        let isMerged = place.id != origin.id
        let fact = event.event.fact
        switch item.pending.item.kind {
        case .missedResponse:
            guard case .missedResponseNoticed(let missed) = fact else { return .over(Self.noReason) }
            let unseen = place.state[missed.side].unseen
            guard unseen.contains(where: { isMerged || $0.number <= missed.unseen.upperBound }) else {
                return .over("seen meanwhile")
            }
            switch missed.side {
            case .guest: return .stands(Occasion(words: .missedByGuest, audience: guest(place.state), place: place))
            case .team: return .stands(Occasion(words: .missedByTeam, audience: handlers(place.state), place: place))
            }
        case .firstResponse:
            guard case .firstResponseAlerted(let level) = fact else { return .over(Self.noReason) }
            guard place.state.unanswered != nil, place.state.closedAt == nil else { return .over("answered meanwhile") }
            let audience = team(place.state.team, alsoSupervisors: level > 1)
            return .stands(Occasion(words: .unanswered, audience: audience, place: place))
        case .invitation:
            return .stands(Occasion(words: .invitation, audience: guest(place.state), place: place))
        case .closing:
            let isWarning = fact == .closingWarned
            let isClosed = origin.state.closedAt != nil
            guard isWarning ? origin.state.warnedAt != nil && !isClosed : isClosed else { return .over("no longer so") }
            guard !isSeen(event, origin.state) else { return .over("seen meanwhile") }
            let words: NoticeLetter.Occasion = isWarning ? .closesSoon : .closed
            return .stands(Occasion(words: words, audience: guest(place.state), place: place))
        }
    }

    private static let noReason = "the log gives no reason for it"

    private func isSeen(_ event: StoredEvent, _ state: CaseState) -> Bool {
        event.numbers.forGuest.map { $0 <= state.guestSide.seenUpTo } ?? false
    }

    private func guest(_ state: CaseState) -> Occasion.Audience {
        switch state.party {
        case .support(let guest), .room(let guest): .guest(guest)
        case .direct: .nobody
        }
    }

    /// Whoever has the case, or else the team.
    private func handlers(_ state: CaseState) -> Occasion.Audience {
        let handlers = state.handlers.filter { directory.roster[$0] != nil }
        return handlers.isEmpty ? team(state.team, alsoSupervisors: true) : .members(handlers.sorted())
    }

    /// A team of supervisors alone is alerted at once.
    private func team(_ id: TeamID, alsoSupervisors: Bool) -> Occasion.Audience {
        let all = directory.roster.members(of: id)
        let members = all.filter { $0.teams[id] == .member }
        return .members((alsoSupervisors || members.isEmpty ? all : members).map(\.id))
    }

    // MARK: Whom it is for

    private func letter(_ occasion: Occasion, to guest: GuestID, at now: Timestamp) throws(Away) -> Written {
        do {
            return letter(occasion, to: try directory.guest(guest).contact, at: now)
        } catch {
            switch error.code {
            case .erased, .noSuchGuest: return .cancelled("the guest was erased")
            default: throw Away(description: "\(error)")
            }
        }
    }

    private func letter(_ occasion: Occasion, to member: MemberID, at now: Timestamp) throws(Away) -> Written {
        do {
            return letter(occasion, to: .email(try directory.address(of: member)), at: now)
        } catch {
            switch error.code {
            case .noSuchMember: return .cancelled("the member is not here any more")
            default: throw Away(description: "\(error)")
            }
        }
    }

    private func letter(_ occasion: Occasion, to contact: Contact, at now: Timestamp) -> Written {
        let roster = directory.roster
        guard let team = roster[occasion.place.state.team], let organisation = roster[team.organisation] else {
            return .hopeless("the case's team is not known")
        }
        let name = occasion.place.publicID.text
        switch occasion.audience {
        case .guest:
            let link = publicURL.page("/chat/\(team.publicID.text)/\(name)")
            return .letter(
                NoticeLetter.make(occasion.words, to: contact, from: organisation.name, link: link, at: now))
        case .members, .nobody:
            let link = publicURL.page("/dashboard#/all/\(name)")
            return .letter(NoticeLetter.make(occasion.words, to: contact, from: team.name, link: link, at: now))
        }
    }

    // MARK: The store

    private enum Found {
        case loaded(LoadedCase)
        case gone
        /// For everybody, and for good.
        case unreadable(String)
    }

    private func load(_ id: CaseID) throws(Away) -> Found {
        let found: Result<LoadedCase, CaseTrouble>?
        do { found = try store.load([id]).first } catch { throw Away(description: "\(error)") }
        switch found {
        case .success(let loaded)?: return .loaded(loaded)
        case .failure(.newerShape(let version))?:
            // A node of the later release will do it.
            throw Away(description: "the case is of shape \(version)")
        case .failure(.erased)?, .failure(.noSuchCase)?, nil: return .gone
        case .failure(.unreadable(let reason))?: return .unreadable(reason)
        }
    }

    private func event(_ item: LeasedItem) throws(Away) -> StoredEvent? {
        do {
            return try store.event(item.pending.item.number, of: item.pending.caseID, for: .team).get()
        } catch let error as StoreError {
            throw Away(description: "\(error)")
        } catch {
            return nil
        }
    }
}
