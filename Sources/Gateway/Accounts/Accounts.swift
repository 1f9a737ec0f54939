import CaseMachine
import CaseStore
import Logging
import Notifications
import Reactor
import WebSocket

/// Signing in and out, for guests and members alike: what stands between the routes and the directory.
struct Accounts: Sendable {
    let directory: Directory
    let publicURL: PublicURL
    private let store: any CaseStore
    let post: CodePost
    let endSession: @Sendable (SessionID) -> Void
    private let log: Logger
    private let figures: AccountFigures
    /// A ticket is the beginning of a socket: who is sent away here costs nothing more.
    private let pacer: Pacer
    /// Each computes for a fifth of a second, and must not hold up those that only ask for something.
    let passwords = BlockingWork(
        "passwords", atOnce: DirectoryLimits.passwordsAtOnce, waiting: DirectoryLimits.passwordsWaiting)
    /// The database writes one after the other, and answers most questions from memory. As many wait as come back at once
    /// to a house that was away; a disk that stands still makes no more of them.
    private let questions = BlockingWork("directory", atOnce: 4, waiting: DirectoryLimits.questionsWaiting)
    private let tickets: AskedTogether<(token: String, kind: Session.Kind), Result<Token, DirectoryError>>

    /// `endSession` ends the sockets of a session that is over.
    init(
        directory: Directory, publicURL: PublicURL, store: any CaseStore, post: CodePost,
        endSession: @escaping @Sendable (SessionID) -> Void, figures: AccountFigures = AccountFigures(),
        pacer: Pacer = Pacer(perSecond: 0), log: Logger
    ) {
        self.directory = directory
        self.publicURL = publicURL
        self.store = store
        self.post = post
        self.endSession = endSession
        self.figures = figures
        self.pacer = pacer
        self.log = log
        tickets = AskedTogether(
            most: DirectoryLimits.ticketsAtOnce, waiting: DirectoryLimits.questionsWaiting, take: questions.take
        ) { directory.tickets(for: $0, at: SystemClock.wall()) }
    }

    func now() -> Timestamp { SystemClock.wall() }

    // MARK: - Signing in

    /// The letter goes out after the code is stored: who types it finds it.
    func sendCode(_ wish: CodeRequest, from request: Request) async throws -> SentCode {
        let now = now()
        let client = client(request)
        let sent = try await figures.count(.code) {
            try await ask { directory throws(DirectoryError) in
                try directory.requestCode(wish, from: client, at: now)
            }
        }
        post(sent, at: now)
        return sent
    }

    /// The same for who comes back by a link to their case, which is all that they have to show: what it finds is said to
    /// nobody who does not get the code.
    func sendCode(forCase name: PublicID, replacing challenge: String?, from request: Request) async throws -> SentCode
    {
        let now = now()
        let client = client(request)
        let sent = try await figures.count(.code) {
            let (guest, team) = try await guest(ofCase: name)
            return try await ask { directory throws(DirectoryError) in
                try directory.requestCode(for: guest, of: team, replacing: challenge, from: client, at: now)
            }
        }
        post(sent, at: now)
        return sent
    }

    private func guest(ofCase name: PublicID) async throws(APIError) -> (GuestID, TeamID) {
        let found = await questions.run { [store] in Result { try store.load(named: name).get() } }
        switch found {
        case nil: throw .overloaded
        case .failure(let error)?:
            guard error is StoreError else { throw .noSuchCase }
            throw .storeAway
        case .success(let loaded)?:
            switch loaded.state.party {
            case .support(let guest), .room(let guest): return (guest, loaded.state.team)
            case .direct: throw .noSuchCase
            }
        }
    }

    private func post(_ sent: SentCode, at now: Timestamp) {
        let organisation = directory.roster[sent.organisation]?.name ?? ""
        let letter = CodeLetter.make(sent, organisation: organisation, publicURL: publicURL, at: now)
        // The same code is not sent twice: another one goes by another key.
        post.send(letter, key: "\(sent.challenge)-\(sent.expiresAt.milliseconds)", until: sent.expiresAt)
    }

    func verify(challenge: String, code: String, from request: Request) async throws -> GuestSignIn {
        let now = now()
        let client = client(request)
        let signIn = try await figures.count(.guest) {
            try await ask { directory throws(DirectoryError) in
                try directory.verifyCode(challenge: challenge, code: code, from: client, at: now)
            }
        }
        signIn.ended.forEach(endSession)
        return signIn
    }

    func signIn(email: String, password: String, from request: Request) async throws -> MemberSignIn {
        let now = now()
        let client = client(request)
        let mark = markCookie.value(in: request.head)
        let signIn = try await figures.count(.member) {
            try await ask(passwords) { directory throws(DirectoryError) in
                try directory.logIn(email: email, password: password, from: client, mark: mark, at: now)
            }
        }
        signIn.ended.forEach(endSession)
        return signIn
    }

    /// The first organisation, and who made it.
    func found(_ house: FirstHouse, from request: Request) async throws -> MemberSignIn {
        let now = now()
        _ = try await ask(passwords) { directory throws(DirectoryError) in
            try directory.found(house, at: now, by: "set-up page")
        }
        return try await signIn(email: house.email, password: house.password, from: request)
    }

