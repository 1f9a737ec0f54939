extension CaseState {
    /// Takes over what is the person's: who waits goes on waiting, and what was unseen is still noticed, once.
    mutating func absorb(_ absorption: Absorption, at moment: Timestamp) {
        absorbed.append(
            Absorbed(
                rooms: absorption.rooms, guests: absorption.guests,
                numbers: Numbers(forTeam: teamHead, forGuest: guestHead), invitations: absorption.invitations))
        invitationCount &+= absorption.invitations
        for side in Side.allCases {
            if let streak = absorption[side] { self[side].carryOn(streak, at: head(of: side)) }
        }
        if absorption.isWaitedFor { ask(at: moment) }
        if let other = absorption.unanswered, other.since < unanswered?.since ?? .distantFuture { unanswered = other }
    }

    /// Whoever waits goes on waiting here, too: of two alerts one may be needless, but none is missing.
    mutating func undoAbsorption(of room: CaseID) {
        guard let index = absorbed.firstIndex(where: { $0.rooms.first == room }) else { return }
        let gone = absorbed.remove(at: index)
        invitationCount &-= gone.invitations
        teamSide.forget(gone.numbers.forTeam)
        if let number = gone.numbers.forGuest { guestSide.forget(number) }
    }

    /// As it was before the merger; an open room goes to the queue, since whoever had it may be gone.
    mutating func undoMerger(at moment: Timestamp, noticed: [Side]) {
        guard case .merged(let merger) = phase else { return }
        for side in noticed {
            if let newest = self[side].unseen.last { self[side].notice(upTo: newest.number) }
        }
        if let ending = merger.ending {
            phase = .closed(ending)
        } else {
            beginIdling(at: moment)
            enterQueue(at: moment)
        }
    }
}
