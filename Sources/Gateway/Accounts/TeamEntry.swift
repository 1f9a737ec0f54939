import CaseMachine
import CaseStore

/// What a guest's page must know of a team before anybody has signed in. Nothing of it tells who works there (S2.4).
struct TeamEntry: Encodable {
    struct About: Encodable {
        let id: String
        let name: String
        @Null var contactNumber: String?
        @Null var email: String?
        let isChatOn: Bool
    }

    struct House: Encodable {
        let id: String
        let name: String
        let emergency: String
        @Null var emergencyNumber: String?
        let privacy: String
        @Null var privacyLink: String?
    }

    struct Category: Encodable {
        let id: String
        let name: String
    }

    struct Field: Encodable {
        let id: String
        let label: String
        let isMandatory: Bool
        @Null var prefill: String?
        let rule: Rule
    }

    struct Rule: Encodable {
        let kind: String
        @Null var least: Int?
        @Null var most: Int?
        @Null var example: String?

        init(_ rule: FieldRule) {
            kind = rule.kind.rawValue
            least = rule.least
            most = rule.most
            example = rule.example
        }
    }

    let team: About
    let organisation: House
    let contact: String
    let countryPrefix: String
    let categories: [Category]
    let fields: [Field]
    let hours: Hours
    @Null var expectedWaitMinutes: Int?

    /// `measuredWait`: of the team's recent cases, in minutes.
    init(_ team: Team, of organisation: Organisation, measuredWait: Int?, at now: Timestamp) {
        let settings = organisation.settings
        self.team = About(
            id: team.publicID.text, name: team.name, contactNumber: team.settings.contactNumber,
            email: team.settings.email, isChatOn: team.policy.allowsGuestChat)
        self.organisation = House(
            id: organisation.publicID.text, name: organisation.name, emergency: settings.emergency,
            emergencyNumber: settings.emergencyNumber, privacy: settings.privacy, privacyLink: settings.privacyLink)
        contact = team.settings.contactMode.rawValue
        countryPrefix = settings.countryPrefix
        categories = team.openCategories.map { Category(id: $0.publicID.text, name: $0.name) }
        fields = team.openFields.map {
            Field(
                id: $0.publicID.text, label: $0.label, isMandatory: $0.isMandatory, prefill: $0.prefill?.rawValue,
                rule: Rule($0.rule))
        }
        hours = Hours(of: team, at: now)
        expectedWaitMinutes = measuredWait ?? team.settings.expectedWaitMinutes
    }
}
