package import CaseMachine

/// The house's letters in the words of one language. An SMS has at most two segments whatever the organisation is called, as
/// long as its link is not longer than `longestLink`: its name is cut, and, where its letters would make the whole text
/// travel as UTF-16 and cost more segments, left out.
package struct LetterTemplates: Sendable {
    package static let maxSegments = 2
    /// Of a link in an SMS, in characters: beside the longest text of the templates.
    package static let longestLink = 120
    /// Of a name in an SMS: more would not fit on the locked screen either.
    static let longestName = 40
    private static let shortName = 20
    /// Of a name in an e-mail, where there is room.
    static let longestNameInMail = 120

    private let organisation: String
    private let language: LetterLanguage

    package init(organisation: String, language: LetterLanguage) {
        self.organisation = organisation
        self.language = language
    }

    package func letter(_ notice: Notice, to: String, by channel: Letter.Channel, at moment: Timestamp) -> Letter {
        switch channel {
        case .sms: return Letter(channel: .sms, to: to, text: sms(notice), at: moment)
        case .email:
            let name = OneLine.of(organisation, longest: Self.longestNameInMail)
            let (subject, lines) = words.mail(notice.bounded(Self.longestNameInMail), name)
            return Letter(
                channel: .email, to: to, subject: OneLine.of(subject, longest: 2 * Self.longestNameInMail),
                text: (lines + ["", words.machine]).joined(separator: "\n"), at: moment)
        }
    }

    private func sms(_ notice: Notice) -> String {
        let candidates = [Self.longestName, Self.shortName, 0].map { longest in
            words.sms(notice.bounded(longest), OneLine.of(organisation, longest: longest))
        }
        return candidates.first { SMSText($0).segments <= Self.maxSegments } ?? candidates[candidates.count - 1]
    }

    private var words: any LetterWords {
        switch language {
        case .english: EnglishWords()
        case .german: GermanWords()
        }
    }
}

/// A language's templates. `name` and a team's name may be empty: then the text does without.
protocol LetterWords: Sendable {
    /// Only of signs that the 7-bit alphabet of SMS has.
    func sms(_ notice: Notice, _ name: String) -> String
    func mail(_ notice: Notice, _ name: String) -> (subject: String, lines: [String])
    /// The last line of each mail.
    var machine: String { get }
}

extension LetterWords {
    /// `NAME: ` in front of a whole sentence.
    func lead(_ name: String) -> String { name.isEmpty ? "" : "\(name): " }
    /// ` for NAME`, with whatever word stands for "for".
    func tail(_ word: String, _ name: String) -> String { name.isEmpty ? "" : " \(word) \(name)" }
}

extension Notice {
    /// With its team's name on one line and of bounded length.
    func bounded(_ longest: Int) -> Self {
        switch self {
        case .teamMissedResponse(let team, let link):
            .teamMissedResponse(team: OneLine.of(team, longest: longest), link: link)
        case .firstResponseAlert(let team, let link):
            .firstResponseAlert(team: OneLine.of(team, longest: longest), link: link)
        case .code, .missedResponse, .invitation, .closingWarning, .closed, .closedUnanswered, .memberInvitation,
            .senderActivation, .test:
            self
        }
    }
}