    /// Without an address, as in a test, all count as one.
    func client(_ request: Request) -> ClientAddress {
        ClientAddress(request.peer?.description ?? "")
    }

    // MARK: - Signed in

    /// The living session whose cookie the request carries. `isUse` says that a person has asked.
    func session(_ request: Request, _ kind: Session.Kind, isUse: Bool = true) async throws -> Session {
        guard let token = cookie(kind).value(in: request.head) else { throw APIError.signIn }
        let now = now()
        return try await ask { directory throws(DirectoryError) in
            try directory.session(token, of: kind, at: now, isUse: isUse)
        }
    }

    func guest(_ id: GuestID) async throws -> Guest {
        try await ask { directory throws(DirectoryError) in try directory.guest(id) }
    }

    /// For one socket, which authenticates by it. No use of the session: a page that nobody sits at fetches one whenever its
    /// connection was lost.
    func ticket(_ request: Request, _ kind: Session.Kind) async throws -> Response {
        let ticket = try await figures.count(.ticket) {
            guard let token = cookie(kind).value(in: request.head) else { throw APIError.signIn }
            // Whoever was here before is told to wait for a place at once, and strangers do not take one.
            if !directory.hasStamped(token) { _ = try await session(request, kind, isUse: false) }
            if let wait = pacer.admit(now: SystemClock.connectionTime()) { throw APIError.tooManyAtOnce(wait) }
            return try await newTicket(token, kind)
        }
        return API.answer(.ok, TicketBody(ticket: ticket.text))
    }

    private func newTicket(_ token: String, _ kind: Session.Kind) async throws(APIError) -> Token {
        let given: Result<Token, DirectoryError>? = await withCheckedContinuation { continuation in
            let isAsked = tickets.ask((token, kind)) { continuation.resume(returning: .some($0)) }
            if !isAsked { continuation.resume(returning: nil) }
        }
        guard let given else { throw .overloaded }
        return try known(given)
    }

    /// Ends the session and its sockets. Who is signed out already gets the same answer: that is what they wanted.
    func logOut(_ request: Request, _ kind: Session.Kind) async throws -> Response {
        let cookie = cookie(kind)
        if let token = cookie.value(in: request.head) {
            let now = now()
            let ended = try await ask { directory throws(DirectoryError) in
                try directory.logOut(token, of: kind, at: now)
            }
            if let ended { endSession(ended.id) }
        }
        var response = API.done
        try cookie.clear(on: &response)
        return response
    }

    func cookie(_ kind: Session.Kind) -> SessionCookie {
        switch kind {
        case .guest: SessionCookie("foyer_guest", .embedded, lasts: Session.longestOfGuest, at: publicURL)
        case .member: SessionCookie("foyer_member", .ownSite, lasts: Session.longestOfAnyMember, at: publicURL)
        }
    }

    /// What a browser keeps of its members' signing in. It outlives the session: it is for the next one.
    var markCookie: SessionCookie { SessionCookie("foyer_browser", .ownSite, lasts: .days(365), at: publicURL) }

    // MARK: - The audit trail

    func record(sentAgain letter: Int64, by member: MemberID, at now: Timestamp) async throws(APIError) {
        try await ask { directory throws(DirectoryError) in
            try directory.recordSentAgain(letter, by: member, at: now)
        }
    }

    // MARK: - The directory

    func ask<Value: Sendable>(
        _ call: @escaping @Sendable (Directory) throws(DirectoryError) -> Value
    ) async throws(APIError) -> Value {
        try await ask(questions, call)
    }

    func ask<Value: Sendable>(
        _ work: BlockingWork, _ call: @escaping @Sendable (Directory) throws(DirectoryError) -> Value
    ) async throws(APIError) -> Value {
        let outcome = await work.run { [directory] in
            Result { () throws(DirectoryError) in try call(directory) }
        }
        guard let outcome else { throw .overloaded }
        return try known(outcome)
    }

    /// The directory's refusals are answers; what is wrong with the house itself is for its log.
    private func known<Value>(_ outcome: Result<Value, DirectoryError>) throws(APIError) -> Value {
        do {
            return try outcome.get()
        } catch {
            if let cause = error.cause { log.error("the directory cannot work", metadata: ["cause": "\(cause)"]) }
            throw APIError(
                Self.status(of: error.code), error.code.rawValue, error.message, field: error.field,
                triesLeft: error.triesLeft, retryAfterSeconds: error.retryAfterSeconds.map { Double($0) })
        }
    }

    private static func status(of code: DirectoryError.Code) -> HTTPStatus {
        switch code {
        case .missing, .tooLong, .badPhone, .badEmail, .contactNotOffered, .badCode, .badSettings,
            .weakPassword:
            .badRequest
        case .signIn, .wrongLogin, .badTicket: .unauthorized
        case .notAllowed: .forbidden
        case .noSuchOrganisation, .noSuchTeam, .noSuchMember, .noSuchGuest, .noSuchInvitation: .notFound
        case .addressTaken, .alreadyFounded, .changedMeanwhile, .lastAdministrator, .roleInUse: .conflict
        case .codeExpired, .erased, .linkExpired: .gone
        case .tooSoon, .tooManyCodes, .tooManyTries, .tooManyLetters: .tooManyRequests
        case .overloaded, .storeAway: .serviceUnavailable
        }
    }
}

private struct TicketBody: Encodable {
    let ticket: String
}
