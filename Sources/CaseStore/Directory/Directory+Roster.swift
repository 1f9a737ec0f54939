import CaseMachine

/// What is sealed of a team.
struct StoredTeam: Codable {
    let settings: TeamSettings
    let policy: StoredPolicy
}

struct StoredCategory: Codable, Equatable {
    let name: String
    /// Its place in the list; nil: by its number, as the earliest release had it.
    var place: Int?
    var isArchived: Bool?
}

struct StoredField: Codable, Equatable {
    struct Rule: Codable, Equatable {
        let kind: String
        let least: Int?
        let most: Int?
        let example: String?

        init(_ rule: FieldRule) {
            kind = rule.kind.rawValue
            least = rule.least
            most = rule.most
            example = rule.example
        }

        var rule: FieldRule {
            FieldRule(kind: FieldRule.Kind(rawValue: kind) ?? .text, least: least, most: most, example: example)
        }
    }

    let label: String
    let isMandatory: Bool
    let prefill: Team.Prefill?
    var rule: Rule?
    var place: Int?
    var isArchived: Bool?
}

extension Directory {
    /// Everybody. An organisation whose key was destroyed has left, and all its people with it.
    func readRoster(_ db: any SQLSession) throws -> Roster {
        let organisations = try rows("organisation", "id", "settings", db).compactMap { row -> Organisation? in
            let settings: OrganisationSettings
            do {
                settings = try open(
                    OrganisationSettings.self, row.sealed, .organisation(row.id), SealedColumn.organisation, row: row.id
                )
            } catch VaultError.destroyed {
                return nil
            }
            return Organisation(id: OrganisationID(row.id), publicID: row.publicID, settings: settings)
        }
        let settingsOf = Dictionary(organisations.map { ($0.id.value, $0) }) { first, _ in first }
        let known = Set(settingsOf.keys)
        var organisationOfTeam: [Int64: Int64] = [:]
        let teamRows = try rows("team", "organisation", "settings", db).filter { known.contains($0.of) }
        for row in teamRows { organisationOfTeam[row.id] = row.of }
        let categories = try readCategories(organisationOfTeam, db)
        let fields = try readFields(organisationOfTeam, db)
        let teams = try teamRows.map { row in
            let stored = try open(
                StoredTeam.self, row.sealed, .organisation(row.of), SealedColumn.team, row: row.id)
            let fields = fields[row.id] ?? []
            var policy = stored.policy.policy
            policy.identifiers = fields.filter { !$0.isArchived }.map {
                Identifier(field: $0.id, isMandatory: $0.isMandatory, rule: $0.rule)
            }
            policy.allowsGuestChat = stored.settings.isChatOn && settingsOf[row.of]?.settings.isChatOn != false
            return Team(
                id: TeamID(row.id), publicID: row.publicID, organisation: OrganisationID(row.of),
                settings: stored.settings, categories: categories[row.id] ?? [], fields: fields, policy: policy)
        }
        let members = try rows("member", "organisation", "detail", db).filter { known.contains($0.of) }.map { row in
            let detail = try openMember(row.sealed, MemberID(row.id), OrganisationID(row.of))
            let work = detail.teams.map { (TeamID($0.team), Member.Rank(rawValue: $0.rank) ?? .member) }
            return Member(
                id: MemberID(row.id), publicID: row.publicID, organisation: OrganisationID(row.of), name: detail.name,
                role: detail.role(among: settingsOf[row.of]?.roles ?? MemberRole.usual),
                isActive: detail.isActive ?? true,
                teams: Dictionary(work) { first, _ in first }, revision: detail.revision ?? 1)
        }
        return Roster(organisations: organisations, teams: teams, members: members)
    }

    private func readCategories(
        _ organisations: [Int64: Int64], _ db: any SQLSession
    ) throws -> [Int64: [Team.Category]] {
        var categories: [Int64: [Placed<Team.Category>]] = [:]
        for row in try rows("teamCategory", "team", "detail", db) {
            guard let organisation = organisations[row.of] else { continue }
            let stored = try open(
                StoredCategory.self, row.sealed, .organisation(organisation), SealedColumn.category, row: row.id)
            categories[row.of, default: []].append(
                Placed(
                    place: stored.place, number: row.id,
                    part: Team.Category(
                        id: CategoryID(row.id), publicID: row.publicID, name: stored.name,
                        isArchived: stored.isArchived ?? false)))
        }
        return categories.mapValues(Placed.inOrder)
    }

    private func readFields(_ organisations: [Int64: Int64], _ db: any SQLSession) throws -> [Int64: [Team.Field]] {
        var fields: [Int64: [Placed<Team.Field>]] = [:]
        for row in try rows("teamField", "team", "detail", db) {
            guard let organisation = organisations[row.of] else { continue }
            let stored = try open(
                StoredField.self, row.sealed, .organisation(organisation), SealedColumn.field, row: row.id)
            fields[row.of, default: []].append(
                Placed(
                    place: stored.place, number: row.id,
                    part: Team.Field(
                        id: FieldID(row.id), publicID: row.publicID, label: stored.label,
                        isMandatory: stored.isMandatory, prefill: stored.prefill,
                        rule: stored.rule?.rule ?? FieldRule(), isArchived: stored.isArchived ?? false)))
        }
        return fields.mapValues(Placed.inOrder)
    }

    /// Something of a list whose order people choose.
    private struct Placed<Part> {
        let place: Int?
        let number: Int64
        let part: Part

        static func inOrder(_ list: [Placed]) -> [Part] {
            list.sorted { ($0.place ?? .max, $0.number) < ($1.place ?? .max, $1.number) }.map(\.part)
        }
    }

    private struct SealedRow {
        let id: Int64
        let publicID: PublicID
        let of: Int64
        let sealed: [UInt8]
    }

    /// In the order in which they were made.
    private func rows(_ table: String, _ of: String, _ sealed: String, _ db: any SQLSession) throws -> [SealedRow] {
        try db.rows("SELECT id, publicID, \(of), \(sealed) FROM \(table) ORDER BY id", []).map { row in
            guard let id = row.integer(0), let publicID = row.blob(1).flatMap(UInt128.init(bigEndianBytes:)),
                let of = row.integer(2), let sealed = row.blob(3)
            else { throw StoreError.fatal("Damaged: a row of '\(table)' cannot be read.") }
            return SealedRow(id: id, publicID: PublicID(publicID), of: of, sealed: sealed)
        }
    }
}
