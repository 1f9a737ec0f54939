package import CaseMachine

/// A person who works for teams. Their address is not in it: no guest's page can show what it was never given (S2.4).
package struct Member: Hashable, Sendable {
    package typealias Rank = MemberActor.Rank

    package let id: MemberID
    package let publicID: PublicID
    package let organisation: OrganisationID
    package let name: String
    package let isAdministrator: Bool
    package let teams: [TeamID: Rank]

    /// Who gives a member's commands.
    package var actor: MemberActor {
        MemberActor(
            member: id, organisation: organisation, teams: teams, isAdministrator: isAdministrator)
    }
}
