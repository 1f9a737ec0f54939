package import CaseMachine

/// All organisations, teams and members, as they were at one moment: read without a lock, and replaced as a whole by the
/// directory when something changes.
package final class Roster: Sendable {
    package let organisations: [OrganisationID: Organisation]
    package let teams: [TeamID: Team]
    package let members: [MemberID: Member]
    private let organisationNames: [PublicID: OrganisationID]
    private let teamNames: [PublicID: TeamID]
    private let memberNames: [PublicID: MemberID]
    private let categories: [PublicID: (team: TeamID, category: Team.Category)]
    private let fields: [PublicID: (team: TeamID, field: Team.Field)]
    private let teamsOfOrganisation: [OrganisationID: [TeamID]]
    private let membersOfTeam: [TeamID: [MemberID]]

    init(organisations: [Organisation] = [], teams: [Team] = [], members: [Member] = []) {
        self.organisations = Self.index(organisations, by: \.id)
        self.teams = Self.index(teams, by: \.id)
        self.members = Self.index(members, by: \.id)
        organisationNames = Self.index(organisations, by: \.publicID).mapValues(\.id)
        teamNames = Self.index(teams, by: \.publicID).mapValues(\.id)
        memberNames = Self.index(members, by: \.publicID).mapValues(\.id)
        let allCategories = teams.flatMap { team in team.categories.map { (team: team.id, category: $0) } }
        categories = Dictionary(allCategories.map { ($0.category.publicID, $0) }) { first, _ in first }
        let allFields = teams.flatMap { team in team.fields.map { (team: team.id, field: $0) } }
        fields = Dictionary(allFields.map { ($0.field.publicID, $0) }) { first, _ in first }
        teamsOfOrganisation = Dictionary(grouping: teams, by: \.organisation).mapValues { $0.map(\.id).sorted() }
        var membersOfTeam: [TeamID: [MemberID]] = [:]
        for member in members.sorted(by: { $0.id < $1.id }) where member.isActive {
            for team in member.teams.keys { membersOfTeam[team, default: []].append(member.id) }
        }
        self.membersOfTeam = membersOfTeam
    }

    private static func index<Thing, Key: Hashable>(_ things: [Thing], by key: KeyPath<Thing, Key>) -> [Key: Thing] {
        Dictionary(things.map { ($0[keyPath: key], $0) }) { first, _ in first }
    }

    package subscript(_ id: OrganisationID) -> Organisation? { organisations[id] }
    package subscript(_ id: TeamID) -> Team? { teams[id] }
    package subscript(_ id: MemberID) -> Member? { members[id] }

    package func organisation(_ name: PublicID) -> Organisation? {
        organisationNames[name].flatMap { organisations[$0] }
    }
    package func team(_ name: PublicID) -> Team? { teamNames[name].flatMap { teams[$0] } }
    package func member(_ name: PublicID) -> Member? { memberNames[name].flatMap { members[$0] } }
    package func category(_ name: PublicID) -> (team: TeamID, category: Team.Category)? { categories[name] }
    package func field(_ name: PublicID) -> (team: TeamID, field: Team.Field)? { fields[name] }

    /// In the order in which they were made.
    package func teams(of organisation: OrganisationID) -> [Team] {
        (teamsOfOrganisation[organisation] ?? []).compactMap { teams[$0] }
    }

    /// Also who has left, in the order in which they came.
    package func members(of organisation: OrganisationID) -> [Member] {
        members.values.filter { $0.organisation == organisation }.sorted { $0.id < $1.id }
    }

    /// Who works there now.
    package func members(of team: TeamID) -> [Member] { (membersOfTeam[team] ?? []).compactMap { members[$0] } }
}
