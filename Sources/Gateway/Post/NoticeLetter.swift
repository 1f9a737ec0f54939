import CaseMachine
import CaseStore
import Notifications

/// The letters that a case causes. They name the organisation and hold a link, and say nothing of what the case is about: a
/// phone shows them on its locked screen (REQUIREMENTS, "Missed response").
enum NoticeLetter {
    enum Occasion: Hashable, Sendable {
        /// Somebody of the team said something that the guest has not seen.
        case missedByGuest
        case missedByTeam
        /// Nobody answers a guest.
        case unanswered
        case invitation
        case closesSoon
        case closed
    }

    static func make(_ occasion: Occasion, to contact: Contact, from sender: String, link: String, at now: Timestamp)
        -> Letter
    {
        let name = sender.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(longestName)
        let (subject, sentence) = words(occasion, String(name))
        switch contact {
        case .phone(let number):
            return Letter(channel: .sms, to: number.normalised, text: "\(sentence) \(link)", at: now)
        case .email(let address):
            return Letter(
                channel: .email, to: address.normalised, subject: subject, text: "\(sentence)\n\n\(link)\n", at: now)
        }
    }

    /// So that the link stands in the first of an SMS's parts.
    private static let longestName = 40

    private static func words(_ occasion: Occasion, _ name: String) -> (String, String) {
        switch occasion {
        case .missedByGuest:
            ("You have a new message from \(name)", "\(name) has answered you. Read it here:")
        case .missedByTeam:
            ("A guest waits for an answer (\(name))", "A guest has written, and nobody has seen it yet:")
        case .unanswered:
            ("A guest has had no answer yet (\(name))", "A guest waits, and nobody has answered yet:")
        case .invitation:
            ("\(name) invites you to a chat", "\(name) invites you to a chat:")
        case .closesSoon:
            ("Your chat with \(name) closes tomorrow", "Your chat with \(name) closes in 24 hours unless you write:")
        case .closed:
            ("Your chat with \(name) was closed", "Your chat with \(name) was closed. You can read it here:")
        }
    }
}
