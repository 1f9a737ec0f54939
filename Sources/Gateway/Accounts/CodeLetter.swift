import CaseMachine
import CaseStore
import Notifications

/// The letter with a one-time code. It names the organisation, so that its reader knows what it belongs to, and says
/// nothing of their reason: a phone shows it on its locked screen.
enum CodeLetter {
    static func make(
        _ sent: SentCode, organisation: String, language: LetterLanguage = .english, publicURL: PublicURL,
        at now: Timestamp
    ) -> Letter {
        let minutes = Int(max(1, sent.expiresAt.since(now).components.seconds / 60))
        let templates = LetterTemplates(organisation: organisation, language: language)
        let notice = Notice.code(sent.code, minutes: minutes, host: publicURL.host)
        return switch sent.contact {
        case .phone(let number): templates.letter(notice, to: number.normalised, by: .sms, at: now)
        case .email(let address): templates.letter(notice, to: address.normalised, by: .email, at: now)
        }
    }
}
