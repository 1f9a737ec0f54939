package import CaseMachine

/// What an administrator changes (docs/http.md, "Settings"). Each change names the revision that it was made from, is
/// compared with what stands in the database within the transaction that writes it, and is recorded there.
///
/// Errors: `bad_settings` with its field, `changed_meanwhile`, `last_administrator`, `role_in_use`, and the three that say
/// that there is no such thing.
extension Directory {
    package func change(
        _ id: OrganisationID, from revision: Int, at now: Timestamp, by member: MemberID,
        _ edit: @Sendable (inout OrganisationSettings) -> Void
    ) throws(DirectoryError) -> Organisation {
        let after = try changed { db in
            let roster = try readRoster(db)
            guard let before = roster[id]?.settings else { throw DirectoryError.noSuchOrganisation }
            guard before.revision == revision else { throw DirectoryError.changedMeanwhile }
            var settings = before
            edit(&settings)
            settings.revision = revision &+ 1
            try settings.demandUsable()
            try demandRoles(settings, among: roster.members(of: id))
            try writeOrganisation(settings, id, db)
            let detail = try settingsChange(from: before, to: settings, of: id)
            try record("organisation.changed", by: "member:\(member)", to: "organisation:\(id)", detail, id, now, db)
        }.roster
        guard let organisation = after[id] else { throw .noSuchOrganisation }
        return organisation
    }

    /// A member who has a role that is gone could do nothing.
    private func demandRoles(_ settings: OrganisationSettings, among members: [Member]) throws(DirectoryError) {
        let known = Set((MemberRole.usual + settings.roles).map(\.id))
        if let member = members.first(where: { $0.isActive && !known.contains($0.role.id) }) {
            throw DirectoryError(
                .roleInUse, "'\(member.name)' has the role '\(member.role.name)'. Give them another one first.",
                field: "roles")
        }
        let rights = Dictionary((MemberRole.usual + settings.roles).map { ($0.id, $0.permissions) }) { first, _ in first
        }
        try demandAdministrator(members.filter { $0.isActive && rights[$0.role.id]?.contains(.settings) == true })
    }

    private func demandAdministrator(_ administrators: [Member]) throws(DirectoryError) {
        guard administrators.isEmpty else { return }
        throw DirectoryError(
            .lastAdministrator, "Nobody could change the settings any more. Make somebody else an administrator first.",
            field: "role")
    }

    package func change(
        _ id: MemberID, from revision: Int, to wish: MemberWish, at now: Timestamp, by actor: MemberID
    ) throws(DirectoryError) -> (member: Member, ended: [SessionID]) {
        let (ended, after) = try changed { db in
            let roster = try readRoster(db)
            guard let before = roster[id], let organisation = roster[before.organisation],
                let blob = try db.firstRow("SELECT detail FROM member WHERE id = ?", [.integer(id.value)])?.blob(0)
            else { throw DirectoryError.noSuchMember }
            guard before.revision == revision else { throw DirectoryError.changedMeanwhile }
            try wish.demandUsable(in: organisation, roster)
            var detail = try openMember(blob, id, before.organisation)
            detail.name = wish.name
            detail.role = wish.role
            detail.isAdministrator = wish.role == MemberRole.administrator.id
            detail.isActive = wish.isActive
            detail.teams = wish.teams.sorted { $0.key < $1.key }.map {
                MemberDetail.Work(team: $0.key.value, rank: $0.value.rawValue)
            }
            detail.revision = revision &+ 1
            let owner = KeyOwner.organisation(before.organisation.value)
            try db.run(
                "UPDATE member SET detail = ? WHERE id = ?",
                [.blob(try seal(detail, owner, SealedColumn.member, row: id.value)), .integer(id.value)])
            // Of those who are left, with this one as they are now.
            let now = try (readRoster(db).members(of: before.organisation), now)
            try demandAdministrator(now.0.filter(\.isAdministrator))
            let words = try settingsChange(
                from: MemberWish(before), to: wish, of: before.organisation)
            try record(
                "member.changed", by: "member:\(actor)", to: "member:\(id)", words, before.organisation, now.1, db)
            return wish.isActive ? [] : try endAllSessions(of: .member(id), now.1, db)
        }
        guard let member = after[id] else { throw .noSuchMember }
        return (member, ended)
    }

