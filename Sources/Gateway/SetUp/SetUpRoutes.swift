import CaseStore
import Logging
import Reactor
import WebSocket

/// `POST /api/v1/setup`: the first organisation of an empty house, its first team, and its first administrator.
struct SetUpRoutes: Sendable {
    let api: APIRoutes
    let accounts: Accounts
    let door: SetUpDoor
    let log: Logger

    var table: Routes {
        Routes {
            api.change("/api/v1/setup") { request in
                let form = try API.read(SetUpForm.self, from: request)
                guard let token = form.token, !token.isEmpty else { throw APIError.missing("token") }
                guard door.isOpened(by: token) else {
                    log.warning("the set-up page was tried with a wrong token", metadata: ["by": "\(request.client)"])
                    throw APIError(
                        .forbidden, "wrong_token",
                        "This is not the set-up token. The server printed it when it started; a new start prints another.",
                        field: "token")
                }
                return try accounts.welcome(try await accounts.found(form.house, from: request))
            }
        }
    }
}

extension Request {
    /// For a log: who asks.
    fileprivate var client: String { peer?.description ?? "unknown" }
}

private struct SetUpForm: Decodable {
    let token: String?
    let organisation: String?
    let countryPrefix: String?
    let emergencyNumber: String?
    let team: String?
    let timeZone: String?
    let name: String?
    let email: String?
    let password: String?

    var house: FirstHouse {
        var house = FirstHouse()
        house.organisation = organisation ?? ""
        house.countryPrefix = countryPrefix ?? ""
        house.emergencyNumber = emergencyNumber.flatMap { $0.isEmpty ? nil : $0 }
        house.team = team ?? ""
        house.timeZone = timeZone ?? ""
        house.name = name ?? ""
        house.email = email ?? ""
        house.password = password ?? ""
        return house
    }
}
