import CaseMachine
import CaseStore
import Feed

/// One socket's place in one case's log.
final class CaseWatch {
    let id: CaseID
    let publicID: PublicID
    /// Counts the subscriptions of its loop: a page that was asked for by an earlier one of the same case is told apart.
    let serial: UInt64
    /// Of messages as they go out: encoded once for all who read the same.
    var feed = Feed<[UInt8]>()
    /// A page is asked for, and this is the one.
    var reading: FeedToken?

    init(_ id: CaseID, _ publicID: PublicID, serial: UInt64) {
        self.serial = serial
        self.id = id
        self.publicID = publicID
    }
}

/// A case that sockets of this loop follow.
final class WatchedCase {
    /// As it was when it was last seen who may read it.
    var latest: CaseNews
    var watchers: [SocketSession] = []
    /// Whether what other nodes publish of it reaches this loop.
    var standing: Standing
    var notices = ShownNotices()

    init(_ latest: CaseNews, _ standing: Standing) {
        self.latest = latest
        self.standing = standing
    }
}

extension CaseState {
    /// Whose presence in the case is its guest's to know.
    var handlers: Set<MemberID> { Set([assignee].compactMap(\.self) + participants) }
}

/// Of what it depends who may read a case: as long as it stays, nobody has to be asked again.
struct Readership: Equatable {
    private let organisation: OrganisationID
    private let party: Party
    private let team: TeamID
    private let assignee: MemberID?
    private let participants: [MemberID]
    private let guests: [[GuestID]]
    private let isErased: Bool

    init(_ state: CaseState) {
        organisation = state.organisation
        party = state.party
        team = state.team
        assignee = state.assignee
        participants = state.participants
        guests = state.absorbed.map(\.guests)
        isErased = state.isErased
    }
}
