import TestSupport
import Testing

@testable import HTTPClient

private let sharedServer = Result { try AwkwardMailServer(.startTLS) }

@Suite struct SMTPClientTests {
    private static let patient = Timeouts(connect: .seconds(10), whole: .seconds(20))

    private func message(
        to: String = "ada@guests.example", from: String = "Harbour Street Clinic <desk@clinic.example>",
        subject: String = "A reply", text: String = "There is a reply.", id: String = "abc123"
    ) throws -> MailMessage {
        let sender = try #require(MailAddress(from))
        let recipient = try #require(MailAddress(to))
        return try #require(
            MailMessage(
                from: sender, to: recipient, subject: subject, text: text, id: id, secondsSinceEpoch: 1_763_750_000))
    }

    private func client(
        _ server: AwkwardMailServer, user: String? = nil, password: String? = nil, allowsPlain: Bool = false,
        timeouts: Timeouts = patient
    ) throws -> SMTPClient {
        try SMTPClient(
            SMTPServer(
                server.url, user: user, password: password, allowsPlain: allowsPlain, authorities: server.authorities,
                timeouts: timeouts))
    }

    private func failure(_ client: SMTPClient, _ message: MailMessage) -> SMTPFailure? {
        do {
            try client.send(message)
            return nil
        } catch {
            return error
        }
    }

    // MARK: - What arrives

    @Test func `a mail arrives over STARTTLS as it was written`() throws {
        let server = try AwkwardMailServer(.startTLS)
        let text =
            "Grüße!\n\n.\n..leading dots\nFrom here = there \ntrailing space \n"
            + String(repeating: "ä", count: 200) + "\nhttps://chat.example.org/c/abc=def\r\nend"
        let said = try client(server).send(message(subject: "Ihr Befund: wir haben geantwortet — Klinik", text: text))
        #expect(said.contains("Taken as 42"))
        let seen = try #require(server.seen.first)
        #expect(seen.isTLS && seen.from == "desk@clinic.example" && seen.to == ["ada@guests.example"])
        #expect(seen.host == "clinic.example" && seen.defects.isEmpty && seen.bareLineEnds == 0)
        #expect(seen.fields["Subject"] == "Ihr Befund: wir haben geantwortet — Klinik")
        #expect(seen.fromName == "Harbour Street Clinic")
        #expect(seen.fields["Message-ID"] == "<abc123@clinic.example>")
        #expect(seen.fields["Date"] == "Fri, 21 Nov 2025 18:33:20 +0000")
        #expect(seen.fields["Auto-Submitted"] == "auto-generated")
        #expect(seen.text.split(whereSeparator: \.isNewline) == text.split(whereSeparator: \.isNewline))
        #expect(seen.longestLine <= 76)
    }

    @Test func `TLS from the first byte, and a password`() throws {
        let server = try AwkwardMailServer(.implicit, password: "geheim")
        try client(server, user: "foyer", password: "geheim").send(message())
        let seen = try #require(server.seen.first)
        #expect(seen.isTLS && seen.user == "foyer")
        let wrong = failure(try client(server, user: "foyer", password: "falsch"), try message())
        #expect(wrong?.code == .notLetIn && wrong?.reply == 535 && wrong?.description.contains("falsch") == false)
        // Without, the server says that it wants one.
        let none = failure(try client(server), try message())
        #expect(none?.code == .notLetIn && none?.reply == 530)
        #expect(try server.seen.count == 1)
    }

    @Test func `a password after STARTTLS`() throws {
        let server = try AwkwardMailServer(.startTLS, password: "geheim")
        try client(server, user: "foyer", password: "geheim").send(message())
        #expect(try server.seen.first?.user == "foyer")
    }

    @Test func `a name with letters, quotes or brackets stays a name`() throws {
        let server = try sharedServer.get()
        for (name, shown) in [
            ("Praxis Dr. Müller & Söhne", "Praxis Dr. Müller & Söhne"), ("A, B \\\"C\\\" (D)", "A, B \\\"C\\\" (D)"),
            ("<x@evil.example>", "<x@evil.example>"), ("Clinic\r\nBcc: x@evil.example", "Clinic  Bcc: x@evil.example"),
            (String(repeating: "ü", count: 100), String(repeating: "ü", count: 100)),
            ("=?utf-8?B?eA==?=", "=?utf-8?B?eA==?="),
        ] {
            try client(server).send(message(from: "\(name) <named@clinic.example>"))
            let seen = try #require(server.seen.last { $0.from == "named@clinic.example" })
            // Python's reader puts a space between two encoded words of a name.
            #expect(seen.fromName.split(separator: " ").joined() == shown.split(separator: " ").joined())
            #expect(seen.defects.isEmpty && seen.longestLine <= 76)
            #expect(seen.names.sorted() == Self.names)
        }
    }

    private static let names = [
        "Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "Date", "From", "MIME-Version", "Message-ID",
        "Subject", "To",
    ]

    @Test(arguments: [
        "x\r\nBcc: evil@evil.example", "x\nBcc: evil@evil.example\n\nbody", "x\r\n\r\n<script>", "x\u{2028}y\0z\u{85}",
        "=?utf-8?Q?x=0D=0ABcc:_evil?=", " leading and trailing ", String(repeating: "long words ", count: 40),
        String(repeating: "👩‍⚕️", count: 60), "",
    ])
    func `nothing in a subject becomes a header`(subject: String) throws {
        let server = try sharedServer.get()
        let address = "subject\(subject.utf8.count)@guests.example"
        try client(server).send(message(to: address, subject: subject))
        let seen = try #require(server.seen.first { $0.to == [address] })
        #expect(seen.names.sorted() == Self.names && seen.longestLine <= 76 && seen.bareLineEnds == 0)
        let controls: Set<Unicode.Scalar> = ["\r", "\n", "\0", "\u{85}", "\u{2028}"]
        let expected = String(String.UnicodeScalarView(subject.unicodeScalars.map { controls.contains($0) ? " " : $0 }))
        // Spaces at the ends of a header are nobody's (RFC 5322 §2.2), unless they are inside an encoded word.
        #expect(seen.fields["Subject"]?.split(separator: " ") == expected.split(separator: " "))
    }

    @Test func `what cannot be an address is none, and what is too long is no mail`() throws {
        for text in [
            "", "x", "@", "a@", "@b", "a@b@c", "a b@c.example", "a@b\r\n.example", "a@b.example>", "<a@b.example",
            "a\r\nRCPT TO:<x@y>@b.example", "a@-b.example", "a..b@c.example", ".a@c.example", "a@b..example",
            "ä@b.example",
            "\"a b\"@c.example", "a@[127.0.0.1]", String(repeating: "a", count: 250) + "@b.example",
            String(repeating: "n", count: 201) + " <a@b.example>",
        ] { #expect(MailAddress(text) == nil, "\(text)") }
        #expect(MailAddress("\"Ada, L.\" <ada@x.example>")?.name == "Ada, L.")
        #expect(MailAddress(" ada@localhost ")?.address == "ada@localhost")
        let ada = try #require(MailAddress("ada@x.example"))
        func make(_ subject: Int, _ text: Int, _ id: String) -> MailMessage? {
            MailMessage(
                from: ada, to: ada, subject: String(repeating: "s", count: subject),
                text: String(repeating: "t", count: text), id: id, secondsSinceEpoch: .max)
        }
        #expect(make(1000, 65_536, "x") != nil && make(1001, 0, "x") == nil && make(0, 65_537, "x") == nil)
        #expect(make(0, 0, "") == nil && make(0, 0, "a>b") == nil && make(0, 0, "a\r\nb") == nil)
        #expect(make(0, 0, String(repeating: "x", count: 101)) == nil)
    }

    // MARK: - How it fails

    @Test(arguments: [
        ("unknown", SMTPFailure.Code.refused, true, 550), ("later", .refused, false, 451),
        ("closing", .refused, false, 421),
        ("spam", .refused, true, 554), ("full", .refused, false, 452),
    ])
    func `a refusal is for ever or for now`(name: String, code: SMTPFailure.Code, isPermanent: Bool, reply: Int) throws
    {
        let failed = failure(try client(sharedServer.get()), try message(to: "\(name)@guests.example"))
        #expect(failed?.code == code && failed?.isPermanent == isPermanent && failed?.reply == reply)
        #expect(failed?.description.contains("\(reply)") == true)
        #expect(failed?.description.contains("guests.example") == false)
    }

    @Test func `whose sender is refused must change the settings, not the letter`() throws {
        let failed = failure(try client(sharedServer.get()), try message(from: "nobody@clinic.example"))
        #expect(failed?.code == .notLetIn && failed?.isPermanent == false && failed?.reply == 550)
    }

    @Test(arguments: ["hang", "hang-up"])
    func `who had it all and said nothing may have taken it`(name: String) throws {
        let start = ContinuousClock.now
        let hasty = Timeouts(connect: .seconds(10), whole: .seconds(2))
        let failed = failure(try client(sharedServer.get(), timeouts: hasty), try message(to: "\(name)@guests.example"))
        // Also the goodbye is not waited for any longer.
        #expect(ContinuousClock.now - start < .seconds(15))
        #expect(failed?.code == .uncertain)
        #expect(try sharedServer.get().seen.count { $0.to == ["\(name)@guests.example"] } == 1)
    }

    @Test func `a slow one is waited for`() throws {
        try client(sharedServer.get()).send(message(to: "slow@guests.example"))
    }

    @Test func `nobody there, nobody reached`() throws {
        let gone = try client(AwkwardMailServer(.none), allowsPlain: true)
        #expect(failure(gone, try message())?.code == .notReached)
    }

    @Test func `a server without TLS gets no mail, unless that is allowed`() throws {
        let server = try AwkwardMailServer(.none)
        #expect(failure(try client(server), try message())?.code == .notLetIn)
        #expect(try server.seen.isEmpty)
        try client(server, allowsPlain: true).send(message())
        #expect(try server.seen.map(\.isTLS) == [false])
    }

    @Test func `a certificate that nobody vouches for gets no mail`() throws {
        for security in [AwkwardMailServer.Security.startTLS, .implicit] {
            let server = try AwkwardMailServer(security)
            let stranger = SMTPClient(try SMTPServer(server.url, timeouts: Self.patient))
            #expect(failure(stranger, try message())?.code == .notLetIn)
            #expect(try server.seen.isEmpty)
        }
    }
}

