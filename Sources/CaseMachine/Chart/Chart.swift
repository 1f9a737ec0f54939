/// The machine as tables and diagrams, made by running it: what is drawn was decided by the code a moment ago.
package struct Chart {
    /// What was seen to happen when a phase was given a command.
    package struct Cell {
        package fileprivate(set) var leadsTo: Set<PhaseName> = []
        package fileprivate(set) var facts: Set<String> = []
        package fileprivate(set) var rejections: Set<String> = []
    }

    package struct Place: Hashable {
        package let phase: PhaseName
        package let command: CommandName
    }

    package private(set) var cells: [Place: Cell] = [:]

    /// Large enough to see every phase and every pair that is ever accepted; a test compares it with a larger one.
    package static let mostSteps = 5

    /// Two rooms live through fewer steps: what they add are the mergers.
    package init(mostSteps: Int = Self.mostSteps, leavingOut leftOut: Set<CommandName> = []) {
        let openings = [SmallWorld.support, SmallWorld.intake, SmallWorld.room, SmallWorld.thread]
        _ = Exploration(openings: openings, mostSteps: mostSteps, leavingOut: leftOut).run { note($0) }
        guard !leftOut.contains(.merge) else { return }
        _ = PairExploration(mostSteps: Self.mostSteps - 1).run(visitSingle: { note($0) }, visitPair: { note($0) })
    }

    private mutating func note(_ step: Exploration.Step) {
        let place = Place(phase: step.before?.phaseName ?? .none, command: step.command.name)
        switch step.decision {
        case .rejected(let rejection): note(rejection, at: place)
        case .accepted(let events, let state): note(events, to: state, at: place)
        }
    }

    private mutating func note(_ step: PairExploration.Step) {
        let from = Place(phase: step.from.state.phaseName, command: step.command.halves.from)
        let into = Place(phase: step.into.state.phaseName, command: step.command.halves.into)
        switch step.decision {
        case .rejected(let rejection): note(rejection, at: from)
        case .accepted(let gone, let stays):
            note(gone.events, to: gone.state, at: from)
            note(stays.events, to: stays.state, at: into)
        }
    }

    /// What depends on who asks stands in the table of permissions.
    private mutating func note(_ rejection: Rejection, at place: Place) {
        guard rejection != .notAllowed else { return }
        cells[place, default: Cell()].rejections.insert(rejection.code)
    }

    private mutating func note(_ events: [CaseEvent], to state: CaseState, at place: Place) {
        guard !events.isEmpty else { return }
        cells[place, default: Cell()].leadsTo.insert(state.phaseName)
        cells[place, default: Cell()].facts.formUnion(events.map(\.fact.name))
    }

    package subscript(_ phase: PhaseName, _ command: CommandName) -> Cell {
        cells[Place(phase: phase, command: command)] ?? Cell()
    }

    /// The commands that lead from one phase to another, in the order of their declaration.
    func commands(from phase: PhaseName, to next: PhaseName) -> [CommandName] {
        CommandName.allCases.filter { self[phase, $0].leadsTo.contains(next) }
    }
}

extension Fact {
    /// Its case's own name, as in the sources.
    package var name: String {
        // Without describing what it carries, which would take a quarter of a walk's time.
        Mirror(reflecting: self).children.first?.label ?? "\(self)"
    }
}
