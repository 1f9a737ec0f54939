import CaseMachine
import CaseStore

/// Who may read a case: the machine's relations, and nothing else. What is not listed is denied.
extension Actor {
    func mayRead(_ state: CaseState) -> Bool {
        guard !state.isErased else { return false }
        return !relations(to: state).isDisjoint(with: Self.readers)
    }

    /// A member of the organisation, and even its administrator, reads no case by that alone.
    private static let readers: Set<Relation> = [
        .guest, .clientReader, .assignee, .participant, .teammate, .supervisor, .onlooker, .clinicReader,
    ]

    var organisation: OrganisationID? {
        switch self {
        case .guest(let guest): guest.organisation
        case .client(let user): user.organisation
        case .member(let member): member.organisation
        case .system: nil
        }
    }
}
