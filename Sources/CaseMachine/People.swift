/// The two sides of a case. In a client's direct thread the users of the client organisation are the guest's side.
package enum Side: UInt8, Hashable, Sendable, CaseIterable {
    case guest
    case team

    package var other: Self {
        switch self {
        case .guest: .team
        case .team: .guest
        }
    }
}

/// Who wrote an event.
package enum Author: Hashable, Sendable {
    case guest(GuestID)
    case client(ClientUserID)
    case member(MemberID)
    /// The clock, a policy, an automatic message.
    case system

    package var side: Side? {
        switch self {
        case .guest, .client: .guest
        case .member: .team
        case .system: nil
        }
    }
}

/// Who gives a command, as the session knows them: nothing of it comes from a payload.
package enum Actor: Hashable, Sendable {
    case guest(GuestActor)
    case client(ClientActor)
    case member(MemberActor)
    case system

    package var author: Author {
        switch self {
        case .guest(let guest): .guest(guest.guest)
        case .client(let user): .client(user.user)
        case .member(let member): .member(member.member)
        case .system: .system
        }
    }
}

package struct GuestActor: Hashable, Sendable {
    package let guest: GuestID
    package let organisation: OrganisationID

    package init(guest: GuestID, organisation: OrganisationID) {
        self.guest = guest
        self.organisation = organisation
    }
}

package struct ClientActor: Hashable, Sendable {
    package let user: ClientUserID
    package let client: ClientID
    /// The clinic's, whose client this is.
    package let organisation: OrganisationID
    /// Reading and sending are separate permissions (S3.8), which the client side manages itself (S3.10).
    package let mayRead: Bool
    package let maySend: Bool

    package init(
        user: ClientUserID, client: ClientID, organisation: OrganisationID, mayRead: Bool, maySend: Bool
    ) {
        self.user = user
        self.client = client
        self.organisation = organisation
        self.mayRead = mayRead
        self.maySend = maySend
    }
}

package struct MemberActor: Hashable, Sendable {
    package enum Rank: UInt8, Hashable, Sendable, CaseIterable {
        case member
        case supervisor
    }

    package let member: MemberID
    package let organisation: OrganisationID
    /// The teams that they work for, with their rank in each.
    package let teams: [TeamID: Rank]
    package let isAdministrator: Bool
    /// Reading and sending are two permissions (S3.8): without this one they look on.
    package let maySend: Bool
    /// Clients' threads are the organisation's, not a team's (S3.24); reading and sending are two permissions (S3.8).
    package let mayReadClients: Bool
    package let maySendToClients: Bool

    package init(
        member: MemberID, organisation: OrganisationID, teams: [TeamID: Rank], isAdministrator: Bool = false,
        maySend: Bool = true, mayReadClients: Bool = false, maySendToClients: Bool = false
    ) {
        self.member = member
        self.organisation = organisation
        self.teams = teams
        self.isAdministrator = isAdministrator
        self.maySend = maySend
        self.mayReadClients = mayReadClients
        self.maySendToClients = maySendToClients
    }
}
