import ArgumentParser
import Dispatch
import Glibc
import LoadCheck

struct RushCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rush",
        abstract: "Everybody writes: guests open cases, members take them on, both send at a rate.",
        discussion: """
            The rate is kept whatever the server does, and a message's time counts from when it should have been sent. \
            Sockets that break come back, and send again what was not acknowledged. At the end every case is read once \
            more from its beginning. SIGTERM or SIGINT ends the sending early, and nothing else. Exit status 1: not everything was acknowledged and delivered, or something was \
            refused.
            """)

    @OptionGroup var crowd: CrowdOptions

    @Option(help: "Messages a second, of all together.")
    var rate = 100.0

    @Option(help: ArgumentHelp("How long messages are sent.", valueName: "seconds"))
    var duration = 10.0

    @Option(help: "How messages are spread over time: poisson or even.")
    var spacing = Spacing.poisson

    @Option(help: ArgumentHelp("How long to wait for what is still under way.", valueName: "seconds"))
    var drain = 30.0

    @OptionGroup var figures: FiguresOptions

    func validate() throws {
        guard rate > 0, rate <= 1e6 else { throw ValidationError("--rate: above 0, at most 1000000.") }
        guard duration > 0, duration <= 86_400 else { throw ValidationError("--duration: above 0, at most a day.") }
        guard drain >= 0, drain <= 3600 else { throw ValidationError("--drain: from 0 to 3600.") }
    }

    func run() throws {
        let plan = try crowd.plan()
        let rush = try Rush(plan)
        say("signing in \(plan.members) members and \(plan.guests) guests")
        try rush.gather()
        say("sending")
        let began = microseconds()
        let sources = Self.endOnSignal(rush)
        let (latencies, isDrained) = try rush.send(
            rate: rate, seconds: duration, spacing: spacing, drainSeconds: drain)
        sources.forEach { $0.cancel() }
        let seconds = min(duration, Double(microseconds() - began) / 1e6)
        say("reading every case again")
        try rush.readAgain()
        try rush.finish(isComplete: true)
        let report = RushReport(
            plan, rate: rate, seconds: seconds, spacing: spacing, progress: rush.progress, latencies: latencies,
            isDrained: isDrained)
        print(report.text, terminator: "")
        try figures.write(report)
        guard isDrained, report.refused == 0 else { throw ExitCode.failure }
    }

    /// Whoever ends a run early wants to see what it has shown.
    private static func endOnSignal(_ rush: Rush) -> [any DispatchSourceSignal] {
        let ending = rush.ending
        return [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { ending.set() }
            source.activate()
            return source
        }
    }
}

extension Spacing: ExpressibleByArgument {}
