import Foundation

/// A session's cookie, and which tickets it is good for.
struct HouseSession: Sendable {
    enum Side: String, Sendable {
        case guests, members
    }

    let side: Side
    let cookie: String
}

struct MemberLogin: Sendable, Hashable {
    let email: String
    let password: String
}

/// The way in, as docs/http.md describes it.
struct HouseDoor: ~Copyable {
    private var connection: HTTPConnection

    init(_ house: HouseAddress) { connection = HTTPConnection(house) }

    /// A house lets one address ask for some dozens of codes an hour. On loopback every 50 guests come from another one.
    mutating func come(from address: String) { connection.come(from: address) }

    mutating func logIn(_ login: MemberLogin) throws(HouseError) -> HouseSession {
        struct Form: Encodable {
            let email: String
            let password: String
        }
        let answer = try post("/api/v1/members/login", Form(email: login.email, password: login.password))
        return try Self.session(.members, answer)
    }

    struct TeamEntry: Decodable {
        struct Category: Decodable {
            let id: String
        }

        struct Field: Decodable {
            let id: String
            let isMandatory: Bool
        }

        let contact: String
        let countryPrefix: String
        let categories: [Category]
        let fields: [Field]
    }

    mutating func entry(ofTeam team: String) throws(HouseError) -> TeamEntry {
        try Self.read(TeamEntry.self, try connection.request("GET", "/api/v1/teams/\(team)"))
    }

    struct Challenge: Decodable {
        let challenge: String
    }

    mutating func requestCode(_ guest: NewGuest) throws(HouseError) -> String {
        try Self.read(Challenge.self, try post("/api/v1/guests/code", guest)).challenge
    }

    struct Letter: Decodable {
        let to: String
        let text: String

        /// The first six digits in a row.
        var code: String? {
            text.split { !$0.isASCII || !$0.isNumber }.first { $0.count == 6 }.map(String.init)
        }
    }

    private struct Outbox: Decodable {
        let letters: [Letter]
    }

    /// Newest first.
    mutating func letters() throws(HouseError) -> [Letter] {
        try Self.read(Outbox.self, try connection.request("GET", "/api/v1/dev/outbox")).letters
    }

    mutating func verify(_ challenge: String, code: String) throws(HouseError) -> HouseSession {
        struct Form: Encodable {
            let challenge: String
            let code: String
        }
        return try Self.session(
            .guests, try post("/api/v1/guests/verify", Form(challenge: challenge, code: code)))
    }

    private struct Ticket: Decodable {
        let ticket: String
    }

    mutating func ticket(_ session: HouseSession) throws(HouseError) -> String {
        let answer = try connection.request(
            "POST", "/api/v1/\(session.side.rawValue)/ticket", body: [], cookie: session.cookie)
        return try Self.read(Ticket.self, answer).ticket
    }

    // MARK: Forms and answers

    private mutating func post(_ path: String, _ form: some Encodable) throws(HouseError) -> HTTPAnswer {
        guard let body = try? JSONEncoder().encode(form) else { throw HouseError("a form cannot be written") }
        return try connection.request("POST", path, body: [UInt8](body))
    }

    private struct Refusal: Decodable {
        struct Reason: Decodable {
            let code: String
            let message: String
            let retryAfterSeconds: Double?
        }

        let error: Reason
    }

    private static func check(_ answer: HTTPAnswer) throws(HouseError) {
        guard !(200..<300).contains(answer.status) else { return }
        let reason = try? JSONDecoder().decode(Refusal.self, from: Data(answer.body)).error
        let text = reason.map { "\($0.code): \($0.message)" } ?? "no reason is given"
        throw HouseError(
            "HTTP \(answer.status), \(text)", status: answer.status, retryAfterSeconds: reason?.retryAfterSeconds)
    }

    private static func read<Form: Decodable>(
        _ form: Form.Type, _ answer: HTTPAnswer
    ) throws(HouseError) -> Form {
        try check(answer)
        guard let value = try? JSONDecoder().decode(form, from: Data(answer.body)) else {
            throw HouseError("an answer is not what docs/http.md says")
        }
        return value
    }

    private static func session(_ side: HouseSession.Side, _ answer: HTTPAnswer) throws(HouseError) -> HouseSession {
        try check(answer)
        guard let cookie = answer.cookie else { throw HouseError("signed in, and no cookie was set") }
        return HouseSession(side: side, cookie: cookie)
    }
}

/// What a guest types into the form.
struct NewGuest: Sendable, Encodable {
    let team: String
    let firstName: String
    let lastName: String
    var phone: String?
    var email: String?

    /// As letters to them are addressed.
    var contact: String { email ?? phone?.filter { $0 != " " } ?? "" }
}
