package import CaseMachine
import FoundationEssentials
package import HTTPClient

/// SMS by a program of the operator's own: each is a POST of JSON, signed (`WebhookSignature`) and with a key by which they
/// can tell that they have it already (docs/notices.md).
package struct WebhookSMS: Transport {
    private static let maxAnswerBytes = 64 << 10

    private struct Body: Encodable {
        let id: String
        let to: String
        let text: String
        let callback: String?
    }

    private struct Answer: Decodable {
        let reference: String?
        let reason: String?
        let permanent: Bool?
    }

    private let address: HTTPAddress
    private let secret: Secret
    /// Where reports are to be posted; nil: nowhere.
    private let callback: String?
    private let client: HTTPClient
    private let timeouts: Timeouts
    private let clock: @Sendable () -> Timestamp

    package init(
        _ address: HTTPAddress, secret: Secret, callback: String?, client: HTTPClient, timeouts: Timeouts = Timeouts(),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.address = address
        self.secret = secret
        self.callback = callback
        self.client = client
        self.timeouts = timeouts
        self.clock = clock
    }

    package func send(_ letter: Letter, key: String) -> Delivery {
        guard letter.channel == .sms else { return .refused(reason: "This is no phone number.", permanent: true) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(Body(id: key, to: letter.to, text: letter.text, callback: callback)) else {
            return .refused(reason: "The message cannot be written as JSON.", permanent: true)
        }
        let signature = WebhookSignature.header(
            Array(body), secret: secret, secondsSinceEpoch: clock().milliseconds / 1000)
        var request = HTTPRequest(
            .post, address,
            fields: [
                HTTPField("Content-Type", "application/json"), HTTPField(WebhookSignature.field, signature),
                HTTPField("Idempotency-Key", key),
            ], body: Array(body), timeouts: timeouts)
        request.maxAnswerBytes = Self.maxAnswerBytes
        do {
            return delivery(try client.send(request), letter)
        } catch {
            return error.delivery
        }
    }

    private func delivery(_ response: HTTPResponse, _ letter: Letter) -> Delivery {
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
        if response.isSuccess {
            return .taken(
                reference: answer?.reference.map { OneLine.of($0, longest: DeliveryReport.maxReferenceBytes) })
        }
        let status = "They answered with status \(response.status)"
        let words = answer?.reason.map {
            OneLine.of($0.replacing(letter.to, with: "the number"), longest: DeliveryReport.maxReasonLength)
        }
        return response.delivery(
            words.map { "\(status): \($0)" } ?? "\(status).", isPermanent: answer?.permanent ?? true)
    }
}
