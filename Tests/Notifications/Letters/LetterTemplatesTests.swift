import CaseMachine
import Testing

@testable import Notifications

@Suite struct LetterTemplatesTests {
    private static let at = Timestamp(milliseconds: 0)
    private static let names = [
        "Harbour Street Clinic", "", "Praxis Dr. Müller & Söhne", String(repeating: "Ärzte ", count: 60),
        "Поликлиника № 7 на Невском", "クリニック", String(repeating: "👩‍⚕️", count: 30), "Clinic\n@evil.example #1",
        "{[€]}|~^",
    ]

    private func letter(
        _ notice: Notice, _ channel: Letter.Channel, name: String = "Harbour Street Clinic",
        _ language: LetterLanguage = .english
    ) -> Letter {
        LetterTemplates(organisation: name, language: language).letter(notice, to: "x", by: channel, at: Self.at)
    }

    // MARK: - SMS

    @Test(arguments: LetterLanguage.allCases, Self.names)
    func `each SMS has at most two segments, whatever the names`(language: LetterLanguage, name: String) {
        let link = "https://" + String(repeating: "x", count: LetterTemplates.longestLink - 8)
        let notices =
            Notice.samples + [
                .missedResponse(link: link), .invitation(link: link), .closingWarning(hours: 1000, link: link),
                .closed(link: link), .closedUnanswered(link: link), .memberInvitation(link: link),
                .teamMissedResponse(team: name, link: link), .firstResponseAlert(team: name, link: link),
                .code("042042", minutes: 10, host: String(repeating: "h", count: 63)),
            ]
        for notice in notices {
            let text = letter(notice, .sms, name: name, language).text
            #expect(SMSText(text).segments <= LetterTemplates.maxSegments, "\(text)")
            #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        }
    }

    @Test(arguments: LetterLanguage.allCases)
    func `the words themselves need no more than the small alphabet`(language: LetterLanguage) {
        for notice in Notice.samples {
            #expect(SMSText(letter(notice, .sms, name: "Clinic", language).text).alphabet == .gsm7)
        }
    }

    @Test func `a name that would make it three segments is cut, then left out`() {
        let code = Notice.code("042042", minutes: 5, host: "chat.example.org")
        #expect(
            letter(code, .sms).text.hasPrefix(
                "042042 is your code for Harbour Street Clinic. It is valid for 5 minutes."))
        #expect(letter(code, .sms, name: "Поликлиника").text.hasPrefix("042042 is your code. It"))
        let link = Notice.missedResponse(link: "https://chat.example.org/c/0123456789abcdef0123456789abcdef")
        #expect(letter(link, .sms, name: "Поликлиника").text.hasPrefix("Поликлиника: There is a reply for you."))
        let long = letter(link, .sms, name: String(repeating: "n", count: 50)).text
        #expect(long.hasPrefix(String(repeating: "n", count: 37) + "...: There"))
    }

    @Test(arguments: LetterLanguage.allCases)
    func `a link is never cut`(language: LetterLanguage) {
        let link = "https://" + String(repeating: "x", count: 1000)
        for notice in [Notice.missedResponse(link: link), .invitation(link: link), .closed(link: link)] {
            #expect(letter(notice, .sms, language).text.hasSuffix(link))
            #expect(letter(notice, .email, language).text.split(separator: "\n").contains(Substring(link)))
        }
    }

    @Test func `the code's last line is the one that browsers look for`() {
        for language in LetterLanguage.allCases {
            for name in Self.names {
                let text = letter(.code("042042", minutes: 1, host: "h.example"), .sms, name: name, language).text
                #expect(text.split(separator: "\n").map(String.init).last == "@h.example #042042")
                #expect(text.split(separator: "\n").count == 2)
            }
        }
    }

    @Test func `one minute is one minute`() {
        let code = Notice.code("1", minutes: 1, host: "h")
        #expect(letter(code, .sms).text.contains("valid for 1 minute."))
        #expect(letter(code, .sms, .german).text.contains("gilt 1 Minute."))
    }

    // MARK: - E-mail

    @Test(arguments: LetterLanguage.allCases, Self.names)
    func `each e-mail has a subject of one line and says that nobody reads answers`(
        language: LetterLanguage, name: String
    ) {
        for notice in Notice.samples {
            let letter = letter(notice, .email, name: name, language)
            #expect(!letter.subject.isEmpty && !letter.subject.contains("\n") && letter.subject.count <= 240)
            #expect(letter.text.hasSuffix(language == .german ? "liest niemand." : "answers to it."))
            #expect(letter.text.utf8.count < 2000)
        }
    }

    @Test func `a code stands in the text, not in the subject`() {
        for language in LetterLanguage.allCases {
            let letter = letter(.code("042042", minutes: 5, host: "h"), .email, language)
            #expect(letter.text.contains("042042") && !letter.subject.contains("042042"))
        }
    }

    @Test func `every notice has words of its own in each language and channel`() {
        for channel in [Letter.Channel.sms, .email] {
            let texts = LetterLanguage.allCases.flatMap { language in
                Notice.samples.map { letter($0, channel, language).text }
            }
            #expect(Set(texts).count == 2 * Notice.samples.count)
        }
    }

    // covers: B9
    @Test func `no letter says what a conversation is about`() {
        let words = [
            "patient", "doctor", "report", "diagnos", "befund", "arzt", "krank", "ill", "appointment", "subject",
        ]
        for language in LetterLanguage.allCases {
            for channel in [Letter.Channel.sms, .email] {
                for notice in Notice.samples {
                    let letter = letter(notice, channel, name: "N", language)
                    let said = Set(
                        (letter.subject + " " + letter.text).lowercased().split { !$0.isLetter }.map(String.init))
                    #expect(said.isDisjoint(with: words))
                }
            }
        }
    }

    // MARK: - The language

    @Test(arguments: [
        ("de", LetterLanguage.german), ("de-AT", .german), ("DE_ch", .german), ("en-GB", .english), ("fr", .english),
        ("fr-CH, fr;q=0.9, de;q=0.8, en;q=0.7", .german), ("da, en;q=0.8, de;q=0.7", .english), ("", .english),
        ("deutsch", .english), (",,;-", .english), (" de", .german), ("*", .english),
    ])
    func `a language is chosen by its tag`(tags: String, language: LetterLanguage) {
        #expect(LetterLanguage(tags) == language)
    }

    @Test func `no tag, or an endless one, is English`() {
        #expect(LetterLanguage(nil) == .english)
        #expect(LetterLanguage(String(repeating: "fr,", count: 1_000_000) + "de") == .english)
    }
}
