/// Walks what two rooms can be to each other: each lives on its own, and they are merged and parted either way round.
package struct PairExploration {
    package struct Step {
        package let command: PairCommand
        package let from: PairedCase
        package let into: PairedCase
        package let actor: Actor
        package let now: Timestamp
        package let decision: PairDecision
    }

    private struct Moment: Hashable {
        let rooms: [CaseState]
        let now: Timestamp
    }

    private static let ids = [CaseID(1), CaseID(2)]

    /// How many commands and jumps of the clock follow each other, after both rooms were opened.
    package let mostSteps: Int

    package init(mostSteps: Int) { self.mostSteps = mostSteps }

    package func run(
        visitSingle: (Exploration.Step) -> Void, visitPair: (Step) -> Void
    ) -> Exploration.Size {
        var size = Exploration.Size()
        var known: Set<Moment> = []
        var frontier: [(moment: Moment, steps: Int)] = []

        func arrive(at moment: Moment, steps: Int) {
            guard known.insert(moment).inserted else { return }
            frontier.append((moment, steps))
        }

        func go(_ command: Command, by actor: Actor, on room: Int, of moment: Moment, at now: Timestamp, steps: Int) {
            let step = Exploration.Step(command, by: actor, on: moment.rooms[room], at: now)
            visitSingle(step)
            guard case .accepted(let events, let next) = step.decision else { return size.rejections += 1 }
            guard !events.isEmpty else { return }
            size.transitions += 1
            var rooms = moment.rooms
            rooms[room] = next
            arrive(at: Moment(rooms: rooms, now: now), steps: steps)
        }

        func go(_ command: PairCommand, by actor: Actor, from: Int, of moment: Moment, steps: Int) {
            let pair = moment.rooms.indices.map {
                PairedCase(id: Self.ids[$0], state: moment.rooms[$0], policy: SmallWorld.policy)
            }
            let into = 1 - from
            let decision = decidePair(
                command, from: pair[from], into: pair[into], by: actor, in: Circumstances(now: moment.now))
            visitPair(
                Step(
                    command: command, from: pair[from], into: pair[into], actor: actor, now: moment.now,
                    decision: decision))
            guard case .accepted(let gone, let stays) = decision else { return size.rejections += 1 }
            size.transitions += 1
            var rooms = moment.rooms
            (rooms[from], rooms[into]) = (gone.state, stays.state)
            arrive(at: Moment(rooms: rooms, now: moment.now), steps: steps)
        }

        arrive(at: Moment(rooms: Self.opened, now: SmallWorld.beginning), steps: 0)
        var next = 0
        while next < frontier.count {
            let (moment, steps) = frontier[next]
            next += 1
            guard steps < mostSteps else { continue }
            for command in PairCommand.allCases {
                for actor in [SmallWorld.memberActor, .system, SmallWorld.guestActor] {
                    for from in moment.rooms.indices {
                        go(command, by: actor, from: from, of: moment, steps: steps + 1)
                    }
                }
            }
            for room in moment.rooms.indices {
                let state = moment.rooms[room]
                for (command, actor) in SmallWorld.commandsInPairs(on: state, at: moment.now)
                where Permissions.allow(command.name, to: actor.relations(to: state)) {
                    go(command, by: actor, on: room, of: moment, at: moment.now, steps: steps + 1)
                }
                guard let due = state.earliestDeadline(under: SmallWorld.policy) else { continue }
                let now = max(moment.now, due.at)
                go(.deadlineReached, by: .system, on: room, of: moment, at: now, steps: steps + 1)
            }
        }
        size.states = known.count
        return size
    }

    /// Two rooms of guests who typed different names: a member alone makes them one.
    private static var opened: [CaseState] {
        [SmallWorld.room, SmallWorld.otherRoom].compactMap { opening in
            let step = Exploration.Step(
                .open(opening), by: SmallWorld.memberActor, on: nil, at: SmallWorld.beginning)
            guard case .accepted(_, let state) = step.decision else { return nil }
            return state
        }
    }
}
