import CaseMachine
import CaseStore
import Notifications

/// The letter with a link to a password of one's own: for who is invited, and for who has forgotten theirs.
enum LinkLetter {
    static func make(_ sent: SentLink, organisation: String, publicURL: PublicURL, at now: Timestamp) -> Letter {
        let address = publicURL.page("/join/\(sent.token.text)")
        let organisation = oneLine(organisation)
        let hours = max(1, sent.expiresAt.since(now).components.seconds / 3600)
        switch sent.kind {
        case .invitation:
            return Letter(
                channel: .email, to: sent.address.normalised, subject: "Your account at \(organisation)",
                text: """
                    Hello \(oneLine(sent.name)),

                    \(organisation) has made an account for you, with which you answer chats. Choose a password here:

                    \(address)

                    The link works once, and for \(hours) hours. It is for you alone: do not pass this letter on.
                    You do not know \(organisation)? Then you need not do anything.
                    """, at: now)
        case .forgottenPassword:
            return Letter(
                channel: .email, to: sent.address.normalised, subject: "A new password at \(organisation)",
                text: """
                    Hello \(oneLine(sent.name)),

                    somebody, probably you, asked for a new password at \(organisation). Choose it here:

                    \(address)

                    The link works once, and for \(hours == 1 ? "an hour" : "\(hours) hours"). Your old password works until then.
                    You did not ask for it? Then you need not do anything.
                    """, at: now)
        }
    }

    private static func oneLine(_ name: String) -> String {
        name.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}
