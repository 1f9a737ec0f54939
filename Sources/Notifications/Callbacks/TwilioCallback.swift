import HTTPClient

/// What Twilio posts about a message that it has taken (Twilio, "Validating requests", "Message status callbacks").
///
/// Its signature covers the address and the fields, and no time; so the address that it is told to post to has the time in
/// it: `?t=SECONDS`, when the message was sent.
package struct TwilioCallback: Sendable {
    /// After this Twilio has given a message up; whoever repeats a recorded report may do so until then, and a report that
    /// says what is known already changes nothing.
    package static let longestReport: Duration = .seconds(3 * 86_400)
    private static let clockDifference: Int64 = 300

    private let address: String
    private let token: Secret

    /// `address` is the one that Twilio knows: the public one, whatever a proxy makes of it.
    package init(address: String, token: Secret) {
        self.address = address
        self.token = token
    }

    /// Where the reports of a message are to be posted that is sent now.
    package static func address(_ address: String, secondsSinceEpoch: Int64) -> String {
        "\(address)?t=\(secondsSinceEpoch)"
    }

    /// `query` and `body` as they came in, `signature` from the field `X-Twilio-Signature`.
    package func read(query: String, body: [UInt8], signature: String?, secondsSinceEpoch now: Int64) -> CallbackOutcome
    {
        guard let fields = FormFields.read(body) else { return .refused(reason: "The form cannot be read.") }
        let wanted = Self.signature(address: query.isEmpty ? address : "\(address)?\(query)", fields, token)
        guard let signature, Digests.areEqual(Array(signature.utf8), Array(wanted.utf8)) else {
            return .refused(reason: "The signature is not that of this account's token.")
        }
        guard query.hasPrefix("t="), let sent = Int64(query.dropFirst(2)), sent >= 0, now >= 0,
            (-Self.clockDifference...Self.longestReport.components.seconds).contains(now - sent)
        else { return .refused(reason: "The message was not sent within the last three days.") }
        return outcome(fields)
    }

    private func outcome(_ fields: [(name: String, value: String)]) -> CallbackOutcome {
        func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
        guard let reference = field("MessageSid") ?? field("SmsSid"), !reference.isEmpty,
            reference.utf8.count <= DeliveryReport.maxReferenceBytes
        else { return .refused(reason: "It names no message.") }
        let reason = TwilioErrors.words(field("ErrorCode").flatMap { Int($0) })
        switch field("MessageStatus") ?? field("SmsStatus") {
        case "delivered", "read": return .report(DeliveryReport(reference: reference, state: .delivered, reason: ""))
        case "undelivered": return .report(DeliveryReport(reference: reference, state: .undelivered, reason: reason))
        case "failed", "canceled": return .report(DeliveryReport(reference: reference, state: .failed, reason: reason))
        case "accepted", "scheduled", "queued", "sending", "sent": return .onItsWay
        default: return .refused(reason: "It names no state that is known.")
        }
    }

    /// The address, then name and value of each field, in the order of the names; of equal pairs one.
    static func signature(address: String, _ fields: [(name: String, value: String)], _ token: Secret) -> String {
        let sorted = fields.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        var text = address
        for (index, field) in sorted.enumerated() where index == 0 || sorted[index - 1] != field {
            text += field.name + field.value
        }
        return Base64.of(Digests.hmacSHA1(key: token.bytes, Array(text.utf8)))
    }
}
