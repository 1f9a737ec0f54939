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
        // The engine does not know yet whom a command names, so that nobody can be named.
        CommandName.transfer.rawValue, CommandName.addParticipant.rawValue, CommandName.removeParticipant.rawValue,
        CommandName.leave.rawValue,
        // Two cases at once: not simulated yet.
        CommandName.merge.rawValue, CommandName.undoMerge.rawValue, CommandName.absorb.rawValue,
        CommandName.undoAbsorb.rawValue, PhaseName.merged.rawValue,
    ]
}
