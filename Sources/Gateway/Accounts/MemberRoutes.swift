import CaseMachine
import CaseStore
import WebSocket

/// A member's way in: e-mail address and password, a session, and tickets for sockets.
struct MemberRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts

    var table: Routes {
        Routes {
            api.change("/api/v1/members/login") { request in
                let form = try API.read(LoginForm.self, from: request)
                let signIn = try await accounts.signIn(
                    email: form.email ?? "", password: form.password ?? "", from: request)
                return try accounts.welcome(signIn)
            }
            api.read("/api/v1/members/session") { request in
                let session = try await accounts.session(request, .member)
                let member = try member(of: session)
                return API.answer(
                    .ok,
                    MemberSession(
                        member: Person(member), idleAt: session.idleAt.milliseconds,
                        endsAt: session.endsAt.milliseconds))
            }
            api.change("/api/v1/members/logout") { request in try await accounts.logOut(request, .member) }
            api.change("/api/v1/members/ticket") { request in try await accounts.ticket(request, .member) }
        }
    }

    private func member(of session: Session) throws -> Member {
        switch session.subject {
        case .guest: throw APIError.signIn
        case .member(let id):
            guard let member = accounts.directory.roster[id] else { throw APIError.signIn }
            return member
        }
    }
}

extension Accounts {
    /// The answer that lets a member in: their name, and the browser's cookies.
    func welcome(_ signIn: MemberSignIn) throws -> Response {
        var response = API.answer(.ok, LoginBody(member: Person(signIn.member)))
        try cookie(.member).set(try directory.stamped(signIn.token), on: &response)
        try markCookie.set(signIn.mark, on: &response)
        return response
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
