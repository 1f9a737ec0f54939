#if FOYER_MUTANTS
import Mutants

/// Runs with a planted bug until one run finds it.
package enum MutantHunt {
    package struct Catch: Sendable {
        package let mutant: String
        /// Nil if it survived.
        package let seed: UInt64?
        package let seeds: Int
        package let violation: String
    }

    package static var names: [String] { Mutant.allCases.map(\.rawValue) }

    /// False if there is no such mutant.
    package static func plant(_ name: String) -> Bool {
        guard let mutant = Mutant(rawValue: name) else { return false }
        Mutants.plant(mutant)
        return true
    }

    package static func hunt(_ name: String, from first: UInt64, atMost limit: Int) -> Catch {
        guard plant(name) else { return Catch(mutant: name, seed: nil, seeds: 0, violation: "no such mutant") }
        defer { Mutants.plant(nil) }
        for tried in 0..<limit {
            let seed = first &+ UInt64(tried)
            let report = Simulation.run(seed: seed)
            guard let violation = report.violation else { continue }
            return Catch(mutant: name, seed: seed, seeds: tried + 1, violation: violation)
        }
        return Catch(mutant: name, seed: nil, seeds: limit, violation: "")
    }
}
#endif
