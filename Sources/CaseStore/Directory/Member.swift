package import CaseMachine

/// A person who works for teams. Their address is not in it: no guest's page can show what it was never given (S2.4).
package struct Member: Hashable, Sendable {
    package typealias Rank = MemberActor.Rank

    package let id: MemberID
    package let publicID: PublicID
    package let organisation: OrganisationID
    package let name: String
    package let role: MemberRole
    /// May come in. Whoever has left stays in the roster, for what they once wrote.
    package let isActive: Bool
    /// As they were given; what counts of them is the actor's.
    package let teams: [TeamID: Rank]
    package let revision: Int

    package var isAdministrator: Bool { isActive && role.permissions.contains(.settings) }

    package func may(_ permission: MemberRole.Permission) -> Bool { isActive && role.permissions.contains(permission) }

    /// Who gives a member's commands.
    package var actor: MemberActor {
        let ranks = may(.readChats) ? teams : [:]
        return MemberActor(
            member: id, organisation: organisation,
            teams: may(.supervise) ? ranks : ranks.mapValues { _ in .member },
            isAdministrator: isAdministrator, maySend: may(.sendChats), mayReadClients: may(.readClients),
            maySendToClients: may(.sendToClients))
    }
}
