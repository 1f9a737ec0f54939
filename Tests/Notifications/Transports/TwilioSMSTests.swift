import HTTPClient
import Testing

@testable import Notifications

@Suite struct TwilioSMSTests {
    private let provider: Provider

    init() throws { provider = try Provider.shared.get() }

    private func transport(
        _ base: String, sender: String = "+15005550006",
        callback: String? = "https://chat.example.org/api/v1/notices/sms",
        timeouts: Timeouts = Timeouts()
    ) throws -> TwilioSMS {
        let account = TwilioSMS.Account(
            base: try HTTPAddress(base), id: "AC0123", token: Secret("geheim"), sender: sender, callback: callback)
        return TwilioSMS(account, client: HTTPClient(), timeouts: timeouts) { Provider.now }
    }

    @Test func `a message is posted as Twilio wants it`() throws {
        let behaviour = Provider.json(201, #"{"sid":"SM42","status":"queued","error_code":null}"#, "/form")
        let text = "Größe: 5 % & more = ü+1 €"
        #expect(try transport(provider.url(behaviour)).send(sms(text), key: "k") == .taken(reference: "SM42"))
        let asked = try #require(provider.asked(behaviour).first)
        #expect(asked.method == "POST" && asked.path.hasSuffix("/2010-04-01/Accounts/AC0123/Messages.json"))
        #expect(asked.field("Content-Type") == "application/x-www-form-urlencoded")
        #expect(asked.field("Authorization") == "Basic \(Base64.of(Array("AC0123:geheim".utf8)))")
        let fields = try #require(FormFields.read(Array(asked.body.utf8)))
        #expect(fields.map(\.name) == ["To", "Body", "From", "StatusCallback"])
        #expect(
            fields.map(\.value) == [
                "+447700900123", text, "+15005550006", "https://chat.example.org/api/v1/notices/sms?t=1763750000",
            ])
    }

    @Test func `a messaging service is named as one, and reports are asked for only where they can come`() throws {
        let behaviour = Provider.json(201, "{}", "/service")
        let sender = "MG0123456789abcdef0123456789abcdef"
        let transport = try transport(provider.url(behaviour), sender: sender, callback: nil)
        #expect(transport.send(sms(), key: "k") == .taken(reference: nil))
        let fields = try #require(FormFields.read(Array(provider.asked(behaviour)[0].body.utf8)))
        #expect(fields.map(\.name) == ["To", "Body", "MessagingServiceSid"] && fields[2].value == sender)
    }

    /// Whether trying again can help.
    @Test(arguments: [
        (400, 21211, true), (400, 21610, true), (400, 21614, true), (400, 99999, true), (400, 21408, false),
        (400, 21606, false),
        (401, 20003, false), (404, 20404, false), (429, 20429, false), (503, 20500, false), (500, 0, false),
        (400, 21611, false),
    ])
    func `an error's code says whether it is for ever`(status: Int, code: Int, isPermanent: Bool) throws {
        let message = "The 'To' number +447700900123 is not a valid phone number."
        let behaviour = Provider.json(status, #"{"code":\#(code),"message":"\#(message)","status":\#(status)}"#)
        let delivery = try transport(provider.url(behaviour)).send(sms(), key: "k")
        guard case .refused(let reason, let permanent) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        #expect(permanent == isPermanent && reason.contains("\(code)") && !reason.contains("7700900123"))
    }

    @Test(arguments: ["/hang", "/hang-up", "/slow", "/status/502", "/status/504"])
    func `who may have taken it is not asked again as if they had not`(behaviour: String) throws {
        let delivery = try transport(provider.url(behaviour), timeouts: Provider.hasty).send(sms(), key: "k")
        if behaviour == "/slow" {
            // They had said 200.
            #expect(delivery == .taken(reference: nil))
        } else if case .uncertain(let reason) = delivery {
            #expect(!reason.isEmpty && !reason.contains("7700900123"))
        } else {
            Issue.record("\(delivery)")
        }
    }

    @Test(arguments: ["/status/500", "/status/503", "/status/429", "/redirect", "/status/404", "/bytes/10/418"])
    func `who says no without words is asked again, or not`(behaviour: String) throws {
        let delivery = try transport(provider.url(behaviour)).send(sms(), key: "k")
        guard case .refused(let reason, let permanent) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        #expect(permanent == behaviour.hasSuffix("418") && reason.hasPrefix("They answered with status"))
    }

    @Test func `who is slow, but answers, has taken it`() throws {
        #expect(try transport(provider.url("/late/0.5")).send(sms(), key: "k") == .taken(reference: nil))
    }

    @Test func `who is down was not reached`() throws {
        let delivery = try transport(Provider.goneURL()).send(sms(), key: "k")
        guard case .notReached(let reason) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func `an endless answer is not read, and counts as perhaps`() throws {
        let delivery = try transport(provider.url("/bytes/1000000/500")).send(sms(), key: "k")
        guard case .uncertain = delivery else {
            Issue.record("\(delivery)")
            return
        }
    }

    @Test func `an e-mail is none of its business`() throws {
        let letter = Letter(channel: .email, to: "ada@x.example", text: "x", at: Provider.now)
        #expect(
            try transport(provider.url("/echo")).send(letter, key: "k")
                == .refused(reason: "This is no phone number.", permanent: true))
    }
}
