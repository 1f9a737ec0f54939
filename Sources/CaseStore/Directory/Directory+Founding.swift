package import CaseMachine
import Foundation
import GRDB

/// Making organisations, teams and members. Errors: `bad_settings` with what to do, `address_taken`,
/// `no_such_organisation`, `no_such_team`, `no_such_member`.
extension Directory {
    package func createOrganisation(
        _ organisation: OrganisationSettings, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Organisation {
        try organisation.demandUsable()
        let publicID = try settings.randomness.publicID()
        let id = try change { db in
            let id = try insert("organisation (publicID, settings) VALUES (?, x'')", [publicID.data], db)
            try store.vault.createKeys(for: [.organisation(id)])
            let sealed = try seal(organisation, .organisation(id), SealedColumn.organisation, row: id)
            try db.execute(sql: "UPDATE organisation SET settings = ? WHERE id = ?", arguments: [sealed, id])
            try record(
                "organisation.created", by: actor, to: "organisation:\(id)", "", OrganisationID(id), now, db)
            return OrganisationID(id)
        }
        guard let made = roster[id] else { throw .noSuchOrganisation }
        return made
    }

    package func updateOrganisation(
        _ id: OrganisationID, _ organisation: OrganisationSettings, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) {
        guard roster[id] != nil else { throw .noSuchOrganisation }
        try organisation.demandUsable()
        try change { db in
            let sealed = try seal(
                organisation, .organisation(id.value), SealedColumn.organisation, row: id.value)
            try db.execute(sql: "UPDATE organisation SET settings = ? WHERE id = ?", arguments: [sealed, id.value])
            try record("organisation.changed", by: actor, to: "organisation:\(id)", "", id, now, db)
        }
    }

    package func createTeam(
        _ draft: TeamDraft, in organisation: OrganisationID, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Team {
        guard roster[organisation] != nil else { throw .noSuchOrganisation }
        try draft.demandUsable()
        let id = try change { db in
            let owner = KeyOwner.organisation(organisation.value)
            let id = try insert(
                "team (publicID, organisation, settings) VALUES (?, ?, x'')",
                [try settings.randomness.publicID().data, organisation.value], db)
            let categories = try draft.categories.map { name in
                CategoryID(
                    try insertPart("teamCategory", of: id, StoredCategory(name: name), owner, SealedColumn.category, db)
                )
            }
            let fields = try draft.fields.map { field in
                let stored = StoredField(label: field.label, isMandatory: field.isMandatory, prefill: field.prefill)
                let number = try insertPart("teamField", of: id, stored, owner, SealedColumn.field, db)
                return Identifier(field: FieldID(number), isMandatory: field.isMandatory)
            }
            var policy = draft.policy
            policy.identifiers = fields
            policy.welcomes = draft.welcomes.map { welcome in
                Welcome(category: welcome.category.map { categories[$0] }, when: welcome.when, text: welcome.text)
            }
            try writeTeam(StoredTeam(settings: draft.settings, policy: StoredPolicy(policy)), id, owner, db)
            try record("team.created", by: actor, to: "team:\(id)", "", organisation, now, db)
            return TeamID(id)
        }
        guard let made = roster[id] else { throw .noSuchTeam }
        return made
    }

    /// Changes a team's settings and policy; its categories and fields stay. The policy gets the next revision.
    package func updateTeam(
        _ id: TeamID, _ settings: TeamSettings, policy: Policy, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Team {
        guard let team = roster[id] else { throw .noSuchTeam }
        try settings.demandUsable()
        try policy.demandUsable()
        try change { db in
            var policy = policy
            policy.revision = (roster[id] ?? team).policy.revision &+ 1
            policy.identifiers = team.policy.identifiers
            try writeTeam(
                StoredTeam(settings: settings, policy: StoredPolicy(policy)), id.value,
                .organisation(team.organisation.value), db)
            try record("team.changed", by: actor, to: "team:\(id)", "", team.organisation, now, db)
        }
        guard let changed = roster[id] else { throw .noSuchTeam }
        return changed
    }

    package func createMember(
        name: String, email: String, password: String, isAdministrator: Bool = false, in organisation: OrganisationID,
        at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Member {
        guard roster[organisation] != nil else { throw .noSuchOrganisation }
        try Check.line(name, "name")
        guard DirectoryLimits.passwordBytes.contains(password.utf8.count) else {
            throw .badSettings("password", "must have \(DirectoryLimits.passwordBytes.lowerBound) letters or more")
        }
        let address: EmailAddress
        do { address = try EmailAddress(email) } catch { throw .badSettings("email", error.description) }
        let hash = try passwords.hash(password)
        let publicID = try settings.randomness.publicID()
        let id = try change { db in
            let addressHash = Data(try hashedForHouse(.email(address)))
            guard
                try Row.fetchOne(db, sql: "SELECT 1 FROM member WHERE addressHash = ?", arguments: [addressHash]) == nil
            else {
                throw DirectoryError(.addressTaken, "Somebody signs in with this address already.", field: "email")
            }
            let owner = KeyOwner.organisation(organisation.value)
            let id = try insert(
                "member (publicID, organisation, addressHash, detail, password) VALUES (?, ?, ?, x'', x'')",
                [publicID.data, organisation.value, addressHash], db)
            let detail = MemberDetail(name: name, email: address.typed, isAdministrator: isAdministrator, teams: [])
            try db.execute(
                sql: "UPDATE member SET detail = ?, password = ? WHERE id = ?",
                arguments: [
                    try seal(detail, owner, SealedColumn.member, row: id),
                    try seal(hash, owner, SealedColumn.password, row: id), id,
                ])
            try record("member.created", by: actor, to: "member:\(id)", "", organisation, now, db)
            return MemberID(id)
        }
        guard let made = roster[id] else { throw .noSuchMember }
        return made
    }

    /// Gives the member work in the team, or another rank.
    package func addMember(
        _ member: MemberID, to team: TeamID, as rank: Member.Rank, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) {
        try changeWork(of: member, in: team, rank, "member.added", now, actor)
    }

    package func removeMember(
        _ member: MemberID, from team: TeamID, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) {
        try changeWork(of: member, in: team, nil, "member.removed", now, actor)
    }

    private func changeWork(
        of member: MemberID, in team: TeamID, _ rank: Member.Rank?, _ action: String, _ now: Timestamp, _ actor: String
    ) throws(DirectoryError) {
        guard let organisation = roster[member]?.organisation else { throw .noSuchMember }
        guard roster[team]?.organisation == organisation else { throw .noSuchTeam }
        try change { db in
            guard
                let blob = try Row.fetchOne(
                    db, sql: "SELECT detail FROM member WHERE id = ?", arguments: [member.value]
                )
                .flatMap({ ColumnValue.blob($0, 0) })
            else { throw DirectoryError.noSuchMember }
            var detail = try openMember(blob, member, organisation)
            detail.teams.removeAll { $0.team == team.value }
            if let rank { detail.teams.append(MemberDetail.Work(team: team.value, rank: rank.rawValue)) }
            let sealed = try seal(
                detail, .organisation(organisation.value), SealedColumn.member, row: member.value)
            try db.execute(sql: "UPDATE member SET detail = ? WHERE id = ?", arguments: [sealed, member.value])
            let how = rank.map { "team:\(team) as \($0)" } ?? "team:\(team)"
            try record(action, by: actor, to: "member:\(member)", how, organisation, now, db)
        }
    }

    private func writeTeam(_ team: StoredTeam, _ id: Int64, _ owner: KeyOwner, _ db: Database) throws {
        try db.execute(
            sql: "UPDATE team SET settings = ? WHERE id = ?",
            arguments: [try seal(team, owner, SealedColumn.team, row: id), id])
    }

    /// The row first, for its number, which is sealed along.
    private func insertPart(
        _ table: String, of team: Int64, _ detail: some Encodable, _ owner: KeyOwner, _ column: UInt16, _ db: Database
    ) throws -> Int64 {
        let id = try insert(
            "\(table) (publicID, team, detail) VALUES (?, ?, x'')", [try settings.randomness.publicID().data, team], db)
        try db.execute(
            sql: "UPDATE \(table) SET detail = ? WHERE id = ?",
            arguments: [try seal(detail, owner, column, row: id), id])
        return id
    }

    private func insert(_ what: String, _ arguments: StatementArguments, _ db: Database) throws -> Int64 {
        try db.execute(sql: "INSERT INTO \(what)", arguments: arguments)
        return db.lastInsertedRowID
    }
}

extension PublicID {
    fileprivate var data: Data { Data(value.bigEndianBytes) }
}
