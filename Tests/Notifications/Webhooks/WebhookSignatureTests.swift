import Foundation
import TestSupport
import Testing

@testable import Notifications

@Suite struct WebhookSignatureTests {
    private let secret = Secret("whsec_of_a_test")
    private let body = Array(#"{"id":"e1"}"#.utf8)
    private let now: Int64 = 1_763_750_000
    /// Computed with Python's hmac.
    private let known = "t=1763750000,v1=7902b1959b33ac7fdc7d139d8abb9ee9330b6cb47d1c0fa96446337d8eb88f53"

    private func refusal(_ header: String?, body: [UInt8]? = nil, at now: Int64? = nil) -> WebhookSignature.Refusal? {
        do {
            try WebhookSignature.check(
                header, body: body ?? self.body, secret: secret, secondsSinceEpoch: now ?? self.now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a signature is the one that others compute`() {
        #expect(WebhookSignature.header(body, secret: secret, secondsSinceEpoch: now) == known)
        #expect(refusal(known) == nil)
    }

    @Test func `another body, secret or time has another one`() {
        #expect(refusal(known, body: body + [0x20]) == .wrong)
        #expect(refusal(known.replacing("t=1763750000", with: "t=1763750001")) == .wrong)
        let other = WebhookSignature.header(body, secret: Secret("another"), secondsSinceEpoch: now)
        #expect(refusal(other) == .wrong)
        // While secrets change there are two.
        #expect(refusal("\(other),\(known.split(separator: ",")[1])") == nil)
    }

    @Test(arguments: [(Int64(-301), false), (-300, true), (0, true), (300, true), (301, false)])
    func `a signature holds for five minutes`(seconds: Int64, isGood: Bool) {
        let refusal = refusal(known, at: now + seconds)
        #expect((refusal == nil) == isGood && refusal != .wrong)
    }

    @Test(arguments: [
        nil, "", "t=1763750000", "v1=abc", "t=,v1=abc", "t=x,v1=abc", "t=-1,v1=abc", "t=1,t=2,v1=abc",
        "t=9223372036854775808,v1=a", "t=1763750000,v1=", "t=1763750000,v2=abc", String(repeating: "v1=a,", count: 300),
    ])
    func `what is no signature is none`(header: String?) { #expect(refusal(header) == .missing) }

    @Test func `extreme times do not trap`() {
        for moment in [0, Int64.max] {
            let header = WebhookSignature.header(body, secret: secret, secondsSinceEpoch: moment)
            #expect(refusal(header, at: .min) == (moment == 0 ? nil : .tooNew))
            #expect(refusal(header, at: .max) == (moment == 0 ? .tooOld : nil))
        }
    }

    /// docs/examples/verify_webhook.py is what organisations copy.
    @Test func `the documented check in Python agrees`() throws {
        func python(_ header: String, _ body: String, at now: Int64) throws -> String {
            let program = """
                import importlib.util, sys
                spec = importlib.util.spec_from_file_location("verify_webhook", sys.argv[1])
                module = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(module)
                print(module.is_genuine(sys.argv[2], sys.argv[3].encode(), "whsec_of_a_test", now=int(sys.argv[4])))
                """
            let example = URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "../../../docs/examples/verify_webhook.py")
            return try Program.run(["python3", "-c", program, example.path, header, body, "\(now)"])
        }
        let text = String(decoding: body, as: UTF8.self)
        let header = WebhookSignature.header(body, secret: secret, secondsSinceEpoch: now)
        #expect(try python(header, text, at: now) == "True\n")
        #expect(try python("t=1763750000,v1=00,\(header.split(separator: ",")[1])", text, at: now + 299) == "True\n")
        #expect(try python(header, text + " ", at: now) == "False\n")
        #expect(try python(header, text, at: now + 301) == "False\n")
        #expect(try python(header, text, at: now - 301) == "False\n")
        for broken in ["", "t=x,v1=y", "v1=", "t=1763750000"] {
            #expect(try python(broken, text, at: now) == "False\n")
        }
    }
}
