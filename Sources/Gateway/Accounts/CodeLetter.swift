import CaseMachine
import CaseStore
import Notifications

/// The letter with a one-time code. It names the organisation, so that its reader knows what it belongs to, and says
/// nothing of their reason: a phone shows it on its locked screen.
enum CodeLetter {
    static func make(_ sent: SentCode, organisation: String, publicURL: PublicURL, at now: Timestamp) -> Letter {
        let minutes = max(1, sent.expiresAt.since(now).components.seconds / 60)
        switch sent.contact {
        case .phone(let number):
            return Letter(
                channel: .sms, to: number.normalised,
                text: """
                    \(sent.code) is your code for \(oneLine(organisation)). It is valid for \(minutes) minutes. \
                    Never pass it on: nobody who asks you for it is from us.

                    @\(publicURL.host) #\(sent.code)
                    """, at: now)
        case .email(let address):
            return Letter(
                channel: .email, to: address.normalised, subject: "Your code for \(oneLine(organisation))",
                text: """
                    \(sent.code) is your code for \(oneLine(organisation)).

                    It is valid for \(minutes) minutes. Type it on the page that asked for it.
                    Never pass it on: nobody who asks you for it is from us.
                    You did not ask for a code? Then you need not do anything.
                    """, at: now)
        }
    }

    /// A name with a line break could add lines of its own, also the one that browsers look for (WebOTP §5).
    private static func oneLine(_ name: String) -> String {
        name.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
