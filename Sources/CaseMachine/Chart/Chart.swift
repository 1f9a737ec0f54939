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

    package let cells: [Place: Cell]
    package let size: Exploration.Size

    /// Large enough to see every phase and every pair that is ever accepted; a test compares it with a larger one.
    package static let mostSteps = 5

    package init(mostSteps: Int = Self.mostSteps) {
        var cells: [Place: Cell] = [:]
        let openings = [SmallWorld.support, SmallWorld.intake, SmallWorld.room, SmallWorld.thread]
        size = Exploration(openings: openings, mostSteps: mostSteps).run { step in
            let place = Place(phase: step.before?.phaseName ?? .none, command: step.command.name)
            switch step.decision {
            case .rejected(let rejection):
                // What depends on who asks stands in the table of permissions.
                guard rejection != .notAllowed else { return }
                cells[place, default: Cell()].rejections.insert(rejection.code)
            case .accepted(let events, let state):
                guard !events.isEmpty else { return }
                cells[place, default: Cell()].leadsTo.insert(state.phaseName)
                cells[place, default: Cell()].facts.formUnion(events.map(\.fact.name))
            }
        }
        self.cells = cells
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
        let words = "\(self)"
        return String(words.prefix { $0 != "(" })
    }
}
