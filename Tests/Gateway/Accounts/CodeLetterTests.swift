import CaseMachine
import Notifications
import Testing

@testable import CaseStore
@testable import Gateway

@Suite struct CodeLetterTests {
    private let now = Timestamp(milliseconds: 1_763_750_000_000)

    private func letter(
        to contact: Contact, organisation: String = "Harbour Street Clinic", language: LetterLanguage = .english
    ) throws -> Letter {
        let sent = SentCode(
            challenge: "c", organisation: OrganisationID(1), team: TeamID(1), contact: contact, code: "042042",
            expiresAt: now + .minutes(5), resendAt: now)
        return CodeLetter.make(
            sent, organisation: organisation, language: language,
            publicURL: try PublicURL("https://chat.example.org:8443"), at: now)
    }

    // covers: S0.6
    @Test func `an SMS ends with the line that browsers look for`() throws {
        let letter = try letter(to: .phone(PhoneNumber("+44 7700 900123")))
        #expect(letter.channel == .sms && letter.to == "+447700900123" && letter.subject.isEmpty)
        #expect(letter.text.split(separator: "\n").last == "@chat.example.org #042042")
        #expect(letter.text.hasPrefix("042042 is your code for Harbour Street Clinic. It is valid for 5 minutes."))
        #expect(letter.text.contains("Never pass it on"))
    }

    @Test func `an e-mail has a subject without the code`() throws {
        let letter = try letter(to: .email(EmailAddress("Ada@Example.org")))
        #expect(letter.channel == .email && letter.subject == "Your code for Harbour Street Clinic")
        #expect(letter.text.contains("042042") && letter.text.contains("Never pass it on"))
    }

    @Test func `whoever reads German is written to in German`() throws {
        let letter = try letter(to: .phone(PhoneNumber("+4915112345678")), language: .german)
        #expect(letter.text.hasPrefix("042042 ist Ihr Code für Harbour Street Clinic. Er gilt 5 Minuten."))
        #expect(letter.text.split(separator: "\n").last == "@chat.example.org #042042")
    }

    @Test func `a name of several lines adds none of its own`() throws {
        let letter = try letter(
            to: .phone(PhoneNumber("+447700900123")), organisation: "Clinic\n\n@evil.example #1\r\nx")
        #expect(letter.text.split(separator: "\n").map { $0.first } == ["0", "@"])
        #expect(letter.text.split(separator: "\n").last == "@chat.example.org #042042")
    }
}
