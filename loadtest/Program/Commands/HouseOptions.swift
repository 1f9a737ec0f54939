import ArgumentParser
import CLinux
import Foundation
import LoadCheck

/// Which house, and how its members get in: the same for every command that loads one.
struct HouseOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A node of the house, at a numeric address or localhost; may be repeated: clients are spread over all of "
                + "them, and come back at the next one when theirs is away. Default: \(Self.usualURL).",
            valueName: "http[s]://address:port"))
    var url: [String] = []

    @Option(
        help: ArgumentHelp(
            "For https: the certificates to which a node's must lead. Default: those that the system trusts.",
            valueName: "pem file"))
    var trust: String?

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

    @Option(help: "Threads of the generator. One is enough for some thousand messages a second.")
    var threads = 1

    @Option(help: "Which messages are sent when, and by whom, follows from this number.")
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Where to write the history, for foyer-load check.", valueName: "file"))
    var history: String?

    private static let usualURL = "http://127.0.0.1:8080"
    /// The server's, per socket.
    static let casesPerMember = 50

    func validate() throws {
        for url in url where HouseAddress(url) == nil {
            throw ValidationError(
                "--url: '\(url)' is not http://ADDRESS:PORT or https://ADDRESS:PORT with a numeric address or localhost."
            )
        }
        guard (1...64).contains(threads) else { throw ValidationError("--threads: from 1 to 64.") }
        guard !memberLogin.isEmpty || demo != nil else {
            throw ValidationError("Give the members' logins: --demo DIR/demo.json, or --member-login email:password.")
        }
    }

    var houses: [HouseAddress] {
        (url.isEmpty ? [Self.usualURL] : url).compactMap(HouseAddress.init).map { house in
            var house = house
            house.authorities = trust
            return house
        }
    }

    func historyFile() throws -> HistoryFile? {
        try history.map { path throws(HistoryError) in try HistoryFile(path: path) }
    }

    /// Throws where this process may not have so many sockets at once.
    static func provide(sockets: Int) throws {
        let wanted = sockets + 64
        guard clinux_raise_descriptor_limit() >= UInt64(wanted) else {
            throw ValidationError("So many sockets need a limit of \(wanted) open files (ulimit -n).")
        }
    }

    private struct DemoData: Decodable {
        struct Member: Decodable {
            let email: String
            let password: String
            let teams: [String]
        }

        let members: [Member]
    }

    func logins() throws -> [MemberLogin] {
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
