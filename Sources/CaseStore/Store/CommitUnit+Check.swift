package import CaseMachine

extension CommitUnit {
    /// What would make a log that no reader could trust, in words; nil for a unit as it has to be. An engine does not make
    /// such a unit; a store that wrote one nevertheless would keep the damage for ever.
    package var fault: String? {
        guard !changes.isEmpty else { return "a unit without a change" }
        guard changes.count == 1 || Set(changes.map(\.id)).count == changes.count else {
            return "one case twice in a unit"
        }
        let names = changes.compactMap(\.publicID)
        guard names.count < 2 || Set(names).count == names.count else { return "one public name for two cases" }
        return changes.lazy.compactMap(\.fault).first
    }

    /// The first command whose key stood before in this same unit: one of the two would be told of a decision that is not
    /// stored.
    package var repeatedKey: Int? {
        guard commands.count > 1 else { return nil }
        var names: Set<KeyName> = []
        return commands.firstIndex { !names.insert($0.name).inserted }
    }
}

extension CaseChange {
    /// The heads that the events continue.
    package var headsBefore: Heads {
        let forGuest = events.reduce(0) { $0 + ($1.numbers.forGuest == nil ? 0 : 1) }
        return Heads(team: state.teamHead &- Int64(events.count), guest: state.guestHead &- Int64(forGuest))
    }

    fileprivate var fault: String? {
        let isNew = expectedVersion == 0
        guard expectedVersion >= 0, expectedVersion < .max else { return "case \(id): no such version" }
        guard isNew == (publicID != nil) else {
            return "case \(id): a public name is given when a case is made, and only then"
        }
        var last = headsBefore
        guard isNew ? last == Heads(team: 0, guest: 0) : last.team > 0 && last.guest >= 0 else {
            return "case \(id): its events do not begin where its log ends"
        }
        for event in events {
            let isForGuest = event.event.fact.audience == .everyone
            guard event.event.fact.audience != nil else { return "case \(id): an event that has no number" }
            let next = Heads(team: last.team + 1, guest: last.guest + (isForGuest ? 1 : 0))
            guard event.numbers == Numbers(forTeam: next.team, forGuest: isForGuest ? next.guest : nil) else {
                return "case \(id): event \(event.numbers.forTeam) has not the number that follows"
            }
            last = next
        }
        return isNew && events.isEmpty ? "case \(id): a case begins with an event" : nil
    }
}

/// An author as two numbers. Stored: never renumber.
package struct StoredAuthor: Hashable, Sendable {
    package let kind: UInt8
    package let number: Int64

    package init(_ author: Author) {
        switch author {
        case .guest(let guest): (kind, number) = (0, guest.value)
        case .client(let user): (kind, number) = (1, user.value)
        case .member(let member): (kind, number) = (2, member.value)
        case .system: (kind, number) = (3, 0)
        }
    }
}
