/// What an actor is to a case. One person can be several: a supervisor who claimed it is its assignee, too.
package enum Relation: String, Hashable, Sendable, CaseIterable {
    /// The guest whom the case is about.
    case guest
    /// A user of the client organisation who may read, or write.
    case clientReader, clientWriter
    case assignee, participant
    /// A member of the case's team; `supervisor` is one with that rank in it.
    case teammate, supervisor
    /// A member of the case's team whose role lets them read and no more (S3.8).
    case onlooker
    /// A member who may read, or write, what goes on with clients: the whole organisation's (S3.8, S3.24).
    case clinicReader, clinicWriter
    /// Of the case's organisation.
    case administrator
    case system
}

/// Who may do what, whatever the state of the case. What is not listed is denied.
package enum Permissions {
    package static func allowed(_ command: CommandName) -> Set<Relation> {
        switch command {
        case .open: [.guest, .clientWriter, .teammate, .clinicWriter, .system]
        case .submitIdentifiers: [.guest]
        case .send: [.guest, .clientWriter, .assignee, .participant, .clinicWriter]
        case .edit, .delete: [.guest, .clientWriter, .assignee, .participant, .teammate, .clinicReader, .clinicWriter]
        case .note: [.assignee, .participant, .teammate, .clinicReader]
        case .markSeen, .markDelivered: [.guest, .clientReader, .assignee, .participant, .teammate, .clinicReader]
        // Of the participants of a case whose assignee was lost, one may go on with it.
        case .claim: [.teammate, .participant]
        case .release: [.assignee, .supervisor]
        case .transfer: [.assignee, .participant, .supervisor]
        case .addParticipant, .removeParticipant: [.assignee, .supervisor]
        case .leave: [.participant]
        case .snooze, .wake: [.assignee, .supervisor]
        case .requestClose: [.assignee]
        case .declineClose, .closeChat: [.guest]
        case .closeWithoutConsent: [.supervisor]
        case .reopen: [.guest, .teammate]
        // Calls go out from the team, never from the guest (S0.16).
        case .startCall: [.assignee, .participant]
        case .answerCall, .declineCall: [.guest]
        case .endCall: [.guest, .assignee, .participant]
        case .invite, .shareLink: [.assignee, .participant, .supervisor]
        case .merge, .undoMerge, .absorb, .undoAbsorb: [.teammate, .system]
        case .deliverBlast: [.clinicWriter, .system]
        case .erase: [.administrator, .system]
        case .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            [.system]
        }
    }

    package static func allow(_ command: CommandName, to relations: Set<Relation>) -> Bool {
        relations.contains { table[command]?.contains($0) == true }
    }

    /// Every decision asks: the sets are made once.
    private static let table = Dictionary(uniqueKeysWithValues: CommandName.allCases.map { ($0, allowed($0)) })
}

extension Actor {
    package func relations(to state: CaseState) -> Set<Relation> {
        var relations = relations(to: state.party, team: state.team, organisation: state.organisation)
        switch self {
        case .member(let member):
            guard member.organisation == state.organisation, member.maySend else { break }
            if state.assignee == member.member { relations.insert(.assignee) }
            if state.participants.contains(member.member) { relations.insert(.participant) }
        // Who merged two rooms vouched for it that they are one person's, whatever name was typed.
        case .guest(let guest):
            guard guest.organisation == state.organisation else { break }
            if state.absorbed.contains(where: { $0.guests.contains(guest.guest) }) { relations.insert(.guest) }
        case .client, .system: break
        }
        return relations
    }

    /// To a case that is to be opened: nobody has claimed it.
    func relations(to opening: Opening) -> Set<Relation> {
        relations(to: opening.party, team: opening.team, organisation: opening.organisation)
    }

    /// Across organisations there are none: numbers of guests, teams and members mean nothing elsewhere.
    private func relations(to party: Party, team: TeamID, organisation: OrganisationID) -> Set<Relation> {
        switch self {
        case .guest(let guest): guest.organisation == organisation ? guest.relations(to: party) : []
        case .client(let user): user.organisation == organisation ? user.relations(to: party) : []
        case .member(let member): member.organisation == organisation ? member.relations(to: party, of: team) : []
        case .system: [.system]
        }
    }
}

extension GuestActor {
    fileprivate func relations(to party: Party) -> Set<Relation> {
        switch party {
        case .support(let own), .room(let own): guest == own ? [.guest] : []
        case .direct: []
        }
    }
}

extension ClientActor {
    fileprivate func relations(to party: Party) -> Set<Relation> {
        guard party == .direct(client) else { return [] }
        var relations: Set<Relation> = []
        if mayRead { relations.insert(.clientReader) }
        if maySend { relations.insert(.clientWriter) }
        return relations
    }
}

extension MemberActor {
    fileprivate func relations(to party: Party, of team: TeamID) -> Set<Relation> {
        var relations: Set<Relation> = isAdministrator ? [.administrator] : []
        switch party {
        case .direct:
            if mayReadClients { relations.insert(.clinicReader) }
            if maySendToClients { relations.insert(.clinicWriter) }
        case .support, .room:
            guard let rank = teams[team] else { break }
            guard maySend else {
                relations.insert(.onlooker)
                break
            }
            relations.insert(.teammate)
            if rank == .supervisor { relations.insert(.supervisor) }
        }
        return relations
    }
}