@Suite struct SMTPServerTests {
    @Test(arguments: [
        ("smtp://mail.example", false, "mail.example", 587), ("smtps://mail.example", true, "mail.example", 465),
        ("smtp://mail.example:25", false, "mail.example", 25), ("SMTPS://Mail.example:80/", true, "mail.example", 80),
        ("smtp://[::1]", false, "::1", 587), ("smtp://[::1]:2525", false, "::1", 2525),
    ])
    func `a URL says where mail is handed in`(url: String, isTLS: Bool, host: String, port: UInt16) throws {
        let server = try SMTPServer(url)
        #expect(server.isTLS == isTLS && server.host == host && server.port == port)
    }

    @Test(arguments: [
        "", "smtp", "smtp:", "smtp://", "mail.example", "http://mail.example", "smtp://mail.example/path",
        "smtp://mail.example?x", "smtp://user:pass@mail.example", "smtp://mail example", "smtp://mail.example:0",
        "smtp://mail.example:x", "smtp://mail.example\r\nx",
    ])
    func `what is none says what to write`(url: String) {
        #expect { try SMTPServer(url) } throws: { ($0 as? SMTPServer.Wrong)?.description.isEmpty == false }
    }

    @Test func `a password goes with a user, and not without TLS`() {
        #expect(throws: SMTPServer.Wrong.self) { try SMTPServer("smtp://x", user: "u") }
        #expect(throws: SMTPServer.Wrong.self) { try SMTPServer("smtp://x", password: "p") }
        #expect(throws: SMTPServer.Wrong.self) {
            try SMTPServer("smtp://x", user: "u", password: "p", allowsPlain: true)
        }
        #expect(throws: Never.self) { try SMTPServer("smtps://x", user: "u", password: "p", allowsPlain: true) }
    }

    @Test func `the password is in no text`() throws {
        let server = try SMTPServer("smtp://x", user: "u", password: "geheim")
        var dumped = ""
        dump(server, to: &dumped)
        #expect(!dumped.contains("geheim") && !"\(server)".contains("geheim"))
    }
}

