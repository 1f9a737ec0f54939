import CaseMachine
import Foundation
import HTTPClient
import TestSupport
import Testing

@testable import Notifications

/// A provider that behaves as the path of its address says (Tests/support/awkward_http.py), and what it was asked.
struct Provider {
    struct Asked: Decodable {
        let method: String
        let path: String
        let fields: [String: String]
        let body: String

        func field(_ name: String) -> String? { fields.first { $0.key.lowercased() == name.lowercased() }?.value }
    }

    static let shared = Result { try Provider() }
    static let now = Timestamp(milliseconds: 1_763_750_000_000)
    /// Within which nobody answers who is meant to.
    static let hasty = Timeouts(connect: .seconds(10), whole: .seconds(2))

    private let server: PythonServer

    init() throws { server = try PythonServer("awkward_http.py") }

    func url(_ behaviour: String, host: String = "127.0.0.1") -> String { "http://\(host):\(server.port)\(behaviour)" }
    func address(_ behaviour: String) throws -> HTTPAddress { try HTTPAddress(url(behaviour)) }

    /// As JSON with this status: the way to behave.
    static func json(_ status: Int, _ text: String, _ rest: String = "") -> String {
        "/json/\(status)/\(FormFields.encoded(text))\(rest)"
    }

    func asked(_ behaviour: String) throws -> [Asked] {
        let answer = try HTTPClient().send(HTTPRequest(.get, address("/recorded" + behaviour)))
        return try JSONDecoder().decode([Asked].self, from: Data(answer.body))
    }

    /// A way to behave where nobody is.
    static func goneURL() throws -> String { try Provider().url("/echo") }
}

func sms(_ text: String = "There is a reply for you.", to number: String = "+447700900123") -> Letter {
    Letter(channel: .sms, to: number, text: text, at: Provider.now)
}
