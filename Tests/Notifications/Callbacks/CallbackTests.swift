import Testing

@testable import Notifications

@Suite struct TwilioCallbackTests {
    private let now: Int64 = 1_763_750_000
    private let address = "https://chat.example.org/api/v1/notices/sms"
    private let token = Secret("12345")

    private func read(
        _ fields: [(name: String, value: String)], query: String = "t=1763750000", signature: String? = nil,
        at now: Int64? = nil
    ) -> CallbackOutcome {
        let signed = TwilioCallback.signature(address: query.isEmpty ? address : "\(address)?\(query)", fields, token)
        return TwilioCallback(address: address, token: token).read(
            query: query, body: Array(FormFields.text(fields).utf8), signature: signature ?? signed,
            secondsSinceEpoch: now ?? self.now)
    }

    private func refusal(_ outcome: CallbackOutcome) -> String? {
        if case .refused(let reason) = outcome { reason } else { nil }
    }

    /// The example of Twilio's documentation ("Validating requests").
    @Test func `a signature is the one that Twilio computes`() {
        let fields = [
            ("Digits", "1234"), ("To", "+18005551212"), ("From", "+14158675309"), ("Caller", "+14158675309"),
            ("CallSid", "CA1234567890ABCDE"),
        ].map { (name: $0.0, value: $0.1) }
        let address = "https://mycompany.com/myapp.php?foo=1&bar=2"
        #expect(TwilioCallback.signature(address: address, fields, token) == "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
        // A pair that comes twice counts once.
        #expect(
            TwilioCallback.signature(address: address, fields + [fields[0]], token) == "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    }

    @Test(arguments: [
        ("delivered", nil, DeliveryReport.State.delivered, ""), ("read", nil, .delivered, ""),
        (
            "undelivered", "30003", .undelivered,
            "The phone cannot be reached: it is off, or has no network. (Twilio 30003)"
        ),
        ("failed", "30006", .failed, "The number is a landline's, or its network takes no SMS. (Twilio 30006)"),
        ("failed", nil, .failed, "They gave no reason."), ("canceled", "x", .failed, "They gave no reason."),
        ("undelivered", "12", .undelivered, "They refused it. (Twilio 12)"),
    ])
    func `a report says what became of the message`(
        status: String, code: String?, state: DeliveryReport.State, reason: String
    ) {
        var fields = [(name: "MessageSid", value: "SM42"), (name: "MessageStatus", value: status)]
        if let code { fields.append((name: "ErrorCode", value: code)) }
        #expect(read(fields) == .report(DeliveryReport(reference: "SM42", state: state, reason: reason)))
    }

    @Test(arguments: ["queued", "sending", "sent", "accepted", "scheduled"])
    func `what is on its way is no report`(status: String) {
        #expect(read([("MessageSid", "SM42"), ("MessageStatus", status)]) == .onItsWay)
    }

    @Test func `what is not signed so is refused`() {
        let fields = [(name: "MessageSid", value: "SM42"), (name: "MessageStatus", value: "delivered")]
        for wrong in ["", "RSOYDt4T1cUTdK1PDd93/VVr8B8=", "x"] {
            #expect(refusal(read(fields, signature: wrong))?.contains("signature") == true)
        }
        // Signed with another time than the one that came.
        let signed = TwilioCallback.signature(address: "\(address)?t=1763750000", fields, token)
        #expect(refusal(read(fields, query: "t=1763750001", signature: signed))?.contains("signature") == true)
        let unsigned = TwilioCallback(address: address, token: token).read(
            query: "t=1763750000", body: Array(FormFields.text(fields).utf8), signature: nil, secondsSinceEpoch: now)
        #expect(refusal(unsigned)?.contains("signature") == true)
    }

    @Test(arguments: [
        ("t=1763750000", Int64(0), true), ("t=1763750000", 259_200, true), ("t=1763750000", 259_201, false),
        ("t=1763750000", -300, true), ("t=1763750000", -301, false), ("", 0, false), ("t=", 0, false),
        ("t=x", 0, false),
        ("t=-1", 0, false), ("x=1", 0, false), ("t=9223372036854775808", 0, false), ("t=9223372036854775807", 0, false),
    ])
    func `what is repeated later than three days is refused`(query: String, later: Int64, isGood: Bool) {
        let outcome = read([("MessageSid", "SM42"), ("MessageStatus", "delivered")], query: query, at: now + later)
        #expect((refusal(outcome) == nil) == isGood)
    }

    @Test func `what names no message or no state is refused`() {
        #expect(refusal(read([("MessageStatus", "delivered")])) != nil)
        #expect(refusal(read([("MessageSid", ""), ("MessageStatus", "delivered")])) != nil)
        #expect(
            refusal(read([("MessageSid", String(repeating: "x", count: 201)), ("MessageStatus", "delivered")])) != nil)
        #expect(refusal(read([("MessageSid", "SM42")])) != nil)
        #expect(refusal(read([("MessageSid", "SM42"), ("MessageStatus", "arrived")])) != nil)
    }
}

