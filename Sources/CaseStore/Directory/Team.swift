package import CaseMachine
import Foundation

/// A pool of members behind one entry, as it is at this moment.
package struct Team: Hashable, Sendable {
    package let id: TeamID
    package let publicID: PublicID
    package let organisation: OrganisationID
    package let settings: TeamSettings
    /// In the order in which they are shown, also those that are shown no more: cases have them.
    package let categories: [Category]
    package let fields: [Field]
    /// With the hours, the welcomes and the identifiers; what a case of this team is decided by.
    package let policy: Policy
    private let zone: TimeZone

    init(
        id: TeamID, publicID: PublicID, organisation: OrganisationID, settings: TeamSettings, categories: [Category],
        fields: [Field], policy: Policy
    ) {
        self.id = id
        self.publicID = publicID
        self.organisation = organisation
        self.settings = settings
        self.categories = categories
        self.fields = fields
        self.policy = policy
        zone = TimeZone(identifier: settings.timeZone) ?? .gmt
    }

    package var name: String { settings.name }

    /// Those that a guest may choose from.
    package var openCategories: [Category] { categories.filter { !$0.isArchived } }
    /// Those that a guest is asked for.
    package var openFields: [Field] { fields.filter { !$0.isArchived } }

    /// A subject's kind, for a team that offers a list instead of a line to type (S0.8).
    package struct Category: Hashable, Sendable {
        package let id: CategoryID
        package let publicID: PublicID
        package let name: String
        package let isArchived: Bool

        init(id: CategoryID, publicID: PublicID, name: String, isArchived: Bool = false) {
            self.id = id
            self.publicID = publicID
            self.name = name
            self.isArchived = isArchived
        }
    }

    /// An identifier that the team asks its guests for (S0.12).
    package struct Field: Hashable, Sendable {
        package let id: FieldID
        package let publicID: PublicID
        package let label: String
        package let isMandatory: Bool
        package let prefill: Prefill?
        package let rule: FieldRule
        package let isArchived: Bool

        init(
            id: FieldID, publicID: PublicID, label: String, isMandatory: Bool, prefill: Prefill?,
            rule: FieldRule = FieldRule(), isArchived: Bool = false
        ) {
            self.id = id
            self.publicID = publicID
            self.label = label
            self.isMandatory = isMandatory
            self.prefill = prefill
            self.rule = rule
            self.isArchived = isArchived
        }
    }

    /// What a field is already filled in with, from what the guest has said of themself (S1.7).
    package enum Prefill: String, Hashable, Sendable, Codable, CaseIterable {
        case name
        case contact
    }

    /// By what a guest of this team can be reached.
    package enum ContactMode: String, Hashable, Sendable, Codable, CaseIterable {
        case phone
        case email
        case either
    }

    /// How far the team's clocks are ahead of UTC at this moment, summer time included.
    package func minutesEastOfUTC(at moment: Timestamp) -> Int {
        let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        return zone.secondsFromGMT(for: date) / 60
    }
}

package struct TeamSettings: Hashable, Sendable, Codable {
    package var name: String
    package var contactMode: Team.ContactMode = .either
    /// Of the tz database, as in `Europe/London`; the hours are its.
    package var timeZone: String
    /// Shown to guests: where else the team can be reached. Not where its members can (S2.4, S2.10).
    package var contactNumber: String?
    package var email: String?
    /// Holds while none can be measured.
    package var expectedWaitMinutes: Int?
    /// Whether new chats may begin; the organisation has a switch, too (S3.25).
    package var isChatOn = true
    /// Grows with each change of anything of the team.
    package var revision = 1

    package init(name: String, timeZone: String) {
        self.name = name
        self.timeZone = timeZone
    }

    /// What an earlier release did not know is as it was then.
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        name = try stored.decode(String.self, forKey: .name)
        contactMode = try stored.decode(Team.ContactMode.self, forKey: .contactMode)
        timeZone = try stored.decode(String.self, forKey: .timeZone)
        contactNumber = try stored.decodeIfPresent(String.self, forKey: .contactNumber)
        email = try stored.decodeIfPresent(String.self, forKey: .email)
        expectedWaitMinutes = try stored.decodeIfPresent(Int.self, forKey: .expectedWaitMinutes)
        isChatOn = try stored.decodeIfPresent(Bool.self, forKey: .isChatOn) ?? true
        revision = try stored.decodeIfPresent(Int.self, forKey: .revision) ?? 1
    }
}

/// A team that is to be made, whose categories and fields have no numbers yet.
package struct TeamDraft: Sendable {
    package struct Field: Sendable {
        package var label: String
        package var isMandatory: Bool
        package var prefill: Team.Prefill?

        package init(label: String, isMandatory: Bool = false, prefill: Team.Prefill? = nil) {
            self.label = label
            self.isMandatory = isMandatory
            self.prefill = prefill
        }
    }

    package struct Welcome: Sendable {
        /// The category's place in the draft; nil for every category that has none of its own.
        package var category: Int?
        package var when: CaseMachine.Welcome.When
        package var text: String

        package init(category: Int? = nil, when: CaseMachine.Welcome.When = .always, text: String) {
            self.category = category
            self.when = when
            self.text = text
        }
    }

    package var settings: TeamSettings
    package var categories: [String] = []
    package var fields: [Field] = []
    package var welcomes: [Welcome] = []
    /// Its hours count; its welcomes and identifiers are made from what stands here.
    package var policy = Policy()

    package init(_ settings: TeamSettings) { self.settings = settings }
}
