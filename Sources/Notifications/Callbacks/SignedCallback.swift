import FoundationEssentials

/// What the generic provider posts about a message that it has taken: JSON, signed as the house signs what it posts
/// (`WebhookSignature`).
package struct SignedCallback: Sendable {
    /// Of a body of four short fields.
    static let maxBytes = 16 << 10

    private struct Body: Decodable {
        let reference: String
        let state: String
        let reason: String?
    }

    private let secret: Secret

    package init(secret: Secret) { self.secret = secret }

    package func read(body: [UInt8], signature: String?, secondsSinceEpoch now: Int64) -> CallbackOutcome {
        guard body.count <= Self.maxBytes else { return .refused(reason: "The body is too long.") }
        do {
            try WebhookSignature.check(signature, body: body, secret: secret, secondsSinceEpoch: now)
        } catch {
            return .refused(reason: error.rawValue)
        }
        guard let read = try? JSONDecoder().decode(Body.self, from: Data(body)) else {
            return .refused(reason: "The body is no JSON with \"reference\" and \"state\".")
        }
        guard (1...DeliveryReport.maxReferenceBytes).contains(read.reference.utf8.count) else {
            return .refused(reason: "\"reference\" names no message.")
        }
        if read.state == "sent" { return .onItsWay }
        guard let state = DeliveryReport.State(rawValue: read.state) else {
            return .refused(reason: "\"state\" is none of delivered, undelivered, failed and sent.")
        }
        let reason = OneLine.of(read.reason ?? "", longest: DeliveryReport.maxReasonLength)
        return .report(DeliveryReport(reference: read.reference, state: state, reason: reason))
    }
}
