package import CaseMachine

/// A guest's form, as it was typed.
package struct CodeRequest: Sendable {
    package var team: PublicID
    package var firstName: String
    package var lastName: String
    package var phone: String?
    package var email: String?
    /// Of the code that this one replaces: a resend, or a corrected contact.
    package var challenge: String?

    package init(
        team: PublicID, firstName: String, lastName: String, phone: String? = nil, email: String? = nil,
        challenge: String? = nil
    ) {
        self.team = team
        self.firstName = firstName
        self.lastName = lastName
        self.phone = phone
        self.email = email
        self.challenge = challenge
    }
}

/// A code that is to go out now.
package struct SentCode: Sendable, CustomStringConvertible {
    package let challenge: String
    package let organisation: OrganisationID
    package let team: TeamID
    package let contact: Contact
    /// Six digits.
    package let code: String
    package let expiresAt: Timestamp
    package let resendAt: Timestamp

    /// The contact as it may be shown to whoever has typed it: `+44 •••• 123`.
    package var maskedContact: String { contact.masked }
    /// Not to be found in a log.
    package var description: String { "a code for team \(team)" }
}
