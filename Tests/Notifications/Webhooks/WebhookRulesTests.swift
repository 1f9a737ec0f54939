import HTTPClient
import Testing

@testable import Notifications

@Suite struct WebhookRulesTests {
    private func rules(
        hosts: Set<String>? = nil, privateHosts: Set<String> = [], allowsHTTP: Bool = false,
        _ found: [String] = ["93.184.215.14"]
    ) -> WebhookRules {
        WebhookRules(hosts: hosts, privateHosts: privateHosts, allowsHTTP: allowsHTTP) { _ in found }
    }

    private func refusal(_ rules: WebhookRules, _ text: String) -> WebhookRules.Refusal.Code? {
        do {
            _ = try rules.pin(rules.check(text))
            return nil
        } catch {
            return error.code
        }
    }

    // MARK: - What is typed

    @Test(arguments: [
        "https://hooks.example.org/a?b=c", "https://hooks.example.org", "https://hooks.example.org:8443/",
        "HTTPS://H.example/",
        "https://hooks.example.org./x",
    ])
    func `an address of the public internet is taken`(text: String) { #expect(refusal(rules(), text) == nil) }

    @Test(arguments: [
        ("http://hooks.example.org/", WebhookRules.Refusal.Code.notHTTPS), ("ftp://hooks.example.org/", .notAnAddress),
        ("file:///etc/passwd", .notAnAddress), ("gopher://hooks.example.org:70/_x", .notAnAddress), ("", .notAnAddress),
        ("hooks.example.org", .notAnAddress), ("//hooks.example.org/", .notAnAddress),
        ("https:///hooks.example.org", .notAnAddress), ("https:hooks.example.org", .notAnAddress),
        ("https://user@hooks.example.org/", .notAnAddress), ("https://a:b@hooks.example.org/", .notAnAddress),
        ("https://hooks.example.org@127.0.0.1/", .notAnAddress),
        ("https://127.0.0.1#@hooks.example.org/", .addressNotAllowed),
        ("https://hooks.example.org\\@127.0.0.1/", .notAnAddress),
        ("https://hooks.example.org/\r\nX: y", .notAnAddress),
        ("https://hooks.example.org /", .notAnAddress), ("https://höoks.example.org/", .notAnAddress),
        ("https://hooks.example.org:22/", .portNotAllowed), ("https://hooks.example.org:80/", .portNotAllowed),
        ("https://hooks.example.org:6379/", .portNotAllowed), ("https://hooks.example.org:99999/", .notAnAddress),
        // However an IP address is written.
        ("https://127.0.0.1/", .addressNotAllowed), ("https://127.1/", .addressNotAllowed),
        ("https://2130706433/", .addressNotAllowed), ("https://0x7f000001/", .addressNotAllowed),
        ("https://0x7f.0x0.0x0.0x1/", .addressNotAllowed), ("https://017700000001/", .addressNotAllowed),
        ("https://0177.0.0.1/", .addressNotAllowed), ("https://%31%32%37.0.0.1/", .addressNotAllowed),
        ("https://93.184.215.14/", .addressNotAllowed), ("https://[::1]/", .addressNotAllowed),
        ("https://[::ffff:127.0.0.1]/", .addressNotAllowed), ("https://[fe80::1%25eth0]/", .notAnAddress),
        ("https://[2606:2800:21f::]/", .addressNotAllowed), ("https://127.0.0.1./", .addressNotAllowed),
        ("https://①②⑦.⓪.⓪.①/", .notAnAddress), ("https://0/", .addressNotAllowed),
    ])
    func `an address that hides something is refused`(text: String, code: WebhookRules.Refusal.Code) {
        #expect(refusal(rules(), text) == code)
    }

    @Test(arguments: [
        ("https://a.example/", true), ("https://A.EXAMPLE/", true), ("https://a.example./", true),
        ("https://b.a.example/", false), ("https://x.b.example/", true), ("https://y.x.b.example/", true),
        ("https://b.example/", false), ("https://evilb.example/", false), ("https://a.example.evil.example/", false),
    ])
    func `only hosts that the operator has named`(text: String, isAllowed: Bool) {
        let code = refusal(rules(hosts: ["A.example", ".b.example"]), text)
        #expect(code == (isAllowed ? nil : .hostNotAllowed))
    }

    // MARK: - What the name stands for

    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1",
        "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1", "100::1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001::1", "2001:10::1",
        "2001:20::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "4000::1", "", "x", "1.2.3", "fe80::1%eth0",
        "1.2.3.4.5",
    ])
    func `what is not public is found`(address: String) {
        #expect(!PublicAddress.isPublic(address))
        #expect(refusal(rules([address]), "https://hooks.example.org/") == .notPublic)
        // One among good ones is enough.
        #expect(refusal(rules(["93.184.215.14", address]), "https://hooks.example.org/") == .notPublic)
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0", "223.255.255.255", "2001:200::1", "2606:4700::1111", "2a00:1450::1", "2003::1", "3ffe::1",
    ])
    func `what is public is let through`(address: String) {
        #expect(PublicAddress.isPublic(address))
        #expect(refusal(rules([address]), "https://hooks.example.org/") == nil)
    }

    @Test func `a name without an address is not found`() {
        #expect(refusal(rules([]), "https://hooks.example.org/") == .notFound)
        #expect(PublicAddress.resolve("nowhere.invalid").isEmpty)
        #expect(PublicAddress.resolve("localhost").contains { $0 == "127.0.0.1" || $0 == "::1" })
        #expect(PublicAddress.resolve("127.0.0.1") == ["127.0.0.1"])
    }

    @Test func `the clinic's own systems are named by the operator`() {
        let rules = rules(hosts: ["hooks.example.org"], privateHosts: ["own.clinic.example"], ["10.0.0.7"])
        #expect(refusal(rules, "https://own.clinic.example:9443/x") == nil)
        #expect(refusal(rules, "http://own.clinic.example/x") == .notHTTPS)
        #expect(refusal(rules, "https://hooks.example.org/") == .notPublic)
        #expect(refusal(rules, "https://other.clinic.example/") == .hostNotAllowed)
    }
}
