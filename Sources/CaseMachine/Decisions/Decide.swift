/// What the machine makes of a command: events with the state that they lead to, or a rejection.
package enum Decision: Hashable, Sendable {
    /// No event at all is a decision, too: what was wanted is so already.
    case accepted([CaseEvent], CaseState)
    case rejected(Rejection)
}

/// What a decision may know of the world, beside the case itself.
package struct Circumstances: Hashable, Sendable {
    /// On the store's clock.
    package let now: Timestamp
    /// By the team's own clocks.
    package let local: LocalMinute
    /// Nil if nobody can tell.
    package let estimatedWaitMinutes: Int?
    /// The member or the team that a transfer, or the adding of a participant, names; nil if there is none such.
    ///
    /// Not in the command: a command that is repeated under its key must stay the same, whoever comes and goes.
    package let addressee: Addressee?

    package init(
        now: Timestamp, local: LocalMinute = LocalMinute(minuteOfWeek: 0), estimatedWaitMinutes: Int? = nil,
        addressee: Addressee? = nil
    ) {
        self.now = now
        self.local = local
        self.estimatedWaitMinutes = estimatedWaitMinutes
        self.addressee = addressee
    }

    /// Time never runs backwards within a case, whatever the clock does.
    func notBefore(_ moment: Timestamp) -> Circumstances {
        Circumstances(
            now: max(now, moment), local: local, estimatedWaitMinutes: estimatedWaitMinutes,
            addressee: addressee)
    }
}

/// What the house knows of a member or a team that a command names.
package struct Addressee: Hashable, Sendable {
    package let organisation: OrganisationID
    /// A node holds the member now; means nothing of a team.
    package let isPresent: Bool

    package init(organisation: OrganisationID, isPresent: Bool) {
        self.organisation = organisation
        self.isPresent = isPresent
    }
}

/// Decides a command. Pure: the same arguments give the same answer, on any node and in any year.
///
/// First whether the actor may at all (`Permissions`), then whether the phase takes the command (`Availability`), then
/// what the state carries beside its phase. Who may not do a thing learns nothing about the case.
package func decide(
    _ command: Command, by actor: Actor, on state: CaseState?, under policy: Policy, in circumstances: Circumstances
) -> Decision {
    guard let state else { return decideOpening(command, by: actor, under: policy, in: circumstances) }
    let relations = actor.relations(to: state)
    guard Permissions.allow(command.name, to: relations) else {
        return .rejected(reasonForDenying(command.name, to: relations, on: state))
    }
    if let refusal = refusal(of: command.name, on: state) { return .rejected(refusal) }
    var draft = Draft(state: state, actor: actor, policy: policy, circumstances: circumstances)
    do {
        try draft.carryOut(command)
        return .accepted(draft.events, draft.state)
    } catch {
        return .rejected(error)
    }
}

/// The phase's; of a merged case it says where the case has gone.
func refusal(of command: CommandName, on state: CaseState) -> Rejection? {
    let refusal = Availability.refusal(of: command, in: state.phaseName)
    guard case .merged(let merger) = state.phase, refusal == .notNow(.merged) else { return refusal }
    return .movedTo(merger.into)
}

/// A colleague may look at the case anyway, and is told what to do first; everybody else learns nothing.
private func reasonForDenying(
    _ command: CommandName, to relations: Set<Relation>, on state: CaseState
) -> Rejection {
    guard relations.contains(.teammate), Permissions.allowed(command).contains(.assignee) else { return .notAllowed }
    if let assignee = state.assignee { return .alreadyClaimed(by: assignee) }
    return refusal(of: .claim, on: state) ?? .claimFirst
}

/// Events on their way into a decision, with the state after each: the next one is decided on what the last one made.
struct Draft {
    private(set) var state: CaseState
    private(set) var events: [CaseEvent] = []
    let actor: Actor
    let policy: Policy
    let circumstances: Circumstances

    var now: Timestamp { circumstances.now }

    init(state: CaseState, actor: Actor, policy: Policy, circumstances: Circumstances) {
        self.state = state
        self.actor = actor
        self.policy = policy
        self.circumstances = circumstances.notBefore(state.lastEventAt)
        adoptPolicy()
    }

    /// An older revision is that of a node which has not heard of the newer one yet: nothing goes back to it.
    private mutating func adoptPolicy() {
        guard policy.revision > state.adopted.revision, !state.isErased else { return }
        add(.policyAdopted(policy.asAdopted), by: .system)
    }

    mutating func add(_ fact: Fact, by author: Author) {
        let event = CaseEvent(at: now, author: author, fact: fact)
        state.apply(event)
        events.append(event)
    }

    /// By whoever gave the command.
    mutating func add(_ fact: Fact) { add(fact, by: actor.author) }

    mutating func carryOut(_ command: Command) throws(Rejection) {
        switch command {
        // A case that is there was opened; `Availability` has said so.
        case .open: throw .alreadyOpen
        case .submitIdentifiers(let values): try submitIdentifiers(values)
        case .send(let message): try send(message)
        case .edit(let target, let text): try edit(target, text)
        case .delete(let target): try delete(target)
        case .note(let note): try write(note)
        case .markSeen(let number): try markSeen(upTo: number)
        case .markDelivered(let number): try markDelivered(upTo: number)

        case .claim: try claim()
        case .release: release()
        case .transfer(let target): try transfer(to: target)
        case .addParticipant(let member): try addParticipant(member)
        case .removeParticipant(let member): try removeParticipant(member)
        case .leave: leave()
        case .snooze(let until): try snooze(until: until)
        case .wake: add(.woke(.memberWoke))

        case .requestClose: add(.closeRequested)
        case .declineClose: add(.closeDeclined)
        case .closeChat: closeChat()
        case .closeWithoutConsent(let reason): try closeWithoutConsent(reason)
        case .reopen: try reopen()

        case .startCall(let kind): try startCall(kind)
        case .answerCall: try answerCall()
        case .declineCall: try declineCall()
        case .endCall: try endCall()
        case .callPartyGone(let side): try callParty(side, isGone: true)
        case .callPartyBack(let side): try callParty(side, isGone: false)

        case .invite(let channel): try invite(by: channel)
        case .shareLink: try shareLink()
        case .deliverBlast(let blast, let message): try deliver(blast, message)
        case .erase: erase(.request)

        case .assigneeAbsent: setAbsence(true)
        case .assigneePresent: setAbsence(false)
        // Every decision adopts the policy that it is made under; nobody is kept waiting for what is asked no more.
        case .policyChanged: completeIntake()
        case .deadlineReached: meetDeadline()
        }
    }
}

func check(line text: String) throws(Rejection) {
    guard text.utf8.count <= Limits.lineBytes else { throw .tooLong(limitBytes: Limits.lineBytes) }
}

func check(text: String) throws(Rejection) {
    guard text.utf8.count <= Limits.textBytes else { throw .tooLong(limitBytes: Limits.textBytes) }
}

func check(_ message: Message) throws(Rejection) {
    guard !message.text.allSatisfy(\.isWhitespace) || !message.files.isEmpty else { throw .empty }
    try check(text: message.text)
    guard message.files.count <= Limits.filesPerMessage else { throw .tooMany(limit: Limits.filesPerMessage) }
    for file in message.files { try check(line: file.title) }
}
