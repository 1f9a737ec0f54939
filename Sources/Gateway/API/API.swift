import FoundationEssentials
import WebSocket

/// JSON in, JSON out: what all routes below `/api` have in common.
enum API {
    /// Forms are short; files have a way of their own.
    static let maxBody = ByteCount.kibibytes(16)
    /// A team's hundred categories and its automatic messages in one piece.
    static let maxSettings = ByteCount.kibibytes(256)

    static func covers(_ head: RequestHead) -> Bool { head.path == "/api" || head.path.hasPrefix("/api/") }

    static func answer(_ status: HTTPStatus = .ok, _ value: some Encodable) -> Response {
        let encoder = JSONEncoder()
        // In one order: two answers that are to be the same are the same bytes.
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Cannot fail: our answers hold texts, numbers and lists of them.
        var response = Response(status, body: (try? [UInt8](encoder.encode(value))) ?? Array("{}".utf8))
        response.set("Content-Type", "application/json")
        response.set("Cache-Control", "no-store")
        return response
    }

    static var done: Response {
        var response = Response(.noContent)
        response.set("Cache-Control", "no-store")
        return response
    }

    /// Whatever was answered to a request of `/api` without knowing that it is one: a path that does not exist, a body
    /// that is too large, a handler that failed.
    static func shape(_ response: Response) -> Response {
        guard response.status.rawValue >= 400, response.first("Content-Type") != "application/json" else {
            return response
        }
        let text = String(decoding: response.body, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? ""
        var shaped = APIError.plain(response.status, text).response
        for field in response.fields where field.name == "Allow" { try? shaped.set("Allow", checking: field.value) }
        return shaped
    }

    /// The body as JSON of a known form. Says what is wrong with one that is not.
    static func read<Form: Decodable>(_ form: Form.Type, from request: Request) throws(APIError) -> Form {
        guard isJSON(request.head) else {
            throw APIError(
                .unsupportedMediaType, "not_json", "Send the body as JSON, with Content-Type: application/json.")
        }
        do {
            return try JSONDecoder().decode(form, from: Data(request.body))
        } catch let error as DecodingError {
            throw Self.complaint(about: error)
        } catch {
            throw badJSON
        }
    }

    /// RFC 9110 §8.3.1: the type may have parameters, and is not case-sensitive.
    private static func isJSON(_ head: RequestHead) -> Bool {
        guard let type = head.fields.first("content-type") else { return false }
        let essence = type.split(separator: ";", omittingEmptySubsequences: false).first ?? ""
        return essence.trimmingPrefix(while: \.isWhitespace).lowercased().split(separator: " ").first
            == "application/json"
    }

    private static let badJSON = APIError(.badRequest, "bad_json", "The body is not JSON.")

    private static func complaint(about error: DecodingError) -> APIError {
        switch error {
        case .keyNotFound(let key, let context): return .missing(path(context.codingPath + [key]))
        case .valueNotFound(_, let context) where !context.codingPath.isEmpty:
            return .missing(path(context.codingPath))
        case .typeMismatch(let type, let context) where !context.codingPath.isEmpty:
            let words = "This field is to be \(Self.words(for: type))."
            return APIError(.badRequest, "bad_message", words, field: path(context.codingPath))
        case .dataCorrupted(let context) where !context.codingPath.isEmpty:
            return APIError(
                .badRequest, "bad_message", "This is none of the values that this field can have.",
                field: path(context.codingPath))
        case .typeMismatch, .valueNotFound, .dataCorrupted: return badJSON
        @unknown default: return badJSON
        }
    }

    /// As in `categories[2].name`.
    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += (path.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }

    private static func words(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Int.Type, is Int64.Type: "a whole number"
        case is Bool.Type: "true or false"
        case is [Any].Type: "a list"
        case is [String: Any].Type: "an object"
        default: "of another kind"
        }
    }
}

/// Makes the lines of the table below `/api`.
struct APIRoutes: Sendable {
    let ownOrigin: OwnOrigin

    /// Only tells something.
    func read(_ path: String, _ handler: @escaping @Sendable (Request) async throws -> Response) -> Route {
        Route(.get, path) { request in try await Self.answer(request, handler) }
    }

    /// Changes something: for our own pages only, with a form of at most 16 KiB.
    func change(_ path: String, _ handler: @escaping @Sendable (Request) async throws -> Response) -> Route {
        Route(.post, path, bodyLimit: API.maxBody) { [ownOrigin] request in
            guard ownOrigin.allows(request.head) else { return APIError.foreignOrigin.response }
            return try await Self.answer(request, handler)
        }
    }

    /// Takes a body that is no form, as it arrives: for our own pages only.
    func upload(
        _ path: String, upTo limit: ByteCount, tooLarge: APIError,
        _ handler: @escaping @Sendable (Request, RequestBody) async throws -> Response
    ) -> Route {
        Route(streaming: .post, path, bodyLimit: limit, tooLarge: tooLarge.response) { [ownOrigin] request, body in
            guard ownOrigin.allows(request.head) else { return APIError.foreignOrigin.response }
            return try await Self.answer(request) { request in try await handler(request, body) }
        }
    }

    /// Settings, as a whole or in parts: the same, with room for lists.
    func set(
        _ method: HTTPMethod, _ path: String, _ handler: @escaping @Sendable (Request) async throws -> Response
    ) -> Route {
        Route(method, path, bodyLimit: API.maxSettings) { [ownOrigin] request in
            guard ownOrigin.allows(request.head) else { return APIError.foreignOrigin.response }
            return try await Self.answer(request, handler)
        }
    }

    private static func answer(
        _ request: Request, _ handler: @Sendable (Request) async throws -> Response
    ) async throws -> Response {
        do {
            return try await handler(request)
        } catch let error as APIError {
            return error.response
        }
    }
}
