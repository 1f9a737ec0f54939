import CaseMachine
import HTTPClient
import TestSupport
import Testing

@testable import Notifications

private let sharedMail = Result { try AwkwardMailServer(.startTLS) }

@Suite struct SMTPMailTests {
    private func transport(_ server: AwkwardMailServer, timeouts: Timeouts = Timeouts()) throws -> SMTPMail {
        let sender = try #require(MailAddress("Harbour Street Clinic <desk@clinic.example>"))
        return SMTPMail(
            try SMTPServer(server.url, authorities: server.authorities, timeouts: timeouts), from: sender)
    }

    private func mail(_ to: String) -> Letter {
        LetterTemplates(organisation: "Klinik Größe", language: .german).letter(
            .missedResponse(link: "https://chat.example.org/c/1"), to: to, by: .email, at: Provider.now)
    }

    @Test func `a letter arrives, and its key is its Message-ID`() throws {
        let server = try AwkwardMailServer(.startTLS)
        guard case .taken(let reference?) = try transport(server).send(mail("ada@guests.example"), key: "o-1") else {
            Issue.record("not taken")
            return
        }
        #expect(reference.contains("Taken as 42"))
        _ = try transport(server).send(mail("ada@guests.example"), key: "o-1")
        _ = try transport(server).send(mail("ada@guests.example"), key: "o-2")
        let seen = try server.seen
        #expect(seen[0].fields["Subject"] == "Eine Antwort von Klinik Größe" && seen[0].defects.isEmpty)
        #expect(seen[0].text.contains("https://chat.example.org/c/1"))
        let ids = seen.map { $0.fields["Message-ID"] ?? "" }
        #expect(ids[0] == ids[1] && ids[1] != ids[2] && ids[0].hasSuffix("@clinic.example>") && !ids[0].contains("o-1"))
    }

    @Test(arguments: [
        ("unknown", true), ("later", false), ("spam", true), ("full", false), ("closing", false),
    ])
    func `a refusal is for ever or for now`(name: String, isPermanent: Bool) throws {
        let delivery = try transport(sharedMail.get()).send(mail("\(name)@guests.example"), key: "k")
        guard case .refused(let reason, isPermanent) = delivery else {
            Issue.record("\(delivery)")
            return
        }
        #expect(!reason.contains("guests.example"))
    }

    @Test func `who had it all and said nothing may have it`() throws {
        guard
            case .uncertain = try transport(sharedMail.get(), timeouts: Provider.hasty).send(
                mail("hang@guests.example"), key: "k")
        else {
            Issue.record("not uncertain")
            return
        }
    }

    @Test func `who is down was not reached, and who is not trusted gets none`() throws {
        let server = try AwkwardMailServer(.startTLS)
        let sender = try #require(MailAddress("desk@clinic.example"))
        let stranger = SMTPMail(try SMTPServer(server.url), from: sender)
        guard case .refused(_, permanent: false) = stranger.send(mail("ada@guests.example"), key: "k") else {
            Issue.record("not refused")
            return
        }
        let gone = SMTPMail(
            try SMTPServer(AwkwardMailServer(.none).url, allowsPlain: true), from: sender)
        guard case .notReached = gone.send(mail("ada@guests.example"), key: "k") else {
            Issue.record("reached")
            return
        }
    }

    @Test func `what is no e-mail is refused for ever`() throws {
        let transport = try transport(sharedMail.get())
        let long = Letter(
            channel: .email, to: "a@b.example", text: String(repeating: "x", count: 70_000),
            at: Timestamp(milliseconds: .min))
        for letter in [sms(), mail("x\r\ny@z.example"), mail(""), long] {
            guard case .refused(_, permanent: true) = transport.send(letter, key: "k") else {
                Issue.record("not refused: \(letter.to)")
                continue
            }
        }
    }
}
