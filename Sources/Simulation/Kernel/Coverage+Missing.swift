import CaseMachine

extension Coverage {
    /// What runs enough in number must have met, and these have not.
    package var neverMet: [String] {
        let commands = CommandName.allCases.map(\.rawValue).filter { !Self.elsewhere.contains($0) }
        let phases = PhaseName.allCases.map(\.rawValue).filter { !Self.elsewhere.contains($0) }
        return commands.filter { accepted[$0] == nil }.map { "command \($0)" }
            + Fact.deadlineNames.filter { deadlines[$0] == nil }.map { "deadline \($0)" }
            + Fault.allCases.filter { faults[$0] == nil }.map { "fault \($0.rawValue)" }
            + phases.filter { self.phases[$0] == nil }.map { "phase \($0)" }
    }

    private static let elsewhere: Set<String> = [
        // Deadlines are counted by what they were.
        CommandName.deadlineReached.rawValue,
        // The phase before the first event.
        PhaseName.none.rawValue,
        // The other room's halves of `merge` and `undoMerge`.
        CommandName.absorb.rawValue, CommandName.undoAbsorb.rawValue,
    ]
}
