import ArgumentParser
import CLinux
import Foundation
import LoadCheck

/// Whom a run simulates, and against which house: the same for every command that loads one.
struct CrowdOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The house, at a numeric address or localhost.", valueName: "http://address:port"))
    var url = "http://127.0.0.1:8080"

    @Option(help: "Guests, each with a case.")
    var guests = 200

    @Option(help: "Members, each with a socket; at most 50 guests a member.")
    var members = 20

    @Option(
        help: ArgumentHelp(
            "A member's login; may be repeated. Several sockets may share one.", valueName: "email:password"))
    var memberLogin: [String] = []

    @Option(
        help: ArgumentHelp(
            "The file with the demo data's logins, in the server's data directory.", valueName: "demo.json"))
    var demo: String?

    @Option(help: "The team that guests turn to. Default: the first of the member who takes their case on.")
    var team: String?

    @Option(help: ArgumentHelp("Length of each message's text.", valueName: "bytes"))
    var textBytes = 120

    @Option(help: "The share of messages that members write, from 0 to 1. A socket may send some 20 a second.")
    var memberShare = 0.5

    @Option(help: "The share of members' messages that are private notes, from 0 to 1.")
    var notes = 0.1

    @Flag(inversion: .prefixedNo, help: "Watch the lists of cases, as the pages do.")
    var watch = true

    @Option(help: "Threads of the generator. One is enough for some thousand messages a second.")
    var threads = 1

    @Option(help: "Which messages are sent when, and by whom, follows from this number.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Where to write the history, for foyer-load check.", valueName: "file"))
    var history: String?

    /// Those of the server, per socket.
    private static let casesPerMember = 50
    /// Each client has a second socket at the end.
    private static let most = 9000

    func validate() throws {
        guard HouseAddress(url) != nil else {
            throw ValidationError("--url: '\(url)' is not http://ADDRESS:PORT with a numeric address or localhost.")
        }
        guard guests >= 1, members >= 1, guests <= Self.most, guests + members <= Self.most else {
            throw ValidationError("--guests and --members: at least one of each, and at most \(Self.most) together.")
        }
        guard (guests + members - 1) / members <= Self.casesPerMember else {
            throw ValidationError(
                "--members: a member follows at most \(Self.casesPerMember) cases; take more of them.")
        }
        guard (MessageMark.shortestBytes...16_384).contains(textBytes) else {
            throw ValidationError("--text-bytes: from \(MessageMark.shortestBytes) to 16384.")
        }
        guard (0...1).contains(memberShare) else { throw ValidationError("--member-share: from 0 to 1.") }
        guard (0...1).contains(notes) else { throw ValidationError("--notes: from 0 to 1.") }
        guard (1...64).contains(threads) else { throw ValidationError("--threads: from 1 to 64.") }
        guard !memberLogin.isEmpty || demo != nil else {
            throw ValidationError("Give the members' logins: --demo DIR/demo.json, or --member-login email:password.")
        }
    }

    func plan() throws -> RushPlan {
        guard let house = HouseAddress(url) else { throw ValidationError("--url is wrong.") }
        let descriptors = clinux_raise_descriptor_limit()
        guard descriptors >= 2 * UInt64(guests + members) + 64 else {
            throw ValidationError(
                "So many sockets need a limit of \(2 * (guests + members) + 64) open files (ulimit -n).")
        }
        return RushPlan(
            house: house, guests: guests, members: members, logins: try logins(), team: team, textBytes: textBytes,
            memberShare: memberShare, notes: notes, watches: watch, threads: threads, seed: seed,
            history: try history.map { path throws(HistoryError) in try HistoryFile(path: path) })
    }

    private struct DemoData: Decodable {
        struct Member: Decodable {
            let email: String
            let password: String
            let teams: [String]
        }

        let members: [Member]
    }

    private func logins() throws -> [MemberLogin] {
        let given = try memberLogin.map { text in
            guard let colon = text.firstIndex(of: ":") else {
                throw ValidationError("--member-login: '\(text)' is not email:password.")
            }
            return MemberLogin(email: String(text[..<colon]), password: String(text[text.index(after: colon)...]))
        }
        guard given.isEmpty, let demo else { return given }
        guard let bytes = FileManager.default.contents(atPath: demo),
            let data = try? JSONDecoder().decode(DemoData.self, from: bytes)
        else { throw ValidationError("--demo: '\(demo)' has no logins.") }
        let found = data.members.filter { !$0.teams.isEmpty }
            .map { MemberLogin(email: $0.email, password: $0.password) }
        guard !found.isEmpty else { throw ValidationError("--demo: nobody in '\(demo)' works for a team.") }
        return found
    }
}
