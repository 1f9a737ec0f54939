import Foundation
import HTTPClient
import Testing

@testable import Notifications

@Suite struct WebhookSMSTests {
    private let provider: Provider
    private let secret = Secret("geheim")

    init() throws { provider = try Provider.shared.get() }

    private func transport(_ url: String, timeouts: Timeouts = Timeouts()) throws -> WebhookSMS {
        WebhookSMS(
            try HTTPAddress(url), secret: secret, callback: "https://chat.example.org/api/v1/notices/sms",
            client: HTTPClient(), timeouts: timeouts
        ) { Provider.now }
    }

    @Test func `a message is posted as JSON, signed, and with its key`() throws {
        let behaviour = Provider.json(202, #"{"reference":"r/42"}"#, "/json")
        #expect(try transport(provider.url(behaviour)).send(sms("Grüße"), key: "o-17") == .taken(reference: "r/42"))
        let asked = try #require(provider.asked(behaviour).first)
        #expect(
            asked.body == #"{"callback":"https://chat.example.org/api/v1/notices/sms","id":"o-17","text":"Grüße","#
                + #""to":"+447700900123"}"#)
        #expect(asked.field("Idempotency-Key") == "o-17" && asked.field("Content-Type") == "application/json")
        #expect(throws: Never.self) {
            try WebhookSignature.check(
                asked.field("Foyer-Signature"), body: Array(asked.body.utf8), secret: secret,
                secondsSinceEpoch: 1_763_750_000)
        }
    }

    @Test(arguments: [
        (200, "", Delivery.taken(reference: nil)), (200, "no JSON", .taken(reference: nil)),
        (
            422, #"{"reason":"+447700900123 is a landline"}"#,
            .refused(reason: "They answered with status 422: the number is a landline", permanent: true)
        ),
        (
            400, #"{"reason":"Try later","permanent":false}"#,
            .refused(reason: "They answered with status 400: Try later", permanent: false)
        ),
        (400, "[]", .refused(reason: "They answered with status 400.", permanent: true)),
        (401, "", .refused(reason: "They answered with status 401.", permanent: false)),
        (500, #"{"permanent":true}"#, .refused(reason: "They answered with status 500.", permanent: false)),
        (504, "", .uncertain(reason: "They answered with status 504.")),
    ])
    func `an answer says what became of it`(status: Int, body: String, delivery: Delivery) throws {
        let behaviour = Provider.json(status, body.isEmpty ? " " : body)
        #expect(try transport(provider.url(behaviour)).send(sms(), key: "k") == delivery)
    }

    @Test func `who took it and never answered may have it`() throws {
        guard
            case .uncertain = try transport(provider.url("/hang/webhook"), timeouts: Provider.hasty).send(
                sms(), key: "k")
        else {
            Issue.record("not uncertain")
            return
        }
        #expect(try provider.asked("/hang/webhook").count == 1)
    }

    @Test func `who is down was not reached`() throws {
        guard case .notReached = try transport(Provider.goneURL()).send(sms(), key: "k") else {
            Issue.record("reached")
            return
        }
    }
}