    func writeOrganisation(_ settings: OrganisationSettings, _ id: OrganisationID, _ db: any SQLSession) throws {
        let sealed = try seal(settings, .organisation(id.value), SealedColumn.organisation, row: id.value)
        try db.run("UPDATE organisation SET settings = ? WHERE id = ?", [.blob(sealed), .integer(id.value)])
    }

    func settingsChange(
        from before: some Encodable, to after: some Encodable, of organisation: OrganisationID
    ) throws -> String {
        try SettingsChange.words(from: before, to: after) { text throws in
            try vault.keyedHash(Array(text.utf8), organisation: organisation.value, purpose: "foyer settings 1")
        }
    }

    /// The newest changes of settings in the organisation, newest first, as the audit trail has them. The trail has no index
    /// for it: so many of its newest rows are looked at, on each node's chain.
    package func settingsChanges(of organisation: OrganisationID, limit: Int) throws(DirectoryError) -> [AuditEntry] {
        try read { db in
            let nodes = try db.rows("SELECT DISTINCT node FROM auditHead", []).compactMap { $0.text(0) }
            var found: [AuditEntry] = []
            for node in Set(nodes + [settings.node]) {
                let rows = try db.rows(
                    """
                    SELECT at, organisation, actor, action, subject, detail FROM auditRow WHERE node = ?
                    ORDER BY number DESC LIMIT ?
                    """, [.text(node), .integer(Int64(DirectoryLimits.changesLookedAt))])
                found += rows.compactMap { row in
                    guard let at = row.integer(0), row.integer(1) == organisation.value, let actor = row.text(2),
                        let action = row.text(3), let subject = row.text(4), let detail = row.text(5),
                        Self.settingsActions.contains(action)
                    else { return nil }
                    return AuditEntry(
                        at: at, organisation: organisation.value, actor: actor, action: action, subject: subject,
                        detail: detail)
                }
            }
            return Array(found.sorted { $0.at > $1.at }.prefix(limit))
        }
    }

    private static let settingsActions: Set<String> = [
        "organisation.created", "organisation.changed", "team.created", "team.changed", "member.created",
        "member.changed", "member.added", "member.removed",
    ]
}

/// What is to be of a member.
package struct MemberWish: Sendable, Encodable {
    package var name: String
    package var role: String
    package var isActive: Bool
    package var teams: [TeamID: Member.Rank]

    package init(name: String, role: String, isActive: Bool, teams: [TeamID: Member.Rank]) {
        self.name = name
        self.role = role
        self.isActive = isActive
        self.teams = teams
    }

    init(_ member: Member) {
        self.init(name: member.name, role: member.role.id, isActive: member.isActive, teams: member.teams)
    }

    private enum CodingKeys: CodingKey {
        case name, role, isActive, teams
    }

    package func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(name, forKey: .name)
        try values.encode(role, forKey: .role)
        try values.encode(isActive, forKey: .isActive)
        let ranks = teams.map { ("\($0.key)", Int($0.value.rawValue)) }
        try values.encode(Dictionary(ranks) { first, _ in first }, forKey: .teams)
    }

    func demandUsable(in organisation: Organisation, _ roster: Roster) throws(DirectoryError) {
        try Check.line(name, "name")
        guard organisation.roles.contains(where: { $0.id == role }) else {
            throw .badSettings("role", "There is no such role.")
        }
        guard teams.keys.allSatisfy({ roster[$0]?.organisation == organisation.id }) else {
            throw .badSettings("teams", "There is no such team.")
        }
    }
}