@Suite struct FormFieldsTests {
    @Test(arguments: [
        ("a=b&c=d", ["a", "b", "c", "d"]), ("a=%C3%BC+x%2B", ["a", "ü x+"]), ("a", ["a", ""]), ("a=b=c", ["a", "b=c"]),
        ("", []), ("&&", []), ("=x", ["", "x"]),
    ])
    func `a form is read`(text: String, parts: [String]) {
        #expect(FormFields.read(Array(text.utf8))?.flatMap { [$0.name, $0.value] } == parts)
    }

    @Test(arguments: [
        "a=%", "a=%4", "a=%zz", "a=%FF", String(repeating: "a&", count: 201), String(repeating: "a", count: 65_537),
    ])
    func `what is no form, or too much, is none`(text: String) { #expect(FormFields.read(Array(text.utf8)) == nil) }

    @Test(arguments: ["", "a b+c&d=e%f", "ü€👩\r\n\0", "~-._", "/?#[]@!$'()*,;"])
    func `what is written is read as it was`(text: String) {
        let read = FormFields.read(Array(FormFields.text([(text, text)]).utf8))
        #expect(read?.first?.name == text && read?.first?.value == text)
    }
}

@Suite struct SignedCallbackTests {
    private let secret = Secret("geheim")
    private let now: Int64 = 1_763_750_000

    private func read(_ text: String, signed: Int64? = nil) -> CallbackOutcome {
        let body = Array(text.utf8)
        let header = WebhookSignature.header(body, secret: secret, secondsSinceEpoch: signed ?? now)
        return SignedCallback(secret: secret).read(body: body, signature: header, secondsSinceEpoch: now)
    }

    private func isRefused(_ outcome: CallbackOutcome) -> Bool {
        if case .refused(let reason) = outcome { !reason.isEmpty } else { false }
    }

    @Test func `a report says what became of the message`() {
        #expect(
            read(#"{"reference":"r1","state":"delivered"}"#)
                == .report(DeliveryReport(reference: "r1", state: .delivered, reason: "")))
        #expect(
            read(#"{"reference":"r1","state":"undelivered","reason":"Off\nline","more":[1]}"#)
                == .report(DeliveryReport(reference: "r1", state: .undelivered, reason: "Off line")))
        #expect(
            read(#"{"reference":"r1","state":"failed","reason":null}"#)
                == .report(DeliveryReport(reference: "r1", state: .failed, reason: "")))
        #expect(read(#"{"reference":"r1","state":"sent"}"#) == .onItsWay)
    }

    @Test(arguments: [
        "", "{", "[]", "{}", #"{"reference":"r1"}"#, #"{"reference":"","state":"failed"}"#,
        #"{"reference":1,"state":"failed"}"#,
        #"{"reference":"r1","state":"Delivered"}"#, #"{"reference":"r1","state":"failed","reason":1}"#,
        #"{"reference":"\#(String(repeating: "x", count: 201))","state":"failed"}"#,
        #"{"reference":"r1","state":"failed","reason":"\#(String(repeating: "x", count: 17_000))"}"#,
    ])
    func `what is none is refused`(text: String) { #expect(isRefused(read(text))) }

    @Test func `what is signed otherwise, or too long ago, is refused`() {
        let text = #"{"reference":"r1","state":"delivered"}"#
        #expect(isRefused(read(text, signed: now - 301)) && isRefused(read(text, signed: now + 301)))
        let body = Array(text.utf8)
        let other = WebhookSignature.header(body, secret: Secret("x"), secondsSinceEpoch: now)
        for header in [nil, "", other] {
            #expect(
                isRefused(SignedCallback(secret: secret).read(body: body, signature: header, secondsSinceEpoch: now)))
        }
    }
}
