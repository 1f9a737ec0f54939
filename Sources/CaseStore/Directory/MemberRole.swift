/// What a member may do, beside their rank in each team: each permission by itself (S3.8).
package struct MemberRole: Hashable, Sendable, Codable {
    /// Written to disk, and shown to pages: never renamed.
    package enum Permission: String, Hashable, Sendable, Codable, CaseIterable {
        /// To change everything that can be set: an administrator.
        case settings
        /// To see who has changed what.
        case audit
        /// Without it a member has no team.
        case readChats
        /// Without it a member looks on.
        case sendChats
        /// A supervisor's rank in a team counts.
        case supervise
        case readClients
        case sendToClients
    }

    package let id: String
    package var name: String
    package var permissions: Set<Permission>

    package init(id: String, name: String, permissions: Set<Permission>) {
        self.id = id
        self.name = name
        self.permissions = permissions
    }

    package static let administrator = MemberRole(
        id: "administrator", name: "Administrator",
        permissions: [.settings, .audit, .readChats, .sendChats, .supervise])
    package static let member = MemberRole(
        id: "member", name: "Member", permissions: [.readChats, .sendChats, .supervise])
    package static let reader = MemberRole(id: "reader", name: "Reader", permissions: [.readChats])

    /// In every organisation, and as they are: so there is always a role with `settings`.
    package static let usual = [administrator, member, reader]
    /// More than these nobody tells apart.
    package static let most = 32
}
