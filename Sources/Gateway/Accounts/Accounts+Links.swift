import CaseMachine
import CaseStore
import Notifications
import WebSocket

/// Invitations, and passwords that were forgotten: the letters go out after their links are stored.
extension Accounts {
    /// Who asks, if it is a member.
    func member(of request: Request, isUse: Bool = true) async throws -> MemberID {
        let session = try await session(request, .member, isUse: isUse)
        switch session.subject {
        case .guest: throw APIError.signIn
        case .member(let id): return id
        }
    }

    /// Before a form is looked at: what is wrong with it is nobody else's business.
    func demandAdministrator(_ member: MemberID) throws -> OrganisationID {
        guard let known = directory.roster[member], known.isAdministrator else {
            throw APIError(.forbidden, "not_allowed", "Only an administrator of the organisation may do this.")
        }
        return known.organisation
    }

    func invitations(for member: MemberID) async throws -> [Invitation] {
        try await ask { directory throws(DirectoryError) in try directory.invitations(for: member) }
    }

    func invite(_ draft: InvitationDraft, by member: MemberID) async throws -> SentLink {
        let now = now()
        return try await send { directory throws(DirectoryError) in
            try directory.invite(draft, by: member, at: now)
        }
    }

    func resendInvitation(_ id: PublicID, by member: MemberID) async throws -> SentLink {
        let now = now()
        return try await send { directory throws(DirectoryError) in
            try directory.resendInvitation(id, by: member, at: now)
        }
    }

    func revokeInvitation(_ id: PublicID, by member: MemberID) async throws {
        let now = now()
        try await ask { directory throws(DirectoryError) in
            try directory.revokeInvitation(id, by: member, at: now)
        }
    }

    func bearer(ofLink token: String) async throws -> Directory.LinkBearer {
        let now = now()
        return try await ask { directory throws(DirectoryError) in try directory.bearer(ofLink: token, at: now) }
    }

    /// The link's bearer has this password from now on, and is signed in with it.
    func join(link: String, password: String, from request: Request) async throws -> Response {
        let now = now()
        let client = client(request)
        let joined = try await ask(passwords) { directory throws(DirectoryError) in
            try directory.join(link: link, password: password, from: client, at: now)
        }
        joined.ended.forEach(endSession)
        return try await welcome(signIn(email: joined.email, password: password, from: request))
    }

    /// Answers before anybody has looked whether the address is a member's: nothing that can be measured tells it.
    func forgot(email: String, from request: Request) async throws {
        let now = now()
        let client = client(request)
        try await ask { directory throws(DirectoryError) in
            try directory.countForgotten(email: email, from: client, at: now)
        }
        Task.detached {
            let sent = try await ask { directory throws(DirectoryError) in
                try directory.linkForForgotten(email: email, at: now)
            }
            if let sent { post(sent, at: now) }
        }
    }

    private func send(
        _ call: @escaping @Sendable (Directory) throws(DirectoryError) -> SentLink
    ) async throws -> SentLink {
        let sent = try await ask(call)
        post(sent, at: now())
        return sent
    }

    private func post(_ sent: SentLink, at now: Timestamp) {
        let organisation = directory.roster[sent.organisation]?.name ?? ""
        let letter = LinkLetter.make(sent, organisation: organisation, publicURL: publicURL, at: now)
        post.send(letter, key: sent.letterKey, until: sent.expiresAt)
    }
}
