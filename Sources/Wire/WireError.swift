/// Why a command is not carried out, as the answer says it; also what reading a message throws.
package struct WireError: Error, Hashable, Sendable {
    /// What some errors carry more.
    package enum Detail: Hashable, Sendable {
        /// `already_claimed`: who was faster.
        case by(PersonName)
        /// `identifiers_missing`: which.
        case fields([String])
        /// `moved`: the case where it goes on.
        case into(String)
        /// `too_long`, `too_many`: how much there may be.
        case limit(Int64)
        /// `bad_message`: the path of the field, as in `values[3].field`.
        case field(String)
    }

    /// The `id` of the command; 0 where it could not be read.
    package let re: Int64
    /// Stable; clients switch over it. Also the case machine's codes, which are not listed here.
    package let code: String
    /// What to do, for a person.
    package let message: String
    /// Whether the same command under the same key may be sent again.
    package let retry: Bool
    package let detail: Detail?

    package init(re: Int64, code: String, message: String, retry: Bool = false, detail: Detail? = nil) {
        self.re = re
        self.code = code
        self.message = message
        self.retry = retry
        self.detail = detail
    }

    package init(re: Int64, _ code: ErrorCode, detail: Detail? = nil) {
        self.init(re: re, code: code.rawValue, message: code.advice, retry: code.mayRetry, detail: detail)
    }
}

/// The errors of the connection, beside those of the case machine.
package enum ErrorCode: String, Hashable, Sendable, CaseIterable {
    case badJSON = "bad_json"
    case badMessage = "bad_message"
    case unknownType = "unknown_type"
    case tooLong = "too_long"
    case tooMany = "too_many"
    case authenticateFirst = "authenticate_first"
    case badTicket = "bad_ticket"
    case tooManySubscriptions = "too_many_subscriptions"
    case tooFast = "too_fast"
    case noSuchCase = "no_such_case"
    case notAllowed = "not_allowed"
    case noSuchTeam = "no_such_team"
    case noSuchCategory = "no_such_category"
    case noSuchField = "no_such_field"
    case noSuchFile = "no_such_file"
    case overloaded
    case storeAway = "store_away"
    case unknown
    case keyReused = "key_reused"
    case caseUnreadable = "case_unreadable"

    package var advice: String {
        switch self {
        case .badJSON: "Send one JSON object a message."
        case .badMessage: "A field is missing or wrong: see the protocol's documentation."
        case .unknownType: "There is no command of this type: see the protocol's documentation for those there are."
        case .tooLong: "This is too long. Send less at once."
        case .tooMany: "These are too many. Send fewer at once."
        case .authenticateFirst: "Send authenticate with a ticket first."
        case .badTicket: "This ticket does not work, or no longer. Fetch a new one."
        case .tooManySubscriptions: "Unsubscribe from a conversation first."
        case .tooFast: "This was too much at once. Wait a little and send it again."
        case .noSuchCase: "There is no such conversation."
        case .notAllowed: "You may not do this here."
        case .noSuchTeam: "There is no such team."
        case .noSuchCategory: "This team has no such category. Choose one of those it has."
        case .noSuchField: "This team does not ask for that."
        case .noSuchFile: "This file is not there any more. Upload it again."
        case .overloaded: "There is too much to do just now. Send it again in a moment."
        case .storeAway: "This cannot be stored just now. Send it again in a moment."
        case .unknown: "This may have been done. Send it again under the same key to learn it."
        case .keyReused: "This key stands for another command. Choose a new key for each command."
        case .caseUnreadable: "This conversation was written by a newer release. Try again later."
        }
    }

    package var mayRetry: Bool {
        switch self {
        case .tooFast, .overloaded, .storeAway, .unknown: true
        case .badJSON, .badMessage, .unknownType, .tooLong, .tooMany, .authenticateFirst, .badTicket,
            .tooManySubscriptions, .noSuchCase, .notAllowed, .noSuchTeam, .noSuchCategory, .noSuchField, .noSuchFile,
            .keyReused,
            .caseUnreadable:
            false
        }
    }
}

extension WireError {
    init(re: Int64, _ failure: FieldFailure) {
        self.init(
            re: re, code: (failure.limit == nil ? ErrorCode.badMessage : .tooMany).rawValue,
            message: "The field \(failure.path) \(failure.problem).",
            detail: failure.limit.map { .limit($0) } ?? .field(failure.path))
    }

    init(re: Int64, _ failure: JSONReader.Failure) {
        self.init(
            re: re, code: ErrorCode.badJSON.rawValue,
            message:
                "This cannot be read at byte \(failure.offset): \(failure.problem). Send one JSON object a message.")
    }

    init(tooLongFor limits: JSONReader.Limits) {
        self.init(re: 0, .tooLong, detail: .limit(Int64(limits.bytes)))
    }
}

extension WireError: JSONShape {
    /// What stands behind `error`; `re` stands beside it.
    init(from object: JSONObject) throws(FieldFailure) {
        self.init(
            re: 0, code: try object.text("code"), message: try object.text("message"), retry: try object.flag("retry"),
            detail: try Detail(from: object))
    }

    func write(to writer: inout JSONWriter) {
        writer.field("code", code)
        writer.field("message", message)
        writer.field("retry", retry)
        switch detail {
        case .by(let person): writer.field("by", person)
        case .fields(let fields): writer.field("fields", fields)
        case .into(let other): writer.field("into", other)
        case .limit(let limit): writer.field("limit", limit)
        case .field(let path): writer.field("field", path)
        case nil: break
        }
    }

    func answering(_ re: Int64) -> WireError {
        WireError(re: re, code: code, message: message, retry: retry, detail: detail)
    }
}

extension WireError.Detail {
    fileprivate init?(from object: JSONObject) throws(FieldFailure) {
        if object.has("by") {
            self = .by(try object.shape("by"))
        } else if object.has("fields") {
            self = .fields(try object.names("fields"))
        } else if object.has("into") {
            self = .into(try object.name("into"))
        } else if object.has("limit") {
            self = .limit(try object.number("limit"))
        } else if object.has("field") {
            self = .field(try object.text("field"))
        } else {
            return nil
        }
    }
}
