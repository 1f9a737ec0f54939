import ArgumentParser
import LoadCheck

/// Whom a run simulates.
struct CrowdOptions: ParsableArguments {
    @OptionGroup var house: HouseOptions

    @Option(help: "Guests, each with a case.")
    var guests = 200

    @Option(help: "Members, each with a socket; at most 50 guests a member.")
    var members = 20

    @Option(help: ArgumentHelp("Length of each message's text.", valueName: "bytes"))
    var textBytes = 120

    @Option(help: "The share of messages that members write, from 0 to 1. A socket may send some 20 a second.")
    var memberShare = 0.5

    @Option(help: "The share of members' messages that are private notes, from 0 to 1.")
    var notes = 0.1

    @Flag(inversion: .prefixedNo, help: "Watch the lists of cases, as the pages do.")
    var watch = true

    /// Each client has a second socket at the end.
    private static let most = 9000

    func validate() throws {
        guard guests >= 1, members >= 1, guests <= Self.most, guests + members <= Self.most else {
            throw ValidationError("--guests and --members: at least one of each, and at most \(Self.most) together.")
        }
        guard (guests + members - 1) / members <= HouseOptions.casesPerMember else {
            throw ValidationError(
                "--members: a member follows at most \(HouseOptions.casesPerMember) cases; take more of them.")
        }
        guard (MessageMark.shortestBytes...16_384).contains(textBytes) else {
            throw ValidationError("--text-bytes: from \(MessageMark.shortestBytes) to 16384.")
        }
        guard (0...1).contains(memberShare) else { throw ValidationError("--member-share: from 0 to 1.") }
        guard (0...1).contains(notes) else { throw ValidationError("--notes: from 0 to 1.") }
    }

    func plan() throws -> RushPlan {
        try HouseOptions.provide(sockets: 2 * (guests + members))
        return RushPlan(
            houses: house.houses, guests: guests, members: members, logins: try house.logins(), team: house.team,
            textBytes: textBytes, memberShare: memberShare, notes: notes, watches: watch, threads: house.threads,
            seed: house.seed, history: try house.historyFile())
    }
}
