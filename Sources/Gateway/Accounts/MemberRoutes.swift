import CaseMachine
import CaseStore
import WebSocket

/// A member's way in: e-mail address and password, a session, and tickets for sockets.
struct MemberRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts

    private var cookie: SessionCookie { accounts.memberCookie }

    var table: Routes {
        Routes {
            api.change("/api/v1/members/login") { request in
                let form = try API.read(LoginForm.self, from: request)
                guard let email = form.email, !email.isEmpty else { throw APIError.missing("email") }
                guard let password = form.password, !password.isEmpty else { throw APIError.missing("password") }
                let signIn = try await accounts.signIn(email: email, password: password, from: request)
                var response = API.answer(.ok, LoginBody(member: Person(signIn.member)))
                try cookie.set(signIn.token.text, on: &response)
                return response
            }
            api.read("/api/v1/members/session") { request in
                let (_, session, member) = try await signedIn(request)
                return API.answer(
                    .ok,
                    MemberSession(
                        member: Person(member), idleAt: session.idleAt.milliseconds,
                        endsAt: session.endsAt.milliseconds))
            }
            api.change("/api/v1/members/logout") { request in try await accounts.logout(request, cookie) }
            api.change("/api/v1/members/ticket") { request in
                let (token, _, _) = try await signedIn(request)
                return API.answer(.ok, TicketBody(ticket: try await accounts.ticket(token)))
            }
        }
    }

    private func signedIn(_ request: Request) async throws -> (token: Token, session: Session, member: Member) {
        let (token, session) = try await accounts.session(request, cookie)
        guard case .member(let id) = session.subject, let member = accounts.directory.roster[id] else {
            throw APIError.signIn
        }
        return (token, session, member)
    }
}

private struct LoginForm: Decodable {
    let email: String?
    let password: String?
}

private struct Person: Encodable {
    let id: String
    let name: String

    init(_ member: Member) {
        id = member.publicID.text
        name = member.name
    }
}

private struct LoginBody: Encodable {
    let member: Person
}

private struct MemberSession: Encodable {
    let member: Person
    let idleAt: Int64
    let endsAt: Int64
}
