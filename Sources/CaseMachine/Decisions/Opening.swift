/// The only command that a case which is not there yet takes.
func decideOpening(
    _ command: Command, by actor: Actor, under policy: Policy, in circumstances: Circumstances
) -> Decision {
    guard case .open(let opening) = command else {
        // Like `notAllowed`, so that nobody learns which cases exist; the house's own commands are told what is missing.
        return .rejected(actor == .system ? .noSuchCase : .notAllowed)
    }
    guard actor.mayOpen(opening) else { return .rejected(.notAllowed) }
    do {
        try check(opening, under: policy)
    } catch {
        return .rejected(error)
    }
    let event = CaseEvent(at: circumstances.now, author: actor.author, fact: .opened(opening))
    guard let state = CaseState.evolve(nil, event) else { return .rejected(.noSuchCase) }
    var draft = Draft(state: state, actor: actor, policy: policy, circumstances: circumstances)
    draft.welcome()
    return .accepted([event] + draft.events, draft.state)
}

private func check(_ opening: Opening, under policy: Policy) throws(Rejection) {
    try check(line: opening.subject)
    guard opening.missing.count <= Limits.fields else { throw .tooMany(limit: Limits.fields) }
    switch opening.party {
    case .support: break
    case .room: guard opening.missing.isEmpty else { throw .notAllowed }
    case .direct:
        guard opening.missing.isEmpty else { throw .notAllowed }
        guard policy.allowsClientChat else { throw .switchedOff }
    }
}

extension Actor {
    /// Each kind of case has its own side that begins it: a guest asks, a member invites, both write to each other.
    fileprivate func mayOpen(_ opening: Opening) -> Bool {
        let relations = relations(to: opening)
        guard Permissions.allow(.open, to: relations) else { return false }
        return switch opening.party {
        case .support: relations.contains(.guest)
        case .room: relations.contains(.teammate)
        case .direct: !relations.isDisjoint(with: [.clientWriter, .clientContact, .system])
        }
    }
}

extension Draft {
    mutating func submitIdentifiers(_ values: [FieldValue]) throws(Rejection) {
        guard !values.isEmpty else { throw .empty }
        guard values.count <= Limits.fields else { throw .tooMany(limit: Limits.fields) }
        for value in values {
            try check(line: value.value)
            guard !value.value.allSatisfy(\.isWhitespace) else { throw .identifiersMissing([value.field]) }
        }
        add(.identifiersSubmitted(values))
        guard case .intake(let missing) = state.phase, missing.isEmpty else { return }
        add(.intakeCompleted)
        welcome()
    }

    /// The team's automatic message, when a guest has come into its queue (S0.10, S0.11).
    mutating func welcome() {
        guard case .support = state.party, case .waiting = state.phase else { return }
        guard let text = policy.welcome(for: state.category, in: circumstances) else { return }
        add(.automaticMessageSent(.welcome(text)), by: .system)
    }
}

extension Policy {
    /// The most particular message that fits: the category's own before the general, the hour's own before `always`.
    func welcome(for category: CategoryID?, in circumstances: Circumstances) -> String? {
        let hour: Welcome.When = hours.isOpen(atMinuteOfWeek: circumstances.minuteOfWeek) ? .open : .closed
        let wanted: [(CategoryID?, Welcome.When)] = [
            (category, hour), (category, .always), (nil, hour), (nil, .always),
        ]
        for (category, when) in wanted {
            guard let welcome = welcomes.first(where: { $0.category == category && $0.when == when }) else { continue }
            let wait = circumstances.estimatedWaitMinutes.map(String.init) ?? "?"
            return welcome.text.split(separator: "{wait}", omittingEmptySubsequences: false).joined(separator: wait)
        }
        return nil
    }
}
