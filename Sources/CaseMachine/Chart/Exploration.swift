/// Walks every state that a small case can reach: a handful of people, every command, a clock that only ever jumps to the
/// next deadline. The charts are drawn from what it sees, and tests assert the machine's invariants at each step.
package struct Exploration {
    /// A decision that was seen, from the state before it.
    package struct Step {
        package let before: CaseState?
        package let actor: Actor
        package let command: Command
        package let now: Timestamp
        package let decision: Decision

        package init(before: CaseState?, actor: Actor, command: Command, now: Timestamp, decision: Decision) {
            self.before = before
            self.actor = actor
            self.command = command
            self.now = now
            self.decision = decision
        }
    }

    package struct Size: Hashable, Sendable {
        /// Distinct pairs of state and clock.
        package fileprivate(set) var states = 0
        /// Decisions that were accepted and changed something.
        package fileprivate(set) var transitions = 0
        package fileprivate(set) var rejections = 0
    }

    package let openings: [Opening]
    package let policy: Policy
    /// How many commands and jumps of the clock follow each other, the opening included.
    package let mostSteps: Int

    package init(openings: [Opening], policy: Policy = SmallWorld.policy, mostSteps: Int) {
        self.openings = openings
        self.policy = policy
        self.mostSteps = mostSteps
    }

    private struct Moment: Hashable {
        let state: CaseState
        let now: Timestamp
    }

    private struct Place {
        let moment: Moment
        let steps: Int
    }

    /// Breadth first, so that the shortest way to a state is the one that is reported. Who may not give a command at all
    /// is left out: that every stranger is refused everything is a test of its own.
    package func run(_ visit: (Step) -> Void) -> Size {
        var size = Size()
        var known: Set<Moment> = []
        var frontier: [Place] = []

        func go(_ command: Command, by actor: Actor, on state: CaseState?, at now: Timestamp, steps: Int) {
            let circumstances = Circumstances(now: now)
            let decision = decide(command, by: actor, on: state, under: policy, in: circumstances)
            visit(Step(before: state, actor: actor, command: command, now: now, decision: decision))
            switch decision {
            case .rejected: size.rejections += 1
            case .accepted(let events, let next):
                guard !events.isEmpty else { return }
                size.transitions += 1
                let moment = Moment(state: next, now: now)
                guard known.insert(moment).inserted else { return }
                frontier.append(Place(moment: moment, steps: steps))
            }
        }

        for opening in openings {
            for actor in SmallWorld.actors {
                go(.open(opening), by: actor, on: nil, at: SmallWorld.beginning, steps: 1)
            }
        }
        var next = 0
        while next < frontier.count {
            let place = frontier[next]
            let (state, now) = (place.moment.state, place.moment.now)
            next += 1
            guard place.steps < mostSteps else { continue }
            let commands = SmallWorld.commands(on: state, at: now)
            for actor in SmallWorld.actors {
                let relations = actor.relations(to: state)
                for command in commands where Permissions.allow(command.name, to: relations) {
                    go(command, by: actor, on: state, at: now, steps: place.steps + 1)
                }
            }
            guard let deadline = state.earliestDeadline(under: policy) else { continue }
            go(.deadlineReached, by: .system, on: state, at: max(now, deadline.at), steps: place.steps + 1)
        }
        size.states = known.count
        return size
    }
}

/// The few people and things that a small case is made of.
package enum SmallWorld {
    package static let beginning = Timestamp(milliseconds: 1_000_000_000_000)
    package static let organisation = OrganisationID(1)
    package static let team = TeamID(1)
    package static let otherTeam = TeamID(2)
    package static let guest = GuestID(1)
    package static let client = ClientID(1)
    package static let member = MemberID(1)
    package static let supervisor = MemberID(2)
    package static let field = FieldID(1)

    package static let support = Opening(organisation: organisation, team: team, party: .support(guest))
    package static let intake = Opening(
        organisation: organisation, team: team, party: .support(guest), missing: [field])
    package static let room = Opening(organisation: organisation, team: team, party: .room(guest))
    package static let thread = Opening(organisation: organisation, team: team, party: .direct(client))

    /// With few repeated alerts, so that a case nobody answers gets to its end within a few jumps of the clock.
    package static let policy = {
        var policy = Policy()
        policy.repeatedAlert = .days(7)
        return policy
    }()

    package static let actors: [Actor] = [
        .guest(guest),
        .client(ClientActor(user: ClientUserID(1), client: client, mayRead: true, maySend: true)),
        .member(MemberActor(member: member, organisation: organisation, teams: [team: .member])),
        .member(MemberActor(member: supervisor, organisation: organisation, teams: [team: .supervisor])),
        .system,
    ]

    /// Every command, with the arguments that make a difference.
    package static func commands(on state: CaseState, at now: Timestamp) -> [Command] {
        let newest = Command.Target(
            numbers: Numbers(forTeam: state.teamHead, forGuest: state.guestHead), author: .guest(guest),
            isChangeable: true)
        return [
            .open(support), .submitIdentifiers([FieldValue(field: field, value: "1")]),
            .send(Message(text: "Hello")), .edit(newest, text: "Hello again"), .delete(newest),
            .note(Message(text: "Between us")),
            .markSeen(upTo: state.guestHead), .markSeen(upTo: state.teamHead), .markDelivered(upTo: state.guestHead),
            .claim, .release, .transfer(.member(supervisor)), .transfer(.team(otherTeam)),
            .addParticipant(supervisor), .removeParticipant(supervisor), .leave,
            .snooze(until: now + .hours(1)), .wake,
            .requestClose, .declineClose, .closeChat, .closeWithoutConsent(reason: "Abuse"), .reopen,
            .startCall(.video), .answerCall, .declineCall, .endCall,
            .invite(.sms), .shareLink, .merge(into: CaseID(2)), .undoMerge, .absorb(CaseID(3)),
            .undoAbsorb(CaseID(3)), .deliverBlast(BlastID(1), Message(text: "We are closed on Monday")),
            .assigneeAbsent, .assigneePresent, .callPartyGone, .callPartyBack, .policyChanged, .deadlineReached,
        ]
    }
}
