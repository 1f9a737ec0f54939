#if FOYER_MUTANTS
import CaseStore
import Mutants

// Planted bugs that need more than a line (docs/simulation.md).
extension CaseEngine {
    func sayEarly(_ run: Run) {
        if Mutants.isPlanted(.acknowledgeBeforeCommit) {
            for decided in run.decided {
                guard case .person(let ticket) = decided.pending.origin else { continue }
                say(.reply(ticket, .accepted(decided.receipt)))
            }
        }
        if Mutants.isPlanted(.publishBeforeCommit), let known = unstored(run) {
            say(.publish(Publication(known, events: run.events)))
        }
    }

    /// False if there is nothing to pretend.
    @discardableResult
    func pretendStored(_ run: Run) -> Bool {
        guard run.baseVersion > 0, let known = unstored(run) else { return false }
        run.slot.known = known
        return true
    }

    private func unstored(_ run: Run) -> KnownCase? {
        guard let state = run.state, let publicID = run.slot.known?.publicID ?? run.slot.publicID else { return nil }
        let isConflict = Mutants.isPlanted(.staleAfterConflict) || Mutants.isPlanted(.publishBeforeCommit)
        let version = run.baseVersion + (isConflict ? 1 : 0)
        return KnownCase(id: run.slot.id, publicID: publicID, version: version, state: state)
    }
}
#endif
