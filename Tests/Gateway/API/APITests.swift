import FoundationEssentials
import Testing
import WebSocket

@testable import Gateway

private struct Form: Decodable {
    let name: String?
    let age: Int?
}

private func form(_ body: String, type: String? = "application/json") throws -> Form {
    let fields = type.map { "Content-Type: \($0)\r\n" } ?? ""
    let head = try request("POST", "/api/x", fields)
    return try API.read(Form.self, from: Request(head: head, body: Array(body.utf8)))
}

private func told(_ response: Response) throws -> [String: String] {
    struct Body: Decodable {
        struct Details: Decodable {
            let code: String
            let message: String
            let field: String?
        }

        let error: Details
    }
    let details = try JSONDecoder().decode(Body.self, from: Data(response.body)).error
    return ["code": details.code, "message": details.message, "field": details.field ?? ""]
}

@Suite struct APITests {
    @Test(arguments: ["application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;x"])
    func `a form is read`(type: String) throws {
        let form = try form(#"{"name": "Ada", "other": [1, {"a": null}]}"#, type: type)
        #expect(form.name == "Ada" && form.age == nil)
    }

    @Test(arguments: [
        nil, "", "text/plain", "application/jsonp", "application/x-www-form-urlencoded", ";", "text/json",
    ])
    func `what does not say that it is JSON is not read`(type: String?) throws {
        let error = #expect(throws: APIError.self) { _ = try form("{}", type: type) }
        #expect(error?.status == .unsupportedMediaType && error?.code == "not_json")
    }

    @Test(arguments: [
        ("", "bad_json", ""), ("{", "bad_json", ""), ("[]", "bad_json", ""), ("7", "bad_json", ""),
        (#"{"name": 7}"#, "bad_message", "name"), (#"{"age": "x"}"#, "bad_message", "age"),
        (#"{"age": 1e99}"#, "bad_message", "age"),
        (#"{"name": {"first": "Ada"}}"#, "bad_message", "name"),
    ])
    func `what is wrong with a body is said`(body: String, code: String, field: String) throws {
        let error = #expect(throws: APIError.self) { _ = try form(body) }
        #expect(error?.status == .badRequest)
        #expect(error?.code == code || code == "bad_message" && error?.code == "bad_json")
        if error?.code == "bad_message" { #expect(error?.field == field) }
    }

    @Test(arguments: [HTTPStatus.notFound, .contentTooLarge, .internalServerError, .notImplemented, .unauthorized])
    func `an answer of HTTP itself becomes one of the API`(status: HTTPStatus) throws {
        let shaped = API.shape(Response(status, text: "Something is so.\n"))
        #expect(shaped.status == status && shaped.first("Content-Type") == "application/json")
        #expect(shaped.first("Cache-Control") == "no-store")
        let told = try told(shaped)
        #expect(told["message"] == "Something is so." && told["code"]?.isEmpty == false)
    }

    @Test func `the methods that are allowed stay named`() {
        var response = Response(.methodNotAllowed, text: "No.\n")
        response.set("Allow", "POST")
        #expect(API.shape(response).first("Allow") == "POST")
    }

    @Test func `what is in form already is left alone`() {
        let error = APIError.signIn.response
        #expect(API.shape(error) == error && API.shape(.ok("fine")) == .ok("fine"))
    }

    @Test(arguments: [
        ("/api", true), ("/api/", true), ("/api/v1/x", true), ("/apis", false), ("/", false), ("/a/api", false),
    ])
    func `its paths are known`(path: String, isCovered: Bool) throws {
        #expect(API.covers(try request("GET", path)) == isCovered)
    }
}
