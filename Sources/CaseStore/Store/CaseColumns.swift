package import CaseMachine

/// What lists and polls ask for: it follows from the state alone, and stands beside it where a database can look for it.
///
/// The state itself is sealed. So a reader compares: a row whose columns were changed by somebody with access to the
/// database would otherwise show one guest's case to another.
package struct CaseColumns: Hashable, Sendable {
    /// Stored: never renumber.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case support = 0
        case room = 1
        case direct = 2
    }

    /// Stored: never renumber.
    package enum Stage: UInt8, Hashable, Sendable, CaseIterable {
        case open = 0
        /// Closed, or merged into another case.
        case ended = 1
        /// Its contents are gone, or about to go.
        case erased = 2
    }

    package let organisation: OrganisationID
    package let team: TeamID
    package let kind: Kind
    /// The guest's number, or the client's in a direct thread.
    package let party: Int64
    /// Guests of rooms that were merged into this one: theirs as much as the first guest's.
    package let otherGuests: Set<GuestID>
    package let assignee: MemberID?
    package let isAssigneeAbsent: Bool
    package let stage: Stage
    /// There is something that the team has not seen.
    package let isUnread: Bool

    package init(_ state: CaseState) {
        organisation = state.organisation
        team = state.team
        switch state.party {
        case .support(let guest): (kind, party) = (.support, guest.value)
        case .room(let guest): (kind, party) = (.room, guest.value)
        case .direct(let client): (kind, party) = (.direct, client.value)
        }
        let guest = state.party == .room(GuestID(party)) ? GuestID(party) : nil
        otherGuests =
            state.absorbed.isEmpty ? [] : Set(state.absorbed.flatMap(\.guests)).subtracting([guest].compactMap(\.self))
        assignee = state.isErased ? nil : state.assignee
        isAssigneeAbsent = !state.isErased && state.phase.assignment?.absentSince != nil
        stage = state.isErased ? .erased : Stage(state.phase)
        isUnread = !state.teamSide.unseen.isEmpty
    }
}

extension CaseColumns.Stage {
    fileprivate init(_ phase: Phase) {
        switch phase {
        case .intake, .waiting, .active, .snoozed, .closing, .thread: self = .open
        case .closed, .merged: self = .ended
        }
    }
}

extension CaseColumns {
    /// Whether the case stands in the list.
    package func belong(to list: CaseList) -> Bool {
        switch list {
        case .unassigned(let team): self.team == team && stage == .open && assignee == nil && kind != .direct
        case .mine(let member): assignee == member
        case .open(let team): self.team == team && stage == .open
        case .unread(let team): self.team == team && stage == .open && isUnread
        case .closed(let team): self.team == team && stage == .ended
        case .ofGuest(let guest, let open):
            kind != .direct && stage == (open ? .open : .ended)
                && (party == guest.value || otherGuests.contains(guest))
        case .ofClient(let client): party == client.value && kind == .direct && stage != .erased
        }
    }
}
