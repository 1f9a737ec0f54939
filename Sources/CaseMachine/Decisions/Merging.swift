/// One of the two rooms that a `PairCommand` is about.
package struct PairedCase: Hashable, Sendable {
    package let id: CaseID
    package let state: CaseState
    package let policy: Policy

    package init(id: CaseID, state: CaseState, policy: Policy) {
        self.id = id
        self.state = state
        self.policy = policy
    }
}

package enum PairDecision: Hashable, Sendable {
    /// To be committed together or not at all.
    case accepted(from: Outcome, into: Outcome)
    case rejected(Rejection)

    package struct Outcome: Hashable, Sendable {
        package let events: [CaseEvent]
        package let state: CaseState
    }
}

/// Decides what concerns two rooms: that `from` lives on in `into`, or does so no more. Pure, like `decide`, and in the
/// same order: whether the actor may in both, whether both phases take it, then what the states carry.
package func decidePair(
    _ command: PairCommand, from: PairedCase, into: PairedCase, by actor: Actor, in circumstances: Circumstances
) -> PairDecision {
    let halves = command.halves
    guard Permissions.allow(halves.from, to: actor.relations(to: from.state)),
        Permissions.allow(halves.into, to: actor.relations(to: into.state))
    else { return .rejected(.notAllowed) }
    if let obstacle = obstacle(between: from, and: into, for: actor) { return .rejected(obstacle) }
    if let refusal = refusal(of: halves.from, on: from.state) ?? refusal(of: halves.into, on: into.state) {
        return .rejected(refusal)
    }
    var pair = Pair(from: from, into: into, actor: actor, circumstances: circumstances)
    do {
        switch command {
        case .merge: try pair.merge()
        case .undoMerge: try pair.undoMerge()
        }
    } catch {
        return .rejected(error)
    }
    return .accepted(
        from: PairDecision.Outcome(events: pair.from.events, state: pair.from.state),
        into: PairDecision.Outcome(events: pair.into.events, state: pair.into.state))
}

/// Rooms become one by themselves only if contact and name agree, which is to say: the guest. A member may choose.
private func obstacle(between from: PairedCase, and into: PairedCase, for actor: Actor) -> Rejection? {
    guard from.id != into.id else { return .sameRoom }
    guard from.state.organisation == into.state.organisation else { return .differentOrganisations }
    guard from.state.party.isRoom, into.state.party.isRoom else { return .notARoom }
    guard actor != .system || from.state.party == into.state.party else { return .differentGuests }
    return nil
}

private struct Pair {
    let ids: (from: CaseID, into: CaseID)
    var from: Draft
    var into: Draft

    /// Both are dated alike, whichever clock had come further.
    init(from: PairedCase, into: PairedCase, actor: Actor, circumstances: Circumstances) {
        ids = (from.id, into.id)
        let circumstances = circumstances.notBefore(max(from.state.lastEventAt, into.state.lastEventAt))
        self.from = Draft(state: from.state, actor: actor, policy: from.policy, circumstances: circumstances)
        self.into = Draft(state: into.state, actor: actor, policy: into.policy, circumstances: circumstances)
    }

    /// The history of `from` lives on in `into`: a link, nothing is renumbered.
    mutating func merge() throws(Rejection) {
        let rooms = into.state.absorbedRooms.count + 1 + from.state.absorbedRooms.count
        guard rooms <= Limits.absorbedCases else { throw .tooMany(limit: Limits.absorbedCases) }
        from.endCallBecauseCaseMovesOn()
        // Somebody has just taken them in hand: what was put aside is on the table again.
        from.wakeIfSnoozed()
        into.wakeIfSnoozed()
        from.add(.merged(into: ids.into))
        into.add(.absorbed(Absorption(of: ids.from, from.state)))
    }

    /// What was seen or noticed of `from` meanwhile was so in `into`, at the event which had said that it was absorbed.
    mutating func undoMerge() throws(Rejection) {
        if case .merged(let merger) = from.state.phase, merger.into != ids.into { throw .movedTo(merger.into) }
        guard let absorbed = into.state.absorbed.first(where: { $0.rooms.first == ids.from }) else { throw .notMerged }
        var noticed: [Side] = []
        for side in Side.allCases {
            let (number, reading) = (absorbed.numbers.number(for: side), into.state[side])
            let head = from.state.head(of: side)
            if number <= reading.seenUpTo, from.state[side].seenUpTo < head {
                from.add(.seen(side, upTo: head), by: .system)
            } else if number <= reading.noticedUpTo {
                noticed.append(side)
            }
        }
        from.add(.mergeUndone(noticed: noticed))
        into.add(.absorptionUndone(ids.from))
    }
}

extension Absorption {
    fileprivate init(of room: CaseID, _ state: CaseState) {
        var guests: [GuestID] = []
        if case .room(let guest) = state.party { guests.append(guest) }
        for guest in state.absorbed.flatMap(\.guests) where !guests.contains(guest) { guests.append(guest) }
        self.init(
            rooms: [room] + state.absorbedRooms, guests: guests, invitations: state.invitationCount,
            isWaitedFor: state.lastWord == .guest, unanswered: state.unanswered,
            guestStreak: Streak(of: state.guestSide), teamStreak: Streak(of: state.teamSide))
    }
}

extension Absorption.Streak {
    fileprivate init?(of reading: Reading) {
        guard let began = reading.streakBegan else { return nil }
        self.init(began: began, wasNoticed: reading.wasNoticed)
    }
}

extension Numbers {
    fileprivate func number(for side: Side) -> Int64 {
        switch side {
        case .guest: forGuest ?? .max
        case .team: forTeam
        }
    }
}
