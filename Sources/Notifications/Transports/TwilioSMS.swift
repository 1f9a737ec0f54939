package import CaseMachine
import FoundationEssentials
package import HTTPClient

/// SMS by Twilio's API for messages, or by whoever offers the same (Twilio, "Message resource", version 2010-04-01).
///
/// It knows no idempotency keys: a message whose answer was lost may go out twice when it is tried again.
package struct TwilioSMS: Transport {
    package struct Account: Sendable {
        /// `https://api.twilio.com`, unless somebody else offers the same.
        package let base: HTTPAddress
        /// `AC` and 32 hexadecimal digits.
        package let id: String
        package let token: Secret
        /// A number in E.164 form, an alphanumeric sender, or the id of a messaging service (`MG…`).
        package let sender: String
        /// Where reports are to be posted; nil: nowhere.
        package let callback: String?

        package init(base: HTTPAddress, id: String, token: Secret, sender: String, callback: String?) {
            self.base = base
            self.id = id
            self.token = token
            self.sender = sender
            self.callback = callback
        }
    }

    /// Of an answer; a message in JSON has about a kilobyte.
    private static let maxAnswerBytes = 64 << 10

    private let account: Account
    private let client: HTTPClient
    private let timeouts: Timeouts
    private let clock: @Sendable () -> Timestamp

    package init(
        _ account: Account, client: HTTPClient, timeouts: Timeouts = Timeouts(),
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.account = account
        self.client = client
        self.timeouts = timeouts
        self.clock = clock
    }

    package func send(_ letter: Letter, key: String) -> Delivery {
        guard letter.channel == .sms else { return .refused(reason: "This is no phone number.", permanent: true) }
        do {
            return delivery(try client.send(request(letter)), letter)
        } catch {
            return error.delivery
        }
    }

    private func request(_ letter: Letter) throws(HTTPFailure) -> HTTPRequest {
        let base = account.base.text.hasSuffix("/") ? String(account.base.text.dropLast()) : account.base.text
        let path = "/2010-04-01/Accounts/\(FormFields.encoded(account.id))/Messages.json"
        var fields = [("To", letter.to), ("Body", letter.text)]
        fields.append((account.sender.hasPrefix("MG") ? "MessagingServiceSid" : "From", account.sender))
        if let callback = account.callback {
            let address = TwilioCallback.address(callback, secondsSinceEpoch: clock().milliseconds / 1000)
            fields.append(("StatusCallback", address))
        }
        var request = HTTPRequest(
            .post, try HTTPAddress(base + path),
            fields: [
                HTTPField("Content-Type", "application/x-www-form-urlencoded"), HTTPField("Accept", "application/json"),
            ],
            body: Array(FormFields.text(fields).utf8),
            credentials: .basic(user: account.id, password: account.token.text),
            timeouts: timeouts)
        request.maxAnswerBytes = Self.maxAnswerBytes
        return request
    }

    private struct Answer: Decodable {
        let sid: String?
        let code: Int?
    }

    private func delivery(_ response: HTTPResponse, _ letter: Letter) -> Delivery {
        let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body))
        if response.isSuccess {
            let reference = answer?.sid.map { OneLine.of($0, longest: DeliveryReport.maxReferenceBytes) }
            return .taken(reference: reference)
        }
        // Not in their words, which repeat the number.
        guard let code = answer?.code else {
            return response.delivery("They answered with status \(response.status).", isPermanent: true)
        }
        let reason = TwilioErrors.words(code)
        if TwilioErrors.aboutAccount.contains(code) { return .refused(reason: reason, permanent: false) }
        return response.delivery(reason, isPermanent: true)
    }
}

/// Some of the codes that Twilio gives reasons by (Twilio, "Error and warning dictionary").
enum TwilioErrors {
    /// These say that the account or its settings must change; the message may well go out then.
    static let aboutAccount: Set<Int> = [
        20003, 20005, 20404, 20429, 21408, 21603, 21606, 21611, 21659, 21660, 21703, 21704, 30001, 30002, 30022, 63038,
    ]

    static func words(_ code: Int?) -> String {
        guard let code else { return "They gave no reason." }
        return (known[code] ?? "They refused it.") + " (Twilio \(code))"
    }

    private static let known: [Int: String] = [
        20003: "Account and token do not fit together: look at sms-account and sms-token-file.",
        20404: "There is no such account: look at sms-account.",
        20429: "More is sent than the account may.",
        21211: "The number is none.",
        21408: "The account may not send to this country: allow it in its console.",
        21606: "The sender's number may not send SMS: look at sms-sender.",
        21610: "Whoever has this number has asked for no more messages.",
        21611: "Too many messages wait at the sender's number.",
        21612: "There is no way from the sender's number to this one.",
        21614: "The number is no mobile phone's.",
        21617: "The text is too long.",
        21659: "The sender's number does not belong to the account: look at sms-sender.",
        30001: "Too much waits at the account.",
        30002: "The account is suspended.",
        30003: "The phone cannot be reached: it is off, or has no network.",
        30004: "The phone, or its network, blocks the message.",
        30005: "The number is unknown, or no longer in use.",
        30006: "The number is a landline's, or its network takes no SMS.",
        30007: "A network has filtered the message.",
        30008: "A network did not say why.",
        30022: "More is sent than the network allows.",
    ]
}
