import CaseMachine
import WebSocket

/// An error of `/api`, as docs/http.md has it: a stable code for programs, and a sentence that says what to do.
struct APIError: Error, Equatable {
    let status: HTTPStatus
    let code: String
    let message: String
    /// The form's field that it is about.
    var field: String?
    var triesLeft: Int?
    var retryAfterSeconds: Double?

    init(
        _ status: HTTPStatus, _ code: String, _ message: String, field: String? = nil, triesLeft: Int? = nil,
        retryAfterSeconds: Double? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.triesLeft = triesLeft
        self.retryAfterSeconds = retryAfterSeconds
    }

    static let signIn = APIError(.unauthorized, "sign_in", "Sign in first: there is no session, or it has ended.")
    static let noSuchTeam = APIError(
        .notFound, "no_such_team", "There is no such team. Check the address, or ask the clinic for it.")

    static func noSuchTeam(in field: String) -> APIError {
        var error = noSuchTeam
        error.field = field
        return error
    }

    static let noSuchCase = APIError(
        .notFound, "no_such_case", "This chat does not exist any more, or the link to it is not whole.", field: "case")
    static let notAllowed = APIError(.forbidden, "not_allowed", "This is for administrators. Ask one of yours.")

    static let foreignOrigin = APIError(
        .forbidden, "foreign_origin", "This is done for the house's own pages only. Open the chat from its own address."
    )
    static let administratorsOnly = APIError(
        .forbidden, "administrators_only", "Only administrators can do this. Ask one of yours.")
    static let noSuchMember = APIError(.notFound, "no_such_member", "There is no such member.")
    static let overloaded = APIError(
        .serviceUnavailable, "overloaded", "Too many people are here at this moment. Try again.", retryAfterSeconds: 1)

    /// Each is told a time of their own, to the millisecond.
    static func tooManyAtOnce(_ wait: Duration) -> APIError {
        var error = overloaded
        error.retryAfterSeconds = Double(max(1, wait.wholeMilliseconds)) / 1000
        return error
    }

    static func missing(_ field: String) -> APIError {
        APIError(.badRequest, "missing", "Fill in this field.", field: field)
    }

    /// What HTTP itself says, in the form of `/api`. The code follows from the status, the text is ours already.
    static func plain(_ status: HTTPStatus, _ text: String) -> APIError {
        APIError(status, codes[status] ?? "failed", text)
    }

    private static let codes: [HTTPStatus: String] = [
        .badRequest: "bad_request", .forbidden: "forbidden", .notFound: "no_such_address",
        .methodNotAllowed: "method_not_allowed", .contentTooLarge: "too_large", .unsupportedMediaType: "not_json",
        .notImplemented: "unknown_method", .serviceUnavailable: "store_away", .internalServerError: "failed",
    ]

    var response: Response {
        let body = ErrorBody(
            error: ErrorBody.Details(
                code: code, message: message, field: field, triesLeft: triesLeft, retryAfterSeconds: retryAfterSeconds))
        var response = API.answer(status, body)
        // RFC 9110 §10.2.3: whole seconds. Cannot fail: it is a number.
        if let retryAfterSeconds {
            try? response.set("Retry-After", checking: String(Int64(retryAfterSeconds.rounded(.up))))
        }
        return response
    }
}

private struct ErrorBody: Encodable {
    struct Details: Encodable {
        let code: String
        let message: String
        let field: String?
        let triesLeft: Int?
        let retryAfterSeconds: Double?
    }

    let error: Details
}
