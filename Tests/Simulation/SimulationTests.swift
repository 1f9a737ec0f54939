import Simulation
import Testing

/// Few seeds, as they are run without optimisation: `make test` runs hundreds more in the release build.
@Suite struct `A house in which everything goes wrong` {
    @Test func `a seed is the same run each time`() {
        let first = Simulation.run(seed: 7)
        let second = Simulation.run(seed: 7)
        #expect(first.trace == second.trace)
        #expect(first.steps == second.steps)
        #expect(first.coverage == second.coverage)
    }

    @Test func `another seed is another run`() {
        #expect(Simulation.run(seed: 7).trace != Simulation.run(seed: 8).trace)
    }

    // covers: B1, B2
    @Test(arguments: 1001...1020)
    func `every promise holds`(seed: Int) {
        let report = Simulation.run(seed: UInt64(seed))
        #expect(report.violation == nil, "\(report.lastLines.suffix(20).joined(separator: "\n"))")
        #expect(report.messages > 0)
    }

    @Test func `a short run is calm at its end, too`() {
        var settings = SimulationSettings()
        settings.steps = 300
        #expect(Simulation.run(seed: 3, settings: settings).violation == nil)
    }

    @Test func `what never happened is named`() {
        let nothing = Coverage()
        #expect(nothing.neverMet.contains("command send"))
        #expect(nothing.neverMet.contains("deadline autoClose"))
        #expect(nothing.neverMet.contains("fault nodeDiedHandingOut"))
        #expect(nothing.neverMet.contains("phase closing"))
    }
}
