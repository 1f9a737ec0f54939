import ArgumentParser
import CaseMachine
import CaseStore
import Foundation
import Gateway

extension Foyer {
    /// The set-up page, for those who would rather type it.
    struct Init: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the first organisation of an empty house, its first team and its first administrator.",
            discussion: """
                Asks on the terminal for what is not given. The house must not be open, unless it is in PostgreSQL. \
                Refuses a house that has an organisation already.
                """)

        @Option(help: ArgumentHelp("The house's data directory; made if it is missing.", valueName: "dir"))
        var data = "data"

        @OptionGroup var cluster: ClusterOptions

        @Option(help: "The organisation's name, as guests read it.")
        var organisation: String?

        @Option(help: ArgumentHelp("What phone numbers begin with in its country, as in +44.", valueName: "prefix"))
        var country: String?

        @Option(
            help: ArgumentHelp(
                "The number to call in an emergency, as in 999. Without it, guests are told to call their country's.",
                valueName: "number"))
        var emergencyNumber: String?

        @Option(help: "The first team's name.")
        var team: String?

        @Option(
            help: ArgumentHelp("The team's time zone, as in Europe/London. Default: the machine's.", valueName: "zone"))
        var timeZone: String?

        @Option(help: "The first administrator's name.")
        var name: String?

        @Option(help: ArgumentHelp("The e-mail address that they sign in with.", valueName: "address"))
        var email: String?

        @Flag(help: "Read the administrator's password from the first line of the standard input.")
        var passwordStdin = false

        func run() throws {
            let cluster = try cluster.settings()
            let terminal = Terminal()
            var house = FirstHouse()
            house.organisation = try terminal.value(organisation, "--organisation", "The organisation's name")
            house.countryPrefix = try terminal.value(
                country, "--country", "What phone numbers begin with there, as in +44")
            house.emergencyNumber = emergencyNumber
            house.team = try terminal.value(team, "--team", "The first team's name, as in Front desk")
            house.timeZone = timeZone ?? TimeZone.current.identifier
            house.name = try terminal.value(name, "--name", "Your name, as the first administrator")
            house.email = try terminal.value(email, "--email", "Your e-mail address")
            house.password =
                passwordStdin
                ? try terminal.line("a password on the standard input")
                : try terminal.newPassword(
                    "A password, of at least \(PasswordRules.shortest) characters", option: "--password-stdin")
            let member: Member
            do {
                member = try FoundingHouse.found(house, in: DataDirectory(path: data), cluster)
            } catch let error as DirectoryError {
                throw ValidationError(Self.advice(error))
            }
            print("\(house.organisation) has its first team, \(house.team), and an administrator, \(member.name).")
            print("Start the house with 'foyer serve --data \(data)', and sign in at /dashboard as \(house.email).")
        }

        private static let options = [
            "countryPrefix": "country", "emergencyNumber": "emergency-number", "timeZone": "time-zone",
            "password": "password-stdin",
        ]

        /// With the option's name in front, where one is wrong.
        private static func advice(_ error: DirectoryError) -> String {
            if let cause = error.cause { return "\(cause)" }
            guard let field = error.field else { return error.message }
            return "--\(options[field] ?? field): \(error.message)"
        }
    }
}

/// Asks the person who started the command, if there is one.
struct Terminal {
    private var isThere: Bool { isatty(STDIN_FILENO) == 1 }

    /// What was given, or else what is typed.
    func value(_ given: String?, _ option: String, _ question: String) throws -> String {
        if let given { return given }
        guard isThere else { throw ValidationError("\(option) is missing, and there is no terminal to ask on.") }
        print("\(question): ", terminator: "")
        fflush(nil)
        return try line(question)
    }

    func line(_ what: String) throws -> String {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw ValidationError("Expected \(what), and found nothing.")
        }
        return line
    }

    /// Typed twice, and not shown.
    func newPassword(_ question: String, option: String) throws -> String {
        guard isThere else {
            throw ValidationError("There is no terminal to ask for a password on: give it with \(option).")
        }
        var before = termios()
        tcgetattr(STDIN_FILENO, &before)
        var silent = before
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
        let typed = try ["\(question): ", "\nThe same again: "].map { prompt in
            print(prompt, terminator: "")
            fflush(nil)
            return try line("a password")
        }
        print("")
        guard typed[0] == typed[1] else { throw ValidationError("The two are not the same. Nothing was done.") }
        return typed[0]
    }
}
