package import CaseMachine

/// What an empty house needs before anybody can work in it: an organisation, a team, and somebody who may do the rest.
package struct FirstHouse: Sendable {
    package var organisation = ""
    /// As in +44: what a guest's phone number begins with.
    package var countryPrefix = ""
    /// Shown to guests before their first message; nil: they are told to call their country's.
    package var emergencyNumber: String?
    package var team = ""
    package var timeZone = ""
    /// The first administrator.
    package var name = ""
    package var email = ""
    package var password = ""

    package init() {}

    var settings: OrganisationSettings {
        let whom = emergencyNumber.map { "call \($0)" } ?? "call your country’s emergency number"
        return OrganisationSettings(
            name: organisation,
            emergency: "Nobody may be watching this chat right now. In an emergency "
                + "\(whom) at once.",
            emergencyNumber: emergencyNumber,
            privacy: """
                What you write is stored encrypted and read by our team only. We use your phone number or e-mail address \
                to know that it is you, and to tell you of an answer.
                """, countryPrefix: countryPrefix)
    }

    /// Errors: `missing`, `bad_settings`, `bad_email`, `weak_password`, each with the field's name here.
    func demandUsable() throws(DirectoryError) -> EmailAddress {
        let needed = [
            ("organisation", organisation), ("countryPrefix", countryPrefix), ("team", team), ("timeZone", timeZone),
            ("name", name), ("email", email), ("password", password),
        ]
        for (field, value) in needed where value.isEmpty {
            throw DirectoryError(.missing, "Fill in this field.", field: field)
        }
        try inWords { () throws(DirectoryError) in
            try Check.line(organisation, "organisation")
            try settings.demandUsable()
            try Check.line(team, "team")
            try TeamSettings(name: team, timeZone: timeZone).demandUsable()
            try Check.line(name, "name")
        }
        try PasswordRules.demand(password, name: name, email: email)
        let address: EmailAddress
        do { address = try EmailAddress(email) } catch {
            throw DirectoryError(.badEmail, error.description, field: "email")
        }
        return address
    }

    /// A setting's advice as a sentence, for a form that shows it below the field.
    private func inWords(_ check: () throws(DirectoryError) -> Void) throws(DirectoryError) {
        do { try check() } catch {
            guard error.code == .badSettings, let field = error.field else { throw error }
            let advice = error.message.replacing("\(field): ", with: "", maxReplacements: 1)
            throw DirectoryError(.badSettings, "This \(advice).", field: field)
        }
    }
}

extension Directory {
    /// Nobody could sign in: there is no organisation.
    package var isEmpty: Bool { roster.organisations.isEmpty }

    /// Makes the first organisation, its first team and its first administrator, who is the team's supervisor: all of it or
    /// nothing, and once. Of two nodes that do it at the same time, one does. Errors: those of `FirstHouse`, and
    /// `already_founded`.
    package func found(
        _ house: FirstHouse, at now: Timestamp, by actor: String = "operator"
    ) throws(DirectoryError) -> Member {
        let address = try house.demandUsable()
        // Before the dear part: who asks a house that is there computes nothing.
        guard isEmpty else { throw .alreadyFounded }
        let hash = try passwords.hash(house.password)
        let id = try change { db in
            guard try db.firstRow("SELECT id FROM organisation LIMIT 1", []) == nil else {
                throw DirectoryError.alreadyFounded
            }
            let organisation = try insertOrganisation(house.settings, now, actor, db)
            let draft = TeamDraft(TeamSettings(name: house.team, timeZone: house.timeZone))
            let team = try insertTeam(draft, in: organisation, now, actor, db)
            let work = MemberDetail.Work(team: team.value, rank: Member.Rank.supervisor.rawValue)
            let detail = MemberDetail(name: house.name, email: address.typed, isAdministrator: true, teams: [work])
            let member = try insertMember(detail, address, hash, in: organisation, now, actor, db)
            try record(
                "member.added", by: actor, to: "member:\(member)", "team:\(team) as \(Member.Rank.supervisor)",
                organisation, now, db)
            return member
        }
        guard let made = roster[id] else { throw .noSuchMember }
        return made
    }
}
