package import CaseMachine

/// A clinic, or a group of them, that runs teams.
package struct Organisation: Hashable, Sendable {
    package let id: OrganisationID
    package let publicID: PublicID
    package let settings: OrganisationSettings

    package var name: String { settings.name }
}

package struct OrganisationSettings: Hashable, Sendable, Codable {
    package var name: String
    /// "Not for emergencies", shown before the first message, with the number to call instead.
    package var emergency: String
    package var emergencyNumber: String?
    package var privacy: String
    package var privacyLink: String?
    /// Which websites may show the widget: `https://clinic.example`.
    package var embeddingOrigins: [String] = []
    /// What a guest's phone number begins with unless they say otherwise.
    package var countryPrefix: String

    package init(
        name: String, emergency: String, emergencyNumber: String? = nil, privacy: String, privacyLink: String? = nil,
        embeddingOrigins: [String] = [], countryPrefix: String
    ) {
        self.name = name
        self.emergency = emergency
        self.emergencyNumber = emergencyNumber
        self.privacy = privacy
        self.privacyLink = privacyLink
        self.embeddingOrigins = embeddingOrigins
        self.countryPrefix = countryPrefix
    }
}
