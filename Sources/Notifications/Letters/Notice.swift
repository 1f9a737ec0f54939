/// What the house has to say to somebody who is not looking. None of it says what a conversation is about: a phone shows it
/// on its locked screen.
package enum Notice: Sendable, Hashable {
    /// A one-time code; `host` is the page's, by which a browser offers to fill it in (WebOTP §5).
    case code(String, minutes: Int, host: String)
    /// To a guest: the team has written.
    case missedResponse(link: String)
    /// To a member: a guest of this team has written.
    case teamMissedResponse(team: String, link: String)
    /// To a team: nobody has answered a guest yet.
    case firstResponseAlert(team: String, link: String)
    /// To somebody who is asked into a room.
    case invitation(link: String)
    case closingWarning(hours: Int, link: String)
    case closed(link: String)
    /// It ended by itself, and nobody ever answered.
    case closedUnanswered(link: String)
    /// To somebody who is to become a member.
    case memberInvitation(link: String)
    /// To a number that is to send SMS from now on.
    case senderActivation(code: String)
    /// By the button in the settings.
    case test

    /// For tests and previews: one of each.
    package static let samples: [Self] = [
        .code("042042", minutes: 5, host: "chat.example.org"), .missedResponse(link: sampleLink),
        .teamMissedResponse(team: "Reception", link: sampleLink),
        .firstResponseAlert(team: "Reception", link: sampleLink),
        .invitation(link: sampleLink), .closingWarning(hours: 24, link: sampleLink), .closed(link: sampleLink),
        .closedUnanswered(link: sampleLink), .memberInvitation(link: sampleLink), .senderActivation(code: "042042"),
        .test,
    ]

    private static let sampleLink = "https://chat.example.org/c/0123456789abcdef0123456789abcdef"
}

/// In which language somebody is written to.
package enum LetterLanguage: String, Sendable, Hashable, CaseIterable {
    case english = "en"
    case german = "de"

    /// By a language tag (RFC 5646), such as `de-AT`, or several as in Accept-Language; the first that is spoken here, and
    /// English where none is.
    package init(_ tags: String?) {
        let tags = (tags ?? "").utf8.prefix(200).split(separator: UInt8(ascii: ",")).map { tag in
            String(decoding: tag, as: UTF8.self).lowercased().split { "-_; ".contains($0) }.first.map(String.init) ?? ""
        }
        self = tags.lazy.compactMap(Self.init(rawValue:)).first ?? .english
    }
}
