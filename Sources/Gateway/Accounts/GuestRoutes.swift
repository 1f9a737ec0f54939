import CaseMachine
import CaseStore
import WebSocket

/// A guest's way in: a form, a code that goes to their contact, a session, and tickets for sockets.
struct GuestRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts
    /// Measured, in minutes.
    let expectedWait: @Sendable (TeamID) -> Int?

    var table: Routes {
        Routes {
            api.read("/api/v1/teams/:team") { request in
                let roster = accounts.directory.roster
                guard let team = request.team(in: roster), let organisation = roster[team.organisation] else {
                    throw APIError.noSuchTeam
                }
                return API.answer(
                    .ok, TeamEntry(team, of: organisation, measuredWait: expectedWait(team.id), at: accounts.now()))
            }
            api.change("/api/v1/guests/code") { request in try await sendCode(request) }
            api.change("/api/v1/guests/code/case") { request in try await sendCodeForCase(request) }
            api.change("/api/v1/guests/verify") { request in try await verify(request) }
            api.read("/api/v1/guests/session") { request in
                let guest = try await guest(of: accounts.session(request, .guest))
                let organisation = accounts.directory.roster[guest.organisation]
                return API.answer(
                    .ok,
                    GuestSession(
                        guest: GuestSession.Person(
                            id: guest.publicID.text, firstName: guest.firstName, lastName: guest.lastName,
                            contact: guest.contact.value),
                        organisation: organisation?.publicID.text ?? ""))
            }
            api.change("/api/v1/guests/logout") { request in try await accounts.logOut(request, .guest) }
            api.change("/api/v1/guests/ticket") { request in try await accounts.ticket(request, .guest) }
        }
    }

    private func sendCode(_ request: Request) async throws -> Response {
        let form = try API.read(CodeForm.self, from: request)
        guard let name = form.team, !name.isEmpty else { throw APIError.missing("team") }
        guard let team = PublicID(text: name) else { throw APIError.noSuchTeam(in: "team") }
        let wish = CodeRequest(
            team: team, firstName: form.firstName ?? "", lastName: form.lastName ?? "", phone: form.phone,
            email: form.email, challenge: form.challenge)
        return answer(try await accounts.sendCode(wish, from: request))
    }

    /// For who comes by the link of a notice: it finds the chat and whose it is, and opens nothing.
    private func sendCodeForCase(_ request: Request) async throws -> Response {
        let form = try API.read(CaseCodeForm.self, from: request)
        guard let name = form.case, !name.isEmpty else { throw APIError.missing("case") }
        guard let id = PublicID(text: name) else { throw APIError.noSuchCase }
        return answer(try await accounts.sendCode(forCase: id, replacing: form.challenge, from: request))
    }

    private func answer(_ sent: SentCode) -> Response {
        API.answer(
            .ok,
            CodeBody(
                challenge: sent.challenge, to: sent.maskedContact, expiresAt: sent.expiresAt.milliseconds,
                resendAt: sent.resendAt.milliseconds))
    }

    private func verify(_ request: Request) async throws -> Response {
        let form = try API.read(VerifyForm.self, from: request)
        guard let challenge = form.challenge, !challenge.isEmpty else { throw APIError.missing("challenge") }
        guard let code = form.code, !code.isEmpty else { throw APIError.missing("code") }
        let signIn = try await accounts.verify(challenge: challenge, code: code, from: request)
        let guest = signIn.guest
        var response = API.answer(
            .ok,
            GuestBody(
                guest: GuestBody.Person(
                    id: guest.publicID.text, firstName: guest.firstName, lastName: guest.lastName)))
        try accounts.cookie(.guest).set(try accounts.directory.stamped(signIn.token), on: &response)
        return response
    }

    private func guest(of session: Session) async throws -> Guest {
        switch session.subject {
        case .guest(let id): try await accounts.guest(id)
        case .member: throw APIError.signIn
        }
    }
}

private struct CodeForm: Decodable {
    let team: String?
    let firstName: String?
    let lastName: String?
    let phone: String?
    let email: String?
    let challenge: String?
}

private struct CaseCodeForm: Decodable {
    let `case`: String?
    let challenge: String?
}

private struct CodeBody: Encodable {
    let challenge: String
    let to: String
    let expiresAt: Int64
    let resendAt: Int64
}

private struct VerifyForm: Decodable {
    let challenge: String?
    let code: String?
}

private struct GuestBody: Encodable {
    struct Person: Encodable {
        let id: String
        let firstName: String
        let lastName: String
    }

    let guest: Person
}

private struct GuestSession: Encodable {
    struct Person: Encodable {
        let id: String
        let firstName: String
        let lastName: String
        let contact: String
    }

    let guest: Person
    let organisation: String
}
