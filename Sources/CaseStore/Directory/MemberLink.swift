package import CaseMachine

/// Somebody who is to become a member.
package struct InvitationDraft: Sendable, Hashable {
    package var name: String
    package var email: String
    package var isAdministrator: Bool
    package var teams: [TeamID: Member.Rank]

    package init(name: String, email: String, isAdministrator: Bool = false, teams: [TeamID: Member.Rank] = [:]) {
        self.name = name
        self.email = email
        self.isAdministrator = isAdministrator
        self.teams = teams
    }
}

/// An invitation that nobody has taken up yet.
package struct Invitation: Sendable, Hashable {
    package let id: PublicID
    package let organisation: OrganisationID
    package let name: String
    package let email: String
    package let isAdministrator: Bool
    package let teams: [TeamID: Member.Rank]
    package let sentAt: Timestamp
    package let expiresAt: Timestamp
}

/// A link that is to be sent: its token is nowhere else.
package struct SentLink: Sendable {
    package let token: Token
    package let kind: MemberLink.Kind
    package let name: String
    package let address: EmailAddress
    package let organisation: OrganisationID
    package let expiresAt: Timestamp
    /// Of an invitation.
    package let invitation: Invitation?

    /// Names its letter. Whoever sees it does not get to the link by it.
    package var letterKey: String { Hex.text(token.sha256) }
}

/// A row of the links. What it is for is sealed in it: whoever can write to the database makes nobody a member, and gives nobody
/// another's password.
package struct MemberLink {
    /// Written to disk: never renumber.
    package enum Kind: Int64, Sendable {
        case invitation = 1
        case forgottenPassword = 2
    }

    struct Work: Codable {
        let team: Int64
        let rank: UInt8
    }

    struct Detail: Codable {
        var kind: Int64
        var name: String
        var email: String
        var isAdministrator = false
        var teams: [Work] = []
        /// Who has forgotten theirs.
        var member: Int64?
        /// Milliseconds since 1970; sealed, so that nobody prolongs a link by writing into its row.
        var sentAt: Int64
    }

    static let columns = "id, publicID, kind, organisation, expiresAt, detail"

    let id: Int64
    let publicID: PublicID
    let kind: Kind
    let organisation: OrganisationID
    let detail: Detail

    var expiresAt: Timestamp { sentAt + DirectoryLimits.linkLifetime(kind) }
    var sentAt: Timestamp { Timestamp(milliseconds: detail.sentAt) }

    func isOpen(_ now: Timestamp) -> Bool { now < expiresAt && sentAt <= now + DirectoryLimits.clocksApart }

    var invitation: Invitation {
        Invitation(
            id: publicID, organisation: organisation, name: detail.name, email: detail.email,
            isAdministrator: detail.isAdministrator,
            teams: Dictionary(
                detail.teams.compactMap { work in Member.Rank(rawValue: work.rank).map { (TeamID(work.team), $0) } },
                uniquingKeysWith: { first, _ in first }), sentAt: sentAt, expiresAt: expiresAt)
    }
}

extension Directory {
    func link(_ row: SQLRow) throws -> MemberLink? {
        guard let id = row.integer(0), let publicID = row.blob(1).flatMap(UInt128.init(bigEndianBytes:)),
            let kind = row.integer(2).flatMap(MemberLink.Kind.init(rawValue:)), let organisation = row.integer(3),
            let blob = row.blob(5)
        else { return nil }
        let detail = try open(
            MemberLink.Detail.self, blob, .organisation(organisation), SealedColumn.memberLink, row: id)
        guard detail.kind == kind.rawValue else { return nil }
        return MemberLink(
            id: id, publicID: PublicID(publicID), kind: kind, organisation: OrganisationID(organisation), detail: detail
        )
    }

    func findLink(_ condition: String, _ arguments: [SQLValue], _ db: any SQLSession) throws -> MemberLink? {
        try db.firstRow("SELECT \(MemberLink.columns) FROM memberLink WHERE \(condition)", arguments).flatMap(link)
    }

    /// A new token for what `detail` says; a link of that kind to that address that was there is void.
    func writeLink(
        _ detail: MemberLink.Detail, _ kind: MemberLink.Kind, _ address: EmailAddress, _ organisation: OrganisationID,
        _ token: Token, _ now: Timestamp, _ db: any SQLSession
    ) throws -> MemberLink {
        let addressHash = try hashedForHouse(.email(address))
        let known = try db.firstRow(
            "SELECT id FROM memberLink WHERE kind = ? AND addressHash = ?",
            [.integer(kind.rawValue), .blob(addressHash)])?.integer(0)
        let id =
            try known
            ?? db.insert(
                """
                INSERT INTO memberLink (publicID, tokenHash, kind, organisation, addressHash, expiresAt, detail)
                VALUES (?, ?, ?, ?, ?, 0, ?) RETURNING id
                """,
                [
                    try settings.randomness.publicID().column, .blob(token.sha256), .integer(kind.rawValue),
                    .integer(organisation.value), .blob(addressHash), .blob([]),
                ])
        let expiresAt = now + DirectoryLimits.linkLifetime(kind)
        try db.run(
            "UPDATE memberLink SET tokenHash = ?, organisation = ?, expiresAt = ?, detail = ? WHERE id = ?",
            [
                .blob(token.sha256), .integer(organisation.value), .integer(expiresAt.milliseconds),
                .blob(try seal(detail, .organisation(organisation.value), SealedColumn.memberLink, row: id)),
                .integer(id),
            ])
        guard let written = try findLink("id = ?", [.integer(id)], db) else {
            throw StoreError.fatal("A link that was just written is not there.")
        }
        return written
    }
}
