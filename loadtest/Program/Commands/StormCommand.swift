import ArgumentParser
import Foundation

struct StormCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storm",
        abstract: "Loses thousands of sockets at once, and measures until all are back.",
        discussion: """
            With several nodes the last one is the bystanders', who exchange messages all the time; the storm is at the \
            others. Clients come back as the pages do: after a random pause up to half a second, and up to twice as \
            much after each failure. Exit status 1: somebody was not back in time, or the bounds were passed.
            """)

    @OptionGroup var house: HouseOptions

    @Option(help: "Sockets that are lost.")
    var sockets = 10_000

    @Option(help: "Guests whose sockets they are, each with a case.")
    var guests = 500

    @Option(help: "Bystanders at the last node, guests and members.")
    var bystanders = 200

    @Option(help: "Messages a second, of all bystanders together.")
    var rate = 40.0

    @Option(help: ArgumentHelp("How long the bystanders are measured before.", valueName: "seconds"))
    var calm = 5.0

    @Option(help: ArgumentHelp("How long everybody may take to come in, and to come back.", valueName: "seconds"))
    var patience = 120.0

    @Option(help: "Who ends the sockets: the clients at once, or a node, which somebody else then kills.")
    var cut = StormCut.clients

    @Option(help: ArgumentHelp("Exit status 1 when not all are back by then.", valueName: "seconds"))
    var backWithin: Double?

    @Option(help: ArgumentHelp("Exit status 1 when the bystanders' p99 to delivery is longer.", valueName: "ms"))
    var p99Within: Double?

    @OptionGroup var figures: FiguresOptions

    private static let textBytes = 120

    private var bystandingMembers: Int { max(1, bystanders / 10) }

    func validate() throws {
        guard (1...100_000).contains(sockets) else { throw ValidationError("--sockets: from 1 to 100000.") }
        guard (1...900).contains(guests), guests <= sockets else {
            throw ValidationError(
                "--guests: from 1 to 900, the codes that a house gives out in an hour, and at most one a socket.")
        }
        guard (2...900).contains(bystanders) else { throw ValidationError("--bystanders: from 2 to 900.") }
        guard rate > 0, rate <= 1e6 else { throw ValidationError("--rate: above 0, at most 1000000.") }
        guard calm > 0, calm <= 3600 else { throw ValidationError("--calm: above 0, at most 3600.") }
        guard patience >= 1, patience <= 3600 else { throw ValidationError("--patience: from 1 to 3600.") }
    }

    func run() throws {
        // At the end each case has two readers more.
        try HouseOptions.provide(sockets: sockets + 4 * (guests + bystanders))
        let plan = RushPlan(
            houses: house.houses, guests: bystanders - bystandingMembers, members: bystandingMembers,
            logins: try house.logins(), team: house.team, textBytes: Self.textBytes, memberShare: 0.5, notes: 0,
            watches: true, threads: max(2, house.threads), seed: house.seed, history: try house.historyFile(),
            longestPause: 30_000_000, ticketClerks: 4, keepsOnlookersApart: true)
        let rush = try Rush(plan)
        let storm = Storm(
            StormPlan(
                sockets: sockets, guests: guests, cut: cut, rate: rate, calmSeconds: calm, patience: patience), rush)
        let report = try storm.run()
        if house.history != nil {
            say("reading every case again")
            try rush.readAgain()
        }
        try rush.finish(isComplete: house.history != nil)
        print(report.text, terminator: "")
        try figures.write(report)
        guard let back = report.backSeconds, back <= backWithin ?? .infinity,
            report.storm.sendToDelivered.p99Milliseconds <= p99Within ?? .infinity
        else { throw ExitCode.failure }
    }
}

extension StormCut: ExpressibleByArgument {}
