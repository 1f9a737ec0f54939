import CaseMachine
import CaseStore
import Wire

/// What numbers are called, towards clients. With one roster, so that what stands in one message agrees.
struct Words {
    /// Something that has to be looked up is not at hand. Who may wait looks it up.
    struct NotAtHand: Error {}

    let roster: Roster
    let house: HouseServices
    /// Whether the store and the directory may be read: on a reader's thread, never on a loop's.
    let mayRead: Bool

    init(_ house: HouseServices, mayRead: Bool) {
        self.house = house
        self.mayRead = mayRead
        roster = house.directory.roster
    }

    func member(_ id: MemberID) -> PersonName {
        guard let member = roster[id] else { return PersonName(id: Self.nobody, name: "") }
        return PersonName(id: member.publicID.text, name: member.name)
    }

    func team(_ id: TeamID) -> TeamName {
        guard let team = roster[id] else { return TeamName(id: Self.nobody, name: "") }
        return TeamName(id: team.publicID.text, name: team.name)
    }

    func category(_ id: CategoryID, of team: TeamID) -> CategoryName? {
        // Of a case that was handed on, the category is another team's.
        let teams = [roster[team]].compactMap(\.self) + (roster[team].map { roster.teams(of: $0.organisation) } ?? [])
        let category = teams.lazy.compactMap { team in team.categories.first { $0.id == id } }.first
        return category.map { CategoryName(id: $0.publicID.text, name: $0.name) }
    }

    func field(_ id: FieldID, of team: TeamID) -> Team.Field? {
        let teams = [roster[team]].compactMap(\.self) + (roster[team].map { roster.teams(of: $0.organisation) } ?? [])
        return teams.lazy.compactMap { team in team.fields.first { $0.id == id } }.first
    }

    func guest(_ id: GuestID) throws -> GuestName {
        if let guest = house.directory.knownGuest(id) {
            return GuestName(id: guest.publicID.text, firstName: guest.firstName, lastName: guest.lastName)
        }
        guard mayRead else { throw NotAtHand() }
        do {
            let guest = try house.directory.guest(id)
            return GuestName(id: guest.publicID.text, firstName: guest.firstName, lastName: guest.lastName)
        } catch {
            // Whoever was erased has no name any more, and what they wrote is still shown.
            guard error.code == .erased || error.code == .noSuchGuest else { throw error }
            return GuestName(id: Self.nobody, firstName: "", lastName: "")
        }
    }

    func person(_ id: GuestID) throws -> PersonName {
        let guest = try guest(id)
        return PersonName(
            id: guest.id, name: [guest.firstName, guest.lastName].filter { !$0.isEmpty }.joined(separator: " "))
    }

    func name(of other: CaseID) throws -> String {
        guard mayRead else { throw NotAtHand() }
        switch try house.store.load([other]).first {
        case .success(let found)?: return found.publicID.text
        case .failure?, nil: return Self.nobody
        }
    }

    /// Stands where there is nobody any more.
    static let nobody = "nobody"
}
