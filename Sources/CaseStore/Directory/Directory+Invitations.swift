package import CaseMachine

/// Members are invited: the address is theirs when they have opened the letter, and nobody but them knows the password
/// (S2.15).
extension Directory {
    /// A link for somebody who is not a member yet; for who is invited already, another one in place of the first. Errors with
    /// their field: `missing`, `bad_email`, `bad_settings`, `address_taken`, `no_such_team`; `not_allowed`, `too_many_letters`.
    package func invite(
        _ draft: InvitationDraft, by administrator: MemberID, at now: Timestamp
    ) throws(DirectoryError) -> SentLink {
        let organisation = try organisation(ofAdministrator: administrator)
        let address = try check(draft, organisation)
        let detail = MemberLink.Detail(
            kind: MemberLink.Kind.invitation.rawValue, name: draft.name, email: address.typed,
            isAdministrator: draft.isAdministrator,
            teams: draft.teams.sorted { $0.key < $1.key }.map {
                MemberLink.Work(team: $0.key.value, rank: $0.value.rawValue)
            },
            sentAt: now.milliseconds)
        let token = try settings.randomness.token()
        return try write { db in
            guard try !isMember(address, db) else { return .failure(.addressTaken) }
            return try send(detail, address, organisation, token, "member.invited", administrator, now, db)
        }
    }

    /// The same invitation once more, with another link. Errors: `no_such_invitation`, `not_allowed`, `too_many_letters`.
    package func resendInvitation(
        _ id: PublicID, by administrator: MemberID, at now: Timestamp
    ) throws(DirectoryError) -> SentLink {
        let organisation = try organisation(ofAdministrator: administrator)
        let token = try settings.randomness.token()
        return try write { db in
            guard let known = try invitation(id, organisation, db) else { return .failure(.noSuchInvitation) }
            var detail = known.detail
            detail.sentAt = now.milliseconds
            let address = try EmailAddress(detail.email)
            return try send(detail, address, organisation, token, "member.invitedAgain", administrator, now, db)
        }
    }

    /// The link opens nothing any more. Errors: `no_such_invitation`, `not_allowed`.
    package func revokeInvitation(
        _ id: PublicID, by administrator: MemberID, at now: Timestamp
    ) throws(DirectoryError) {
        let organisation = try organisation(ofAdministrator: administrator)
        try write { db -> Result<Void, DirectoryError> in
            guard let known = try invitation(id, organisation, db) else { return .failure(.noSuchInvitation) }
            try db.run("DELETE FROM memberLink WHERE id = ?", [.integer(known.id)])
            try record(
                "member.invitationRevoked", by: "member:\(administrator)", to: "invitation:\(known.id)", "",
                organisation,
                now, db)
            return .success(())
        }
    }

    /// Those that nobody has taken up, the newest first; with those whose link is too old, for a while.
    package func invitations(for administrator: MemberID) throws(DirectoryError) -> [Invitation] {
        let organisation = try organisation(ofAdministrator: administrator)
        return try read { db in
            try db.rows(
                """
                SELECT \(MemberLink.columns) FROM memberLink WHERE organisation = ? AND kind = ? ORDER BY id DESC
                """, [.integer(organisation.value), .integer(MemberLink.Kind.invitation.rawValue)]
            ).compactMap(link).map(\.invitation)
        }
    }

    /// Whose settings somebody may change.
    package func organisation(ofAdministrator member: MemberID) throws(DirectoryError) -> OrganisationID {
        guard let member = roster[member], member.isAdministrator else { throw .notAllowed }
        return member.organisation
    }

    private func check(
        _ draft: InvitationDraft, _ organisation: OrganisationID
    ) throws(DirectoryError) -> EmailAddress {
        guard !draft.name.isEmpty else { throw DirectoryError(.missing, "Fill in this field.", field: "name") }
        guard !draft.email.isEmpty else { throw DirectoryError(.missing, "Fill in this field.", field: "email") }
        do { try Check.line(draft.name, "name") } catch {
            throw DirectoryError(
                .badSettings, "A name is one line of text of at most \(Limits.lineBytes) bytes.", field: "name")
        }
        guard draft.teams.keys.allSatisfy({ roster[$0]?.organisation == organisation }) else {
            throw DirectoryError(.noSuchTeam, "There is no such team.", field: "teams")
        }
        do { return try EmailAddress(draft.email) } catch {
            throw DirectoryError(.badEmail, error.description, field: "email")
        }
    }

    private func isMember(_ address: EmailAddress, _ db: any SQLSession) throws -> Bool {
        try db.firstRow("SELECT id FROM member WHERE addressHash = ?", [.blob(try hashedForHouse(.email(address)))])
            != nil
    }

    private func invitation(
        _ id: PublicID, _ organisation: OrganisationID, _ db: any SQLSession
    ) throws -> MemberLink? {
        let known = try findLink("publicID = ?", [id.column], db)
        return known.flatMap { $0.organisation == organisation && $0.kind == .invitation ? $0 : nil }
    }

    private func send(
        _ detail: MemberLink.Detail, _ address: EmailAddress, _ organisation: OrganisationID, _ token: Token,
        _ action: String, _ administrator: MemberID, _ now: Timestamp, _ db: any SQLSession
    ) throws -> Result<SentLink, DirectoryError> {
        // Who has invited the same address in another organisation is told no more than that it cannot be done.
        let addressHash = try hashedForHouse(.email(address))
        let other = try findLink(
            "kind = ? AND addressHash = ?", [.integer(MemberLink.Kind.invitation.rawValue), .blob(addressHash)], db)
        guard other == nil || other?.organisation == organisation || other?.isOpen(now) == false else {
            return .failure(.addressTaken)
        }
        if let refusal = try refusalOfLetter(to: address, from: nil, now, db) { return .failure(refusal) }
        let written = try writeLink(detail, .invitation, address, organisation, token, now, db)
        try record(action, by: "member:\(administrator)", to: "invitation:\(written.id)", "", organisation, now, db)
        return .success(
            SentLink(
                token: token, kind: .invitation, name: detail.name, address: address, organisation: organisation,
                expiresAt: written.expiresAt, invitation: written.invitation))
    }
}
