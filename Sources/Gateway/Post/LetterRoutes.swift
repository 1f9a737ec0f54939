import CaseMachine
import CaseStore
import WebSocket
import Wire

/// Letters that have failed for good: an administrator sees them, and has them sent again.
struct LetterRoutes: Sendable {
    /// A page of the list.
    private static let atOnce = 50

    let api: APIRoutes
    let accounts: Accounts
    let store: any CaseStore
    /// Rung when there is something to send.
    let bell: Bell
    let changed: @Sendable (CaseID) -> Void
    private let questions = BlockingWork("letters", atOnce: 2, waiting: 256)

    var table: Routes {
        Routes {
            api.read("/api/v1/letters") { request in try await list(request) }
            api.change("/api/v1/letters/again") { request in try await sendAgain(request) }
        }
    }

    private func list(_ request: Request) async throws -> Response {
        let member = try await administrator(request)
        let before = try request.queryItem("before").map { text throws(APIError) in
            guard let number = Int64(text) else { throw APIError.noSuchLetter(in: "before") }
            return number
        }
        let page = try await ask { store throws(StoreError) in
            let letters = try store.failedLetters(of: member.organisation, before: before, limit: Self.atOnce)
            let cases = try store.load(letters.map(\.caseID))
            return zip(letters, cases).map { letter, found in (letter, try? found.get()) }
        }
        let roster = accounts.directory.roster
        return API.answer(
            .ok,
            LettersBody(
                letters: page.map { letter, found in LettersBody.Item(letter, of: found, roster) },
                next: page.count == Self.atOnce ? page.last.map { String($0.0.id) } : nil))
    }

    private func sendAgain(_ request: Request) async throws -> Response {
        let member = try await administrator(request)
        let form = try API.read(AgainForm.self, from: request)
        guard let name = form.letter, !name.isEmpty else { throw APIError.missing("letter") }
        guard let id = Int64(name) else { throw APIError.noSuchLetter(in: "letter") }
        let now = accounts.now()
        // Before it is done: what is not recorded was not done.
        try await accounts.record(sentAgain: id, by: member.id, at: now)
        let found = try await ask { store throws(StoreError) in
            try store.sendAgain(id, in: member.organisation, at: now)
        }
        guard let found else { throw APIError.noSuchLetter(in: "letter") }
        bell.ring()
        changed(found)
        return API.done
    }

    private func administrator(_ request: Request) async throws -> Member {
        let session = try await accounts.session(request, .member)
        guard case .member(let id) = session.subject, let member = accounts.directory.roster[id] else {
            throw APIError.signIn
        }
        guard member.isAdministrator else { throw APIError.notAllowed }
        return member
    }

    private func ask<Value: Sendable>(
        _ body: @escaping @Sendable (any CaseStore) throws(StoreError) -> Value
    ) async throws(APIError) -> Value {
        let outcome = await questions.run { [store] in Result { () throws(StoreError) in try body(store) } }
        switch outcome {
        case nil: throw .overloaded
        case .failure?: throw .storeAway
        case .success(let value)?: return value
        }
    }
}

extension APIError {
    static let storeAway = APIError(
        .serviceUnavailable, "store_away", "Something is wrong on our side. Try again in a minute.")

    static func noSuchLetter(in field: String) -> APIError {
        APIError(.notFound, "no_such_letter", "This letter has gone out meanwhile, or was removed.", field: field)
    }
}

private struct AgainForm: Decodable {
    let letter: String?
}

private struct LettersBody: Encodable {
    struct Item: Encodable {
        let id: String
        let kind: String
        let state: String
        @Null var `case`: String?
        @Null var team: String?
        /// A member's name; nil for a guest, whose name an administrator has no need of.
        @Null var member: String?
        @Null var channel: String?
        let dueAt: Int64
        @Null var at: Int64?
        let attempts: Int64
        @Null var reason: String?
        let mayHaveGone: Bool

        init(_ letter: LetterRecord, of found: LoadedCase?, _ roster: Roster) {
            id = String(letter.id)
            kind = letter.item.kind.word
            state = letter.delivery == .failed ? "failed" : "dead"
            `case` = found?.publicID.text
            team = found.flatMap { roster[$0.state.team]?.name }
            member = letter.recipient.flatMap { roster[$0]?.name }
            channel = letter.channel.map { NoticePush.Channel($0).rawValue }
            dueAt = letter.item.due.milliseconds
            at = (letter.reportedAt ?? letter.finishedAt)?.milliseconds
            attempts = letter.attempts
            reason = letter.reason
            mayHaveGone = letter.unknowns > 0
        }
    }

    let letters: [Item]
    @Null var next: String?
}

extension OutboxItem.Kind {
    fileprivate var word: String {
        switch self {
        case .missedResponse: "missedResponse"
        case .firstResponse: "firstResponse"
        case .invitation: "invitation"
        case .closing: "closing"
        }
    }
}
