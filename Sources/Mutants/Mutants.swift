// Bugs to be planted, so that the simulation can show that it finds them (docs/simulation.md). The module is in the
// manifest only when FOYER_MUTANTS is set, and every use of it stands behind `#if FOYER_MUTANTS`.

package enum Mutant: String, CaseIterable, Sendable {
    // The engine.
    case acknowledgeBeforeCommit
    case publishBeforeCommit
    case staleAfterConflict
    case cachedThoughFailed
    case keyForgottenOnRetry
    case rejectedUnverified
    case wrongKeyVerified
    case overtakenOnRetry
    case outboxRowForgotten
    case deadlineRowNotRewritten
    case absenceNeverRepeated
    // The machine.
    case deadlineEarly
    case noticeForgotten
    case noteForEveryone
    case cursorMovesBack
    case deletedTextStays
    case warnedForNothing
    // The feed, the sweep, presence and the store.
    case gapIgnored
    case sweepBlind
    case ghostsStay
    case versionNotCompared
}

package enum Mutants {
    // The choice is made before a run begins, and everything in a run happens in one thread.
    nonisolated(unsafe) private static var planted: Mutant?

    package static func plant(_ mutant: Mutant?) { planted = mutant }
    package static func isPlanted(_ mutant: Mutant) -> Bool { planted == mutant }
}
