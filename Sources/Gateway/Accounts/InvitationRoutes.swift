import CaseMachine
import CaseStore
import WebSocket

/// `/api/v1/settings/members/invitations`: who is to become a member. For administrators.
struct InvitationRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts

    var table: Routes {
        Routes {
            api.read("/api/v1/settings/members/invitations") { request in
                let member = try await accounts.member(of: request, isUse: false)
                let all = try await accounts.invitations(for: member)
                return API.answer(.ok, InvitationList(invitations: all.map(tell)))
            }
            api.change("/api/v1/settings/members/invitations") { request in
                let member = try await accounts.member(of: request)
                _ = try accounts.demandAdministrator(member)
                let form = try API.read(InvitationForm.self, from: request)
                let sent = try await accounts.invite(try draft(form), by: member)
                return try answer(sent)
            }
            api.change("/api/v1/settings/members/invitations/:invitation/resend") { request in
                let member = try await accounts.member(of: request)
                return try answer(try await accounts.resendInvitation(try invitation(request), by: member))
            }
            api.change("/api/v1/settings/members/invitations/:invitation/revoke") { request in
                let member = try await accounts.member(of: request)
                try await accounts.revokeInvitation(try invitation(request), by: member)
                return API.done
            }
        }
    }

    private func invitation(_ request: Request) throws -> PublicID {
        guard let id = request.parameters["invitation"].flatMap({ PublicID(text: $0) }) else {
            throw APIError(
                .notFound, "no_such_invitation", "There is no such invitation: it was taken up, or withdrawn.")
        }
        return id
    }

    private func draft(_ form: InvitationForm) throws -> InvitationDraft {
        let roster = accounts.directory.roster
        var teams: [TeamID: Member.Rank] = [:]
        for work in form.teams ?? [] {
            guard let team = PublicID(text: work.id).flatMap({ roster.team($0) }) else {
                throw APIError.noSuchTeam(in: "teams")
            }
            guard let rank = ranks.first(where: { $0.value == work.rank })?.key else {
                throw APIError(
                    .badRequest, "bad_settings", "A rank in a team is either member or supervisor.", field: "teams")
            }
            teams[team.id] = rank
        }
        return InvitationDraft(
            name: form.name ?? "", email: form.email ?? "", isAdministrator: form.isAdministrator ?? false,
            teams: teams)
    }

    private let ranks: [Member.Rank: String] = [.member: "member", .supervisor: "supervisor"]

    init(api: APIRoutes, accounts: Accounts) {
        self.api = api
        self.accounts = accounts
    }

    private func answer(_ sent: SentLink) throws -> Response {
        guard let invitation = sent.invitation else { throw APIError.overloaded }
        return API.answer(.ok, InvitationBody(invitation: tell(invitation)))
    }

    private func tell(_ invitation: Invitation) -> InvitationBody.Item {
        let roster = accounts.directory.roster
        let works = invitation.teams.sorted { $0.key < $1.key }.compactMap { team, rank in
            roster[team].map {
                InvitationBody.Work(id: $0.publicID.text, name: $0.name, rank: ranks[rank] ?? "member")
            }
        }
        return InvitationBody.Item(
            id: invitation.id.text, name: invitation.name, email: invitation.email,
            isAdministrator: invitation.isAdministrator, teams: works, sentAt: invitation.sentAt.milliseconds,
            expiresAt: invitation.expiresAt.milliseconds)
    }
}

private struct InvitationForm: Decodable {
    let name: String?
    let email: String?
    let isAdministrator: Bool?
    let teams: [InvitationWork]?
}

private struct InvitationWork: Decodable {
    let id: String
    let rank: String
}

private struct InvitationBody: Encodable {
    struct Work: Encodable {
        let id: String
        let name: String
        let rank: String
    }

    struct Item: Encodable {
        let id: String
        let name: String
        let email: String
        let isAdministrator: Bool
        let teams: [Work]
        let sentAt: Int64
        let expiresAt: Int64
    }

    let invitation: Item
}

private struct InvitationList: Encodable {
    let invitations: [InvitationBody.Item]
}
