package import CaseMachine
package import HTTPClient

/// How letters leave the building, checked: whatever can be wrong with the options is said when the house starts, not when
/// the first guest waits for a code.
package struct NotificationSettings: Sendable {
    package enum SMS: Sendable {
        case twilio(TwilioSMS.Account)
        case webhook(HTTPAddress, secret: Secret, callback: String?)
    }

    package struct Mail: Sendable {
        package let server: SMTPServer
        package let sender: MailAddress
    }

    /// Where providers post what became of an SMS.
    package static let callbackPath = "/api/v1/notices/sms"
    static let twilioURL = "https://api.twilio.com"

    /// nil: no SMS goes out.
    package let sms: SMS?
    /// What SMS are held against; nil where none goes out.
    package let smsGuard: SMSGuard.Settings?
    /// nil: no e-mail goes out.
    package let mail: Mail?
    package let webhooks: WebhookRules
    private let authorities: String?

    /// `publicURL` is the house's own, without a slash at its end. `read` returns what a secret's file holds.
    package init(
        _ options: NotificationOptions, publicURL: String,
        read: (_ path: String) throws(SecretText.Wrong) -> Secret = SecretText.read
    ) throws(NotificationProblems) {
        var reader = OptionReader(options: options, publicURL: publicURL)
        sms = reader.sms(read)
        smsGuard = reader.smsGuard()
        mail = reader.mail(read)
        authorities = options.noticesCA
        webhooks = reader.webhooks()
        guard reader.problems.isEmpty else { throw NotificationProblems(problems: reader.problems) }
    }

    // MARK: - What they make

    package func smsTransport(clock: @escaping @Sendable () -> Timestamp) -> (any Transport)? {
        let client = HTTPClient(authorities: authorities)
        return switch sms {
        case nil: nil
        case .twilio(let account): TwilioSMS(account, client: client, clock: clock)
        case .webhook(let address, let secret, let callback):
            WebhookSMS(address, secret: secret, callback: callback, client: client, clock: clock)
        }
    }

    package func mailTransport() -> (any Transport)? { mail.map { SMTPMail($0.server, from: $0.sender) } }

    package func webhookSender(clock: @escaping @Sendable () -> Timestamp) -> WebhookSender {
        WebhookSender(webhooks, client: HTTPClient(authorities: authorities), clock: clock)
    }

    /// What has come in at `callbackPath`: the query, the body, and the fields that signatures travel in.
    package func readCallback(
        query: String, body: [UInt8], field: (_ name: String) -> String?, at now: Timestamp
    ) -> CallbackOutcome {
        let seconds = max(0, now.milliseconds) / 1000
        switch sms {
        case nil: return .refused(reason: "No SMS go out from here.")
        case .twilio(let account):
            guard let callback = account.callback else { return .refused(reason: "No reports were asked for.") }
            return TwilioCallback(address: callback, token: account.token).read(
                query: query, body: body, signature: field("X-Twilio-Signature"), secondsSinceEpoch: seconds)
        case .webhook(_, let secret, _):
            return SignedCallback(secret: secret).read(
                body: body, signature: field(WebhookSignature.field), secondsSinceEpoch: seconds)
        }
    }
}
