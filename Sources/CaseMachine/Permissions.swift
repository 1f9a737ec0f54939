/// What an actor is to a case. One person can be several: a supervisor who claimed it is its assignee, too.
package enum Relation: String, Hashable, Sendable, CaseIterable {
    /// The guest whom the case is about.
    case guest
    /// A user of the client organisation who may read, or write.
    case clientReader, clientWriter
    case assignee, participant
    /// A member of the case's team; `supervisor` is one with that rank in it.
    case teammate, supervisor
    /// A member of the team who may write to clients.
    case clientContact
    case system
}

/// Who may do what, whatever the state of the case. What is not listed is denied.
package enum Permissions {
    package static func allowed(_ command: CommandName) -> Set<Relation> {
        switch command {
        case .open: [.guest, .clientWriter, .teammate, .clientContact, .system]
        case .submitIdentifiers: [.guest]
        case .send: [.guest, .clientWriter, .assignee, .participant, .clientContact]
        case .edit, .delete: [.guest, .clientWriter, .assignee, .participant, .teammate]
        case .note: [.assignee, .participant, .teammate]
        case .markSeen, .markDelivered: [.guest, .clientReader, .assignee, .participant, .teammate]
        case .claim: [.teammate]
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
        case .deliverBlast: [.clientContact, .system]
        case .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached:
            [.system]
        }
    }

    package static func allow(_ command: CommandName, to relations: Set<Relation>) -> Bool {
        !allowed(command).isDisjoint(with: relations)
    }
}

extension Actor {
    package func relations(to state: CaseState) -> Set<Relation> {
        switch self {
        case .member(let member):
            var relations = member.relations(to: state.party, team: state.team, organisation: state.organisation)
            guard member.organisation == state.organisation else { return relations }
            if state.assignee == member.member { relations.insert(.assignee) }
            if state.participants.contains(member.member) { relations.insert(.participant) }
            return relations
        case .guest, .client, .system:
            return outsideRelations(to: state.party)
        }
    }

    /// To a case that is to be opened: nobody has claimed it.
    func relations(to opening: Opening) -> Set<Relation> {
        switch self {
        case .member(let member):
            member.relations(to: opening.party, team: opening.team, organisation: opening.organisation)
        case .guest, .client, .system:
            outsideRelations(to: opening.party)
        }
    }

    private func outsideRelations(to party: Party) -> Set<Relation> {
        switch (self, party) {
        case (.system, _): return [.system]
        case (.guest(let guest), .support(let own)), (.guest(let guest), .room(let own)):
            return guest == own ? [.guest] : []
        case (.client(let user), .direct(let own)):
            guard user.client == own else { return [] }
            var relations: Set<Relation> = []
            if user.mayRead { relations.insert(.clientReader) }
            if user.maySend { relations.insert(.clientWriter) }
            return relations
        case (.guest, .direct), (.client, .support), (.client, .room), (.member, _): return []
        }
    }
}

extension MemberActor {
    fileprivate func relations(to party: Party, team: TeamID, organisation: OrganisationID) -> Set<Relation> {
        guard organisation == self.organisation, let rank = teams[team] else { return [] }
        var relations: Set<Relation> = [.teammate]
        if rank == .supervisor { relations.insert(.supervisor) }
        switch party {
        case .direct: if maySendToClients { relations.insert(.clientContact) }
        case .support, .room: break
        }
        return relations
    }
}
