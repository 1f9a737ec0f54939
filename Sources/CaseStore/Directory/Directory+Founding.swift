package import CaseMachine

/// Making organisations, teams and members. Errors: `bad_settings` with what to do, `address_taken`,
/// `no_such_organisation`, `no_such_team`, `no_such_member`.
extension Directory {
    /// Runs `body`, which fills a new house, while no other node does the same. It sees everybody whom the others have made.
    package func fill<Value>(_ body: () throws -> Value) throws -> Value {
        try database.alone {
            _ = try refresh()
            return try body()
        }
    }

    package func createOrganisation(
        _ organisation: OrganisationSettings, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Organisation {
        try organisation.demandUsable()
        let id = try change { db in try insertOrganisation(organisation, now, actor, db) }
        guard let made = roster[id] else { throw .noSuchOrganisation }
        return made
    }

    func insertOrganisation(
        _ organisation: OrganisationSettings, _ now: Timestamp, _ actor: String, _ db: any SQLSession
    ) throws -> OrganisationID {
        let id = try db.insert(
            "INSERT INTO organisation (publicID, settings) VALUES (?, ?) RETURNING id",
            [try settings.randomness.publicID().column, .blob([])])
        try vault.createKeys(for: [.organisation(id)])
        let sealed = try seal(organisation, .organisation(id), SealedColumn.organisation, row: id)
        try db.run("UPDATE organisation SET settings = ? WHERE id = ?", [.blob(sealed), .integer(id)])
        try record("organisation.created", by: actor, to: "organisation:\(id)", "", OrganisationID(id), now, db)
        return OrganisationID(id)
    }

    package func updateOrganisation(
        _ id: OrganisationID, _ organisation: OrganisationSettings, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) {
        guard let known = roster[id]?.settings else { throw .noSuchOrganisation }
        try organisation.demandUsable()
        var organisation = organisation
        organisation.revision = known.revision &+ 1
        try change { [organisation] db in
            try writeOrganisation(organisation, id, db)
            try record("organisation.changed", by: actor, to: "organisation:\(id)", "", id, now, db)
        }
    }

    package func createTeam(
        _ draft: TeamDraft, in organisation: OrganisationID, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Team {
        guard roster[organisation] != nil else { throw .noSuchOrganisation }
        try draft.demandUsable()
        let id = try change { db in try insertTeam(draft, in: organisation, now, actor, db) }
        guard let made = roster[id] else { throw .noSuchTeam }
        return made
    }

    func insertTeam(
        _ draft: TeamDraft, in organisation: OrganisationID, _ now: Timestamp, _ actor: String, _ db: any SQLSession
    ) throws -> TeamID {
        let owner = KeyOwner.organisation(organisation.value)
        let id = try db.insert(
            "INSERT INTO team (publicID, organisation, settings) VALUES (?, ?, ?) RETURNING id",
            [try settings.randomness.publicID().column, .integer(organisation.value), .blob([])])
        let categories = try draft.categories.map { name in
            CategoryID(
                try insertPart("teamCategory", of: id, StoredCategory(name: name), owner, SealedColumn.category, db))
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

    /// Changes a team's settings and policy; its categories and fields stay. The policy gets the next revision.
    package func updateTeam(
        _ id: TeamID, _ settings: TeamSettings, policy: Policy, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Team {
        guard let team = roster[id] else { throw .noSuchTeam }
        try settings.demandUsable()
        try policy.demandUsable()
        let after = try changed { db in
            // As it stands now: another node may have changed it.
            let owner = KeyOwner.organisation(team.organisation.value)
            let row = try db.firstRow("SELECT settings FROM team WHERE id = ?", [.integer(id.value)])
            guard let blob = row?.blob(0) else { throw DirectoryError.noSuchTeam }
            let stored = try open(StoredTeam.self, blob, owner, SealedColumn.team, row: id.value).policy.policy
            var (settings, policy) = (settings, policy)
            settings.revision = team.settings.revision &+ 1
            policy.revision = stored.revision &+ 1
            policy.identifiers = stored.identifiers
            try writeTeam(StoredTeam(settings: settings, policy: StoredPolicy(policy)), id.value, owner, db)
            try record("team.changed", by: actor, to: "team:\(id)", "", team.organisation, now, db)
        }.roster
        guard let changed = after[id] else { throw .noSuchTeam }
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
        let draft = MemberDetail(name: name, email: address.typed, isAdministrator: isAdministrator, teams: [])
        let id = try change { db in try insertMember(draft, address, hash, in: organisation, now, actor, db) }
        guard let made = roster[id] else { throw .noSuchMember }
        return made
    }

    func insertMember(
        _ draft: MemberDetail, _ address: EmailAddress, _ password: PasswordHash, in organisation: OrganisationID,
        _ now: Timestamp, _ actor: String, _ db: any SQLSession
    ) throws -> MemberID {
        let addressHash = try hashedForHouse(.email(address))
        guard try db.firstRow("SELECT id FROM member WHERE addressHash = ?", [.blob(addressHash)]) == nil else {
            throw DirectoryError.addressTaken
        }
        let owner = KeyOwner.organisation(organisation.value)
        let id = try db.insert(
            """
            INSERT INTO member (publicID, organisation, addressHash, detail, password) VALUES (?, ?, ?, ?, ?)
            RETURNING id
            """,
            [
                try settings.randomness.publicID().column, .integer(organisation.value), .blob(addressHash),
                .blob([]), .blob([]),
            ])
        try db.run(
            "UPDATE member SET detail = ?, password = ? WHERE id = ?",
            [
                .blob(try seal(draft, owner, SealedColumn.member, row: id)),
                .blob(try seal(password, owner, SealedColumn.password, row: id)), .integer(id),
            ])
        try record("member.created", by: actor, to: "member:\(id)", "", organisation, now, db)
        return MemberID(id)
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
            let row = try db.firstRow("SELECT detail FROM member WHERE id = ?", [.integer(member.value)])
            guard let blob = row?.blob(0) else { throw DirectoryError.noSuchMember }
            var detail = try openMember(blob, member, organisation)
            detail.teams.removeAll { $0.team == team.value }
            if let rank { detail.teams.append(MemberDetail.Work(team: team.value, rank: rank.rawValue)) }
            detail.revision = (detail.revision ?? 1) &+ 1
            let sealed = try seal(
                detail, .organisation(organisation.value), SealedColumn.member, row: member.value)
            try db.run("UPDATE member SET detail = ? WHERE id = ?", [.blob(sealed), .integer(member.value)])
            let how = rank.map { "team:\(team) as \($0)" } ?? "team:\(team)"
            try record(action, by: actor, to: "member:\(member)", how, organisation, now, db)
        }
    }

    func writeTeam(_ team: StoredTeam, _ id: Int64, _ owner: KeyOwner, _ db: any SQLSession) throws {
        try db.run(
            "UPDATE team SET settings = ? WHERE id = ?",
            [.blob(try seal(team, owner, SealedColumn.team, row: id)), .integer(id)])
    }

    /// The row first, for its number, which is sealed along.
    func insertPart(
        _ table: String, of team: Int64, _ detail: some Encodable, _ owner: KeyOwner, _ column: UInt16,
        _ db: any SQLSession
    ) throws -> Int64 {
        let id = try db.insert(
            "INSERT INTO \(table) (publicID, team, detail) VALUES (?, ?, ?) RETURNING id",
            [try settings.randomness.publicID().column, .integer(team), .blob([])])
        try db.run(
            "UPDATE \(table) SET detail = ? WHERE id = ?",
            [.blob(try seal(detail, owner, column, row: id)), .integer(id)])
        return id
    }
}

extension PublicID {
    /// As it stands in a column.
    var column: SQLValue { .blob(value.bigEndianBytes) }
}
