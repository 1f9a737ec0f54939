import HTTPClient
import TestSupport
import Testing

@testable import Notifications

@Suite struct WebhookSenderTests {
    private let provider: Provider
    private let event = WebhookEvent(id: "e-1", body: Array(#"{"id":"e-1","type":"case.closed"}"#.utf8))
    private let secrets = [Secret("new"), Secret("old")]

    init() throws { provider = try Provider.shared.get() }

    /// A name that no resolver knows, and what it stands for here.
    private func sender(_ found: [String] = ["127.0.0.1"], timeouts: Timeouts = Timeouts()) -> WebhookSender {
        let rules = WebhookRules(hosts: nil, privateHosts: ["own.invalid"], allowsHTTP: true) { _ in found }
        return WebhookSender(rules, client: HTTPClient(), timeouts: timeouts) { Provider.now }
    }

    private func url(_ behaviour: String) -> String { provider.url(behaviour, host: "own.invalid") }

    @Test func `an event is posted to the address that was looked at, signed by each secret`() throws {
        #expect(sender().send(event, to: url("/echo/event"), secrets: secrets) == .taken(reference: nil))
        let asked = try #require(provider.asked("/echo/event").first)
        #expect(Array(asked.body.utf8) == event.body && asked.field("Foyer-Event") == "e-1")
        #expect(asked.field("Host")?.hasPrefix("own.invalid:") == true)
        for secret in secrets {
            #expect(throws: Never.self) {
                try WebhookSignature.check(
                    asked.field("Foyer-Signature"), body: event.body, secret: secret, secondsSinceEpoch: 1_763_750_000)
            }
        }
    }

    @Test func `over TLS the certificate is the name's`() throws {
        let authority = try TestAuthority(TemporaryFolder())
        for (name, isTaken) in [("own.invalid", true), ("other.invalid", false)] {
            let certificate = try authority.certify(name, "DNS:\(name)")
            let server = try PythonServer(
                "awkward_http.py", ["--tls-cert", certificate.certificateFile, "--tls-key", certificate.keyFile])
            let rules = WebhookRules(hosts: [], privateHosts: ["own.invalid"]) { _ in ["127.0.0.1"] }
            let sender = WebhookSender(
                rules, client: HTTPClient(authorities: authority.certificateFile), timeouts: Provider.hasty
            ) { Provider.now }
            let delivery = sender.send(event, to: "https://own.invalid:\(server.port)/echo", secrets: secrets)
            #expect((delivery == .taken(reference: nil)) == isTaken)
        }
    }

    @Test(arguments: [
        ("/status/410", true), ("/status/400", false), ("/status/404", false), ("/status/500", false),
        ("/status/429", false),
        ("/redirect", false), ("/status/401", false),
    ])
    func `a refusal is for ever only when they say so`(behaviour: String, isPermanent: Bool) {
        guard case .refused(_, isPermanent) = sender().send(event, to: url(behaviour), secrets: secrets) else {
            Issue.record("not refused so")
            return
        }
    }

    @Test func `nobody is followed elsewhere`() throws {
        _ = sender().send(event, to: url("/redirect"), secrets: secrets)
        #expect(try provider.asked("/echo/elsewhere").allSatisfy { $0.field("Foyer-Event") == nil })
    }

    @Test func `who hangs may have it, and an endless answer is not read`() {
        for behaviour in ["/hang", "/bytes/1000000/500"] {
            guard case .uncertain = sender(timeouts: Provider.hasty).send(event, to: url(behaviour), secrets: secrets)
            else {
                Issue.record("\(behaviour)")
                continue
            }
        }
        #expect(sender().send(event, to: url("/bytes/1000000"), secrets: secrets) == .taken(reference: nil))
    }

    @Test func `the next address is tried when nobody is at the first`() throws {
        // The server listens at 127.0.0.1 alone.
        let sender = sender(["127.0.0.2", "127.0.0.3", "127.0.0.1"])
        #expect(sender.send(event, to: url("/echo/next"), secrets: secrets) == .taken(reference: nil))
        guard case .notReached = self.sender(["127.0.0.2"]).send(event, to: url("/echo"), secrets: secrets) else {
            Issue.record("reached")
            return
        }
    }

    @Test func `what the rules refuse is not sent`() throws {
        let strict = WebhookRules(hosts: nil) { _ in ["127.0.0.1"] }
        let sender = WebhookSender(strict, client: HTTPClient(), timeouts: Provider.hasty) { Provider.now }
        guard case .refused(_, permanent: true) = sender.send(event, to: url("/echo/strict"), secrets: secrets) else {
            Issue.record("not for ever")
            return
        }
        // A name may be another's today, and theirs again tomorrow.
        guard
            case .refused(_, permanent: false) = sender.send(
                event, to: "https://x.invalid/echo/strict", secrets: secrets)
        else {
            Issue.record("for ever")
            return
        }
        #expect(try provider.asked("/echo/strict").isEmpty)
    }
}
