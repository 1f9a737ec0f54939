import CaseMachine
import CaseStore
import WebSocket

/// An organisation, as it is shown and as it is sent back.
struct OrganisationFields: Codable {
    struct SignIn: Codable {
        let memberIdleMinutes: Int
        let memberLongestHours: Int
        let requiresSecondFactor: Bool
    }

    let name: String
    let emergency: String
    let emergencyNumber: String?
    let privacy: String
    let privacyLink: String?
    let countryPrefix: String
    let embeddingOrigins: [String]
    let isChatOn: Bool
    let signIn: SignIn

    init(_ settings: OrganisationSettings) {
        name = settings.name
        emergency = settings.emergency
        emergencyNumber = settings.emergencyNumber
        privacy = settings.privacy
        privacyLink = settings.privacyLink
        countryPrefix = settings.countryPrefix
        embeddingOrigins = settings.embeddingOrigins
        isChatOn = settings.isChatOn
        signIn = SignIn(
            memberIdleMinutes: settings.signIn.memberIdleMinutes,
            memberLongestHours: settings.signIn.memberLongestHours,
            requiresSecondFactor: settings.signIn.requiresSecondFactor)
    }

    func write(to settings: inout OrganisationSettings) {
        settings.name = name
        settings.emergency = emergency
        settings.emergencyNumber = emergencyNumber.unlessEmpty
        settings.privacy = privacy
        settings.privacyLink = privacyLink.unlessEmpty
        settings.countryPrefix = countryPrefix
        settings.embeddingOrigins = embeddingOrigins
        settings.isChatOn = isChatOn
        settings.signIn.memberIdleMinutes = signIn.memberIdleMinutes
        settings.signIn.memberLongestHours = signIn.memberLongestHours
        settings.signIn.requiresSecondFactor = signIn.requiresSecondFactor
    }
}

struct OrganisationForm: Decodable {
    let revision: Int
    let organisation: OrganisationFields
}

struct OrganisationBody: Encodable {
    let revision: Int
    let id: String
    let organisation: OrganisationFields
    let bounds = [
        "memberIdleMinutes": [SignInRules.idleMinutes.lowerBound, SignInRules.idleMinutes.upperBound],
        "memberLongestHours": [SignInRules.longestHours.lowerBound, SignInRules.longestHours.upperBound],
    ]

    init(_ organisation: Organisation) {
        revision = organisation.settings.revision
        id = organisation.publicID.text
        self.organisation = OrganisationFields(organisation.settings)
    }
}

struct RolesForm: Decodable {
    struct Wish: Decodable {
        let id: String?
        let name: String
        let permissions: [MemberRole.Permission]

        func role(freshID: String) -> MemberRole {
            MemberRole(id: id ?? freshID, name: name, permissions: Set(permissions))
        }
    }

    let revision: Int
    let roles: [Wish]
}

struct RolesBody: Encodable {
    struct Shown: Encodable {
        let id: String
        let name: String
        let permissions: [String]
        let isOurs: Bool

        init(_ role: MemberRole) {
            id = role.id
            name = role.name
            permissions = MemberRole.Permission.allCases.filter(role.permissions.contains).map(\.rawValue)
            isOurs = !MemberRole.usual.contains { $0.id == role.id }
        }
    }

    let revision: Int
    let roles: [Shown]

    init(_ organisation: Organisation) {
        revision = organisation.settings.revision
        roles = organisation.roles.map(Shown.init)
    }
}

struct MemberForm: Decodable {
    struct Wish: Decodable {
        struct Work: Decodable {
            let id: String
            let rank: Rank
        }

        enum Rank: String, Decodable {
            case member, supervisor
        }

        let name: String
        let role: String
        let isActive: Bool
        let teams: [Work]

        func wish(_ roster: Roster) throws(APIError) -> MemberWish {
            var ranks: [TeamID: Member.Rank] = [:]
            for (index, work) in teams.enumerated() {
                guard let team = PublicID(text: work.id).flatMap({ roster.team($0) }), ranks[team.id] == nil else {
                    throw APIError(
                        .badRequest, "bad_settings", "There is no such team, or it stands here twice.",
                        field: "teams[\(index)].id")
                }
                switch work.rank {
                case .member: ranks[team.id] = .member
                case .supervisor: ranks[team.id] = .supervisor
                }
            }
            return MemberWish(name: name, role: role, isActive: isActive, teams: ranks)
        }
    }

    let revision: Int
    let member: Wish
}

struct MembersBody: Encodable {
    struct Shown: Encodable {
        struct Work: Encodable {
            let id: String
            let rank: String
        }

        let revision: Int
        let id: String
        let name: String
        let email: String
        let isActive: Bool
        let role: String
        let teams: [Work]

        init(_ member: Member, _ email: String, _ roster: Roster) {
            revision = member.revision
            id = member.publicID.text
            name = member.name
            self.email = email
            isActive = member.isActive
            role = member.role.id
            teams = member.teams.sorted { $0.key < $1.key }.compactMap { team, rank in
                roster[team].map { Work(id: $0.publicID.text, rank: rank == .supervisor ? "supervisor" : "member") }
            }
        }
    }

    let members: [Shown]
    let roles: [RolesBody.Shown]
}

struct ChangesBody: Encodable {
    struct Change: Encodable {
        struct Person: Encodable {
            let id: String
            let name: String
        }

        let at: Int64
        @Null var by: Person?
        let action: String
        /// The name of what was changed, as it is now.
        let subject: String
        let detail: String

        init(_ entry: AuditEntry, _ roster: Roster) {
            at = entry.at
            by = Self.number(entry.actor, "member").flatMap { roster[MemberID($0)] }.map {
                Person(id: $0.publicID.text, name: $0.name)
            }
            action = entry.action
            subject =
                Self.number(entry.subject, "team").flatMap { roster[TeamID($0)]?.name }
                ?? Self.number(entry.subject, "member").flatMap { roster[MemberID($0)]?.name }
                ?? Self.number(entry.subject, "organisation").flatMap { roster[OrganisationID($0)]?.name } ?? ""
            detail = entry.detail
        }

        private static func number(_ name: String, _ kind: String) -> Int64? {
            name.hasPrefix(kind + ":") ? Int64(name.dropFirst(kind.count + 1)) : nil
        }
    }

    let changes: [Change]
}

extension String? {
    /// A field that somebody has emptied says nothing.
    var unlessEmpty: String? { flatMap { $0.isEmpty ? nil : $0 } }
}