@Suite struct MailEncodingTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ])
    func `base64 as in RFC 4648 §10`(text: String, encoded: String) {
        #expect(Base64.of(Array(text.utf8)) == encoded)
    }

    @Test(arguments: [
        ("", ""), ("a", "a\r\n"), ("a\r\nb\nc\rd", "a\r\nb\r\nc\r\nd\r\n"), ("a \n\tb\t", "a=20\r\n\tb=09\r\n"),
        ("=ü", "=3D=C3=BC\r\n"), ("\n\n", "\r\n\r\n"), ("\0", "=00\r\n"),
    ])
    func `quoted-printable as in RFC 2045 §6-7`(text: String, encoded: String) {
        #expect(String(decoding: QuotedPrintable.of(text), as: UTF8.self) == encoded)
    }

    @Test func `no line is longer than 76 signs`() {
        for length in 70...240 {
            for sign in ["a", "=", "ü", " "] {
                let lines = QuotedPrintable.of(String(repeating: sign, count: length)).split(separator: 0x0A)
                #expect(lines.allSatisfy { $0.count <= 77 })
            }
        }
    }

    @Test(arguments: [
        (Int64(0), "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_763_750_000, "Fri, 21 Nov 2025 18:33:20 +0000"), (.min, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (.max, "Fri, 31 Dec 9999 23:59:59 +0000"),
    ])
    func `a date as in RFC 5322 §3-3`(seconds: Int64, text: String) {
        #expect(MailMessage.date(seconds) == text)
    }
}
