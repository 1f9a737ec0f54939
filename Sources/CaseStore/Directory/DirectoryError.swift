import CaseMachine

/// Why the directory does not do what it was asked for. The codes are those of docs/http.md and are never renamed; the
/// message says what to do, for the person who asked.
package struct DirectoryError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case missing
        case tooLong = "too_long"
        case badPhone = "bad_phone"
        case badEmail = "bad_email"
        case contactNotOffered = "contact_not_offered"
        case tooSoon = "too_soon"
        case tooManyCodes = "too_many_codes"
        case badCode = "bad_code"
        case codeExpired = "code_expired"
        case signIn = "sign_in"
        case wrongLogin = "wrong_login"
        case tooManyTries = "too_many_tries"
        case badTicket = "bad_ticket"
        case noSuchOrganisation = "no_such_organisation"
        case noSuchTeam = "no_such_team"
        case noSuchMember = "no_such_member"
        case noSuchGuest = "no_such_guest"
        /// The guest was erased: nobody can say any more who it was.
        case erased
        case addressTaken = "address_taken"
        case badSettings = "bad_settings"
        case noSuchInvitation = "no_such_invitation"
        case linkExpired = "link_expired"
        case tooManyLetters = "too_many_letters"
        case notAllowed = "not_allowed"
        case weakPassword = "weak_password"
        /// The house has its first organisation: whoever comes second signs in.
        case alreadyFounded = "already_founded"
        case changedMeanwhile = "changed_meanwhile"
        case lastAdministrator = "last_administrator"
        case roleInUse = "role_in_use"
        case overloaded
        /// The database or the keys cannot be used; `cause` says why, for the person who runs the server.
        case storeAway = "store_away"
    }

    package let code: Code
    package let message: String
    /// The form's field that it is about, by its name in docs/http.md.
    package private(set) var field: String?
    package private(set) var retryAfterSeconds: Int64?
    package private(set) var triesLeft: Int?
    package private(set) var cause: StoreError?

    init(_ code: Code, _ message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    /// Rounded up: who comes back after it is not told to wait another second.
    init(_ code: Code, _ message: String, retryAfter: Duration) {
        self.init(code, message)
        retryAfterSeconds = max(1, (retryAfter.wholeMilliseconds + 999) / 1000)
    }

    init(_ cause: StoreError) {
        self.init(.storeAway, "Something is wrong on our side. Try again in a minute.")
        self.cause = cause
    }

    static func badCode(triesLeft: Int) -> Self {
        var error = Self(.badCode, "This is not the code that we sent. Check it and type it again.", field: "code")
        error.triesLeft = triesLeft
        return error
    }

    static let codeExpired = Self(.codeExpired, "This code is no longer valid. Ask for a new one.", field: "code")
    static let changedMeanwhile = Self(
        .changedMeanwhile, "Somebody else has changed this meanwhile. Load it again and look at what is there now.",
        field: "revision")
    package static let tooManyTeams = Self(
        .badSettings, "An organisation has at most \(DirectoryLimits.teams) teams. Use one of those that are there.",
        field: "name")
    static let signIn = Self(.signIn, "Sign in first.")
    static let wrongLogin = Self(.wrongLogin, "This e-mail address and password do not belong together.")
    static let badTicket = Self(.badTicket, "This ticket was used already, or is older than 30 seconds. Fetch another.")
    static let overloaded = Self(
        .overloaded, "Too many people are signing in at this moment. Try again.", retryAfter: .seconds(1))
    static let noSuchOrganisation = Self(.noSuchOrganisation, "There is no such organisation.")
    static let noSuchTeam = Self(.noSuchTeam, "There is no such team.", field: "team")
    static let noSuchMember = Self(.noSuchMember, "There is no such member.")
    static let addressTaken = Self(.addressTaken, "Somebody signs in with this address already.", field: "email")
    static let noSuchInvitation = Self(
        .noSuchInvitation, "There is no such invitation: it was taken up, or withdrawn.")
    static let linkExpired = Self(
        .linkExpired, "This link was used already, withdrawn, or is too old. Ask for another one.")
    static let notAllowed = Self(.notAllowed, "Only an administrator of the organisation may do this.")
    static let alreadyFounded = Self(
        .alreadyFounded, "This house has been set up already. Sign in to the dashboard instead.")
    static let noSuchGuest = Self(.noSuchGuest, "There is no such guest.")
    static let erased = Self(.erased, "This person's details have been erased.")

    package var description: String { "\(code.rawValue): \(cause?.description ?? message)" }
}
