import ArgumentParser
import Foundation
import LoadCheck

struct KneeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "knee",
        abstract: "Raises the rate step by step until p99 from sending to acknowledgement passes a bound.",
        discussion: """
            Prints the highest rate that kept within it. A step that does not, or in which not everything arrives, is \
            tried once more, because virtual machines have slow moments.
            """)

    @OptionGroup var crowd: CrowdOptions

    @Option(help: "Messages a second of the first step.")
    var from = 100.0

    @Option(help: "Each step's rate is this many times that of the one before.")
    var factor = 1.25

    @Option(help: "The last rate that is tried.")
    var to = 50_000.0

    @Option(help: ArgumentHelp("How long a step lasts.", valueName: "seconds"))
    var step = 5.0

    @Option(help: ArgumentHelp("The bound of p99.", valueName: "ms"))
    var bound = 50.0

    @OptionGroup var figures: FiguresOptions

    private static let drainSeconds = 20.0

    private struct Step: Encodable {
        let rate: Double
        let isWithin: Bool
        /// Commands that the server wanted to be asked again, later.
        let retried: Int
        let sendToAcknowledged: RushReport.Latency
        let sendToDelivered: RushReport.Latency
        let generatorLateness: RushReport.Latency
    }

    private struct Knee: Encodable {
        let boundMilliseconds: Double
        /// The highest rate within the bound; 0 when not even the first one was.
        let rate: Double
        let steps: [Step]
    }

    func validate() throws {
        guard from > 0, to >= from, to <= 1e6 else { throw ValidationError("--from: above 0, at most --to.") }
        guard factor >= 1.01 else { throw ValidationError("--factor: at least 1.01.") }
        guard step > 0, step <= 600 else { throw ValidationError("--step: above 0, at most 600.") }
        guard bound > 0 else { throw ValidationError("--bound: above 0.") }
    }

    func run() throws {
        let rush = try Rush(try crowd.plan())
        say("signing in \(crowd.members) members and \(crowd.guests) guests")
        try rush.gather()
        print("messages/s       p50       p99     p99.9       max   ms, send to acknowledged")
        var steps: [Step] = []
        var rate = from
        var best = 0.0
        while rate <= to {
            let first = try take(rate, rush)
            steps.append(first)
            if !first.isWithin {
                let second = try take(rate, rush)
                steps.append(second)
                guard second.isWithin else { break }
            }
            best = rate
            rate *= factor
        }
        try rush.finish(isComplete: false)
        print("p99 stays within \(RushReport.number(bound)) ms up to \(RushReport.number(best.rounded())) messages/s")
        if let late = steps.last?.generatorLateness.p99Milliseconds, late > bound / 5 {
            print("! the generator itself was late at the end: the server may be able to do more")
        }
        if let retried = steps.last?.retried, retried > 0 {
            print("! sockets were told that they are too fast, or the server too busy: try it with more members, too")
        }
        try figures.write(Knee(boundMilliseconds: bound, rate: best, steps: steps))
        guard best > 0 else { throw ExitCode.failure }
    }

    private func take(_ rate: Double, _ rush: Rush) throws -> Step {
        let retriedBefore = rush.progress[.retried]
        let (latencies, isDrained) = try rush.send(
            rate: rate, seconds: step, spacing: .poisson, drainSeconds: Self.drainSeconds)
        let acknowledged = RushReport.Latency(latencies.toAcknowledged)
        let isWithin = isDrained && acknowledged.p99Milliseconds <= bound
        print(String(format: "%10.0f", rate) + acknowledged.cells + (isWithin ? "" : "   passed"))
        fflush(nil)
        return Step(
            rate: rate, isWithin: isWithin, retried: rush.progress[.retried] - retriedBefore,
            sendToAcknowledged: acknowledged,
            sendToDelivered: RushReport.Latency(latencies.toDelivered),
            generatorLateness: RushReport.Latency(latencies.toTakenUp))
    }
}
