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
    case .support: guard policy.allowsGuestChat else { throw .switchedOff }
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
        case .direct: !relations.isDisjoint(with: [.clientWriter, .clinicWriter, .system])
        }
    }
}

extension Draft {
    mutating func submitIdentifiers(_ values: [FieldValue]) throws(Rejection) {
        guard !values.isEmpty else { throw .empty }
        guard values.count <= Limits.fields else { throw .tooMany(limit: Limits.fields) }
        for value in values { try check(value) }
        add(.identifiersSubmitted(values))
        completeIntake()
    }

    /// Once nothing is missing that the team still asks for: also when it has stopped asking meanwhile.
    mutating func completeIntake() {
        guard case .intake(let missing) = state.phase else { return }
        let wanted = policy.identifiers.map { Set($0.filter(\.isMandatory).map(\.field)) }
        guard missing.allSatisfy({ wanted?.contains($0) == false }) else { return }
        add(.intakeCompleted)
        welcome()
    }

    /// A blank value clears an identifier that is optional.
    private func check(_ value: FieldValue) throws(Rejection) {
        try CaseMachine.check(line: value.value)
        let known = policy.identifiers?.first { $0.field == value.field }
        if policy.identifiers != nil, known == nil { throw .noSuchField(value.field) }
        guard value.value.allSatisfy(\.isWhitespace) else {
            if let known, !known.rule.allows(value.value) { throw .badValue(value.field) }
            return
        }
        if known?.isMandatory == true { throw .identifiersMissing([value.field]) }
        if case .intake(let missing) = state.phase, missing.contains(value.field) {
            throw .identifiersMissing([value.field])
        }
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
        let hour: Welcome.When = hours.isOpen(at: circumstances.local) ? .open : .closed
        let wanted: [(CategoryID?, Welcome.When)] = [
            (category, hour), (category, .always), (nil, hour), (nil, .always),
        ]
        for (category, when) in wanted {
            guard let welcome = welcomes.first(where: { $0.category == category && $0.when == when }) else { continue }
            let text = welcome.text(estimatedWaitMinutes: circumstances.estimatedWaitMinutes)
            if !text.isEmpty { return text }
        }
        return nil
    }
}

extension Welcome {
    private static let placeholder = "{wait}"

    /// Empty if it speaks of nothing but a wait that nobody can tell.
    fileprivate func text(estimatedWaitMinutes wait: Int?) -> String {
        guard let wait else { return sentences.filter { !$0.contains(Self.placeholder) }.joined(separator: " ") }
        return text.split(separator: Self.placeholder, omittingEmptySubsequences: false).joined(separator: "\(wait)")
    }

    /// Trimmed. An end of a line is one of a sentence, a full stop before a small letter or the placeholder is not: it
    /// stands in "approx. {wait} minutes".
    private var sentences: [String] {
        var sentences: [String] = []
        var sentence = ""
        for word in text.split(whereSeparator: \.isWhitespace) {
            if let last = sentence.last, ".!?".contains(last), word.first?.isLowercase == false, word.first != "{" {
                sentences.append(sentence)
                sentence = ""
            }
            sentence += sentence.isEmpty ? word : " " + word
        }
        return sentences + [sentence]
    }
}
