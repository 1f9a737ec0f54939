import ArgumentParser
import Simulation

struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run whole houses on a virtual clock, with everything going wrong, and check every promise.")

    @Option(help: "How many runs, each with the seed after the last one's. (default: 100, or 1 if --seed is given)")
    var seeds: UInt64?

    @Option(help: "The first seed: the same seed is the same run.")
    var seed: UInt64?

    @Option(help: "What happens in a run before it becomes calm.")
    var steps: Int?

    @Flag(help: "Say what the runs have met.")
    var verbose = false

    @Flag(help: "Fail if something never happened that the runs are meant to try.")
    var complete = false

    @Option(
        help: "Instead: so many deadlines over three nodes that are killed at random; none early, missed or met twice.")
    var deadlines: Int?

    #if FOYER_MUTANTS
    @Option(help: "Run with this planted bug.")
    var mutant: String?

    @Flag(help: "Run with each planted bug until a run finds it.")
    var mutants = false
    #endif

    func validate() throws {
        guard seeds != 0 else { throw ValidationError("--seeds: at least 1, or nothing would be tried") }
        guard (1...10_000_000).contains(deadlines ?? 1) else {
            throw ValidationError("--deadlines: between 1 and 10000000")
        }
        guard (steps ?? 1) > 0 else { throw ValidationError("--steps: at least 1") }
    }

    func run() throws {
        #if FOYER_MUTANTS
        if mutants { return try hunt() }
        if let mutant, !MutantHunt.plant(mutant) {
            throw ValidationError("There is no mutant \(mutant); there are \(MutantHunt.names).")
        }
        #endif
        if let deadlines { return try meet(deadlines) }
        var settings = SimulationSettings()
        if let steps { settings.steps = steps }
        let first = seed ?? 1
        let count = seeds ?? (seed == nil ? 100 : 1)
        let clock = ContinuousClock()
        let began = clock.now
        var trace: UInt64 = 0
        var coverage = Coverage()
        for place in 0..<count {
            let seed = first &+ place
            let report = Simulation.run(seed: seed, settings: settings)
            trace = trace &* 0x100_0000_01B3 ^ report.trace
            coverage.add(report.coverage)
            guard let violation = report.violation else { continue }
            print(report.lastLines.joined(separator: "\n"))
            print("seed \(seed), step \(report.steps): \(violation)")
            print("again with: foyer simulate --seed \(seed)\(steps.map { " --steps \($0)" } ?? "")")
            throw ExitCode(1)
        }
        if verbose { print(coverage.lines.joined(separator: "\n")) }
        let seconds = (clock.now - began) / .seconds(1)
        print("\(count) seeds in \(seconds.rounded()) s, \((Double(count) / seconds).rounded()) a second")
        print("trace=\(hex(trace))")
        guard complete, !coverage.neverMet.isEmpty else { return }
        print("never met: \(coverage.neverMet.joined(separator: ", "))")
        throw ExitCode(1)
    }

    private func meet(_ count: Int) throws {
        var settings = DeadlineRun.Settings()
        settings.cases = count
        settings.seed = seed ?? 1
        let report = DeadlineRun.run(settings)
        let lateness = [50.0, 99, 99.9, 100].map { report.lateness(percentile: $0) }
        print("\(report.met) deadlines met at \(report.deaths) deaths of nodes, \(settings.nodes) at a time")
        print("early \(report.early), missed \(report.missed), met twice \(report.twice)")
        print(
            "late by p50 \(lateness[0]) ms, p99 \(lateness[1]) ms, p99.9 \(lateness[2]) ms, at most \(lateness[3]) ms")
        guard report.isKept else { throw ExitCode(1) }
    }

    private func hex(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    #if FOYER_MUTANTS
    private static let patience = 200

    private func hunt() throws {
        let hunted = mutant.map { [$0] } ?? MutantHunt.names
        var survivors = 0
        for name in hunted {
            let found = MutantHunt.hunt(name, from: seed ?? 1, atMost: Self.patience)
            if let seed = found.seed {
                print("caught \(name): seed \(seed), after \(found.seeds) seeds: \(found.violation)")
            } else {
                survivors += 1
                print("SURVIVED \(name): \(found.seeds) seeds")
            }
        }
        print("\(hunted.count - survivors) of \(hunted.count) mutants caught")
        if survivors > 0 { throw ExitCode(1) }
    }
    #endif
}
