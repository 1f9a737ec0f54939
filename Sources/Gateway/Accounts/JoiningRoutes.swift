import CaseStore
import WebSocket

/// A link's way to a password: what the pages `/join/TOKEN` and `/forgot` ask.
struct JoiningRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts

    var table: Routes {
        Routes {
            api.read("/api/v1/members/links/:token") { request in
                let bearer = try await accounts.bearer(ofLink: request.parameters["token"] ?? "")
                return API.answer(
                    .ok,
                    BearerBody(
                        isInvitation: bearer.kind == .invitation, name: bearer.name, email: bearer.email,
                        organisation: bearer.organisation))
            }
            api.change("/api/v1/members/join") { request in
                let form = try API.read(JoinForm.self, from: request)
                guard let link = form.link, !link.isEmpty else { throw APIError.missing("link") }
                return try await accounts.join(link: link, password: form.password ?? "", from: request)
            }
            api.change("/api/v1/members/forgot") { request in
                let form = try API.read(ForgotForm.self, from: request)
                try await accounts.forgot(email: form.email ?? "", from: request)
                return API.done
            }
        }
    }
}

private struct JoinForm: Decodable {
    let link: String?
    let password: String?
}

private struct ForgotForm: Decodable {
    let email: String?
}

private struct BearerBody: Encodable {
    let isInvitation: Bool
    let name: String
    let email: String
    let organisation: String
}
