package import CaseMachine

/// A clinic, or a group of them, that runs teams.
package struct Organisation: Hashable, Sendable {
    package let id: OrganisationID
    package let publicID: PublicID
    package let settings: OrganisationSettings

    package var name: String { settings.name }

    /// Those that are there always, then its own.
    package var roles: [MemberRole] { MemberRole.usual + settings.roles }
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
    /// Whether new chats may begin in any of its teams (S3.25).
    package var isChatOn = true
    package var signIn = SignInRules()
    /// Its own, beside the usual ones.
    package var roles: [MemberRole] = []
    /// Grows with each change, also of the roles.
    package var revision = 1

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

    /// What an earlier release did not know is as it was then.
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        name = try stored.decode(String.self, forKey: .name)
        emergency = try stored.decode(String.self, forKey: .emergency)
        emergencyNumber = try stored.decodeIfPresent(String.self, forKey: .emergencyNumber)
        privacy = try stored.decode(String.self, forKey: .privacy)
        privacyLink = try stored.decodeIfPresent(String.self, forKey: .privacyLink)
        embeddingOrigins = try stored.decode([String].self, forKey: .embeddingOrigins)
        countryPrefix = try stored.decode(String.self, forKey: .countryPrefix)
        isChatOn = try stored.decodeIfPresent(Bool.self, forKey: .isChatOn) ?? true
        signIn = try stored.decodeIfPresent(SignInRules.self, forKey: .signIn) ?? SignInRules()
        roles = try stored.decodeIfPresent([MemberRole].self, forKey: .roles) ?? []
        revision = try stored.decodeIfPresent(Int.self, forKey: .revision) ?? 1
    }
}

/// How members sign in. Guests' sessions are the house's (`Session`).
package struct SignInRules: Hashable, Sendable, Codable {
    package var memberIdleMinutes = 30
    package var memberLongestHours = 12
    /// A second factor (TOTP) beside the password.
    package var requiresSecondFactor = false

    package init() {}

    /// Use is written once a minute; and a screen that nobody has sat at for half a day is nobody's.
    package static let idleMinutes = 5...720
    /// A day: whoever works longer signs in again.
    package static let longestHours = 1...24

    var lengths: SessionLengths {
        SessionLengths(idle: .minutes(Int64(memberIdleMinutes)), longest: .hours(Int64(memberLongestHours)))
    }
}
