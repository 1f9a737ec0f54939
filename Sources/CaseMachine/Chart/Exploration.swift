/// Walks every state that a small case can reach: a handful of people, every command, a clock that only ever jumps to the
/// next deadline. The charts are drawn from what it sees, and tests assert the machine's invariants at each step.
package struct Exploration {
    /// A decision that was seen, from the state before it.
    package struct Step {
        package let before: CaseState?
        package let actor: Actor
        package let command: Command
        package let now: Timestamp
        package let policy: Policy
        package let decision: Decision

        package init(
            before: CaseState?, actor: Actor, command: Command, now: Timestamp, policy: Policy, decision: Decision
        ) {
            self.before = before
            self.actor = actor
            self.command = command
            self.now = now
            self.policy = policy
            self.decision = decision
        }

        /// Decided in the small world.
        init(_ command: Command, by actor: Actor, on state: CaseState?, at now: Timestamp) {
            let policy = SmallWorld.policy(for: command, on: state)
            self.init(
                before: state, actor: actor, command: command, now: now, policy: policy,
                decision: decide(command, by: actor, on: state, under: policy, in: SmallWorld.circumstances(at: now)))
        }
    }

    package struct Size: Hashable, Sendable {
        /// Distinct pairs of state and clock.
        package internal(set) var states = 0
        /// Decisions that were accepted and changed something.
        package internal(set) var transitions = 0
        package internal(set) var rejections = 0
    }

    package let openings: [Opening]
    /// How many commands and jumps of the clock follow each other, the opening included.
    package let mostSteps: Int
    /// Left out, so that a walk can be longer.
    package let leftOut: Set<CommandName>

    package init(openings: [Opening], mostSteps: Int, leavingOut leftOut: Set<CommandName> = []) {
        self.openings = openings
        self.mostSteps = mostSteps
        self.leftOut = leftOut
    }

    private struct Moment: Hashable {
        let state: CaseState
        let now: Timestamp
    }

    private struct Place {
        let moment: Moment
        let steps: Int
    }

    /// Breadth first, so that the shortest way to a state is the one that is reported. Of the case's own people, who may
    /// not give a command at all is left out; strangers try one in each state, each in its turn.
    package func run(_ visit: (Step) -> Void) -> Size {
        var size = Size()
        var known: Set<Moment> = []
        var frontier: [Place] = []

        func go(_ command: Command, by actor: Actor, on state: CaseState?, at now: Timestamp, steps: Int) {
            let step = Step(command, by: actor, on: state, at: now)
            visit(step)
            switch step.decision {
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
            for actor in SmallWorld.actors + SmallWorld.strangers {
                go(.open(opening), by: actor, on: nil, at: SmallWorld.beginning, steps: 1)
            }
        }
        var next = 0
        while next < frontier.count {
            let place = frontier[next]
            let (state, now) = (place.moment.state, place.moment.now)
            next += 1
            guard place.steps < mostSteps else { continue }
            let commands = SmallWorld.commands(on: state, at: now).filter { !leftOut.contains($0.name) }
            for actor in SmallWorld.actors {
                let relations = actor.relations(to: state)
                for command in commands where Permissions.allow(command.name, to: relations) {
                    go(command, by: actor, on: state, at: now, steps: place.steps + 1)
                }
            }
            for stranger in SmallWorld.strangers {
                go(commands[next % commands.count], by: stranger, on: state, at: now, steps: place.steps + 1)
            }
            guard let due = state.earliestDeadline(under: SmallWorld.policy(for: .deadlineReached, on: state)) else {
                continue
            }
            go(.deadlineReached, by: .system, on: state, at: max(now, due.at), steps: place.steps + 1)
        }
        size.states = known.count
        return size
    }
}
