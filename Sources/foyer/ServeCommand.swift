import ArgumentParser
import CaseStore
import Gateway
import Glibc
import Logging
import Reactor

extension Foyer {
    struct Serve: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The front desk: the chat for guests and the dashboard for the team.",
            discussion: """
                Listens on \(ListeningDefaults.serve.address) unless told otherwise. \
                SIGTERM ends it gracefully, SIGHUP reads the certificate and its key again.
                """)

        @OptionGroup var listening: ListeningOptions
        @OptionGroup var limits: LimitOptions

        @Option(
            help: ArgumentHelp(
                "A file with these options, one a line as in `drain-time = 30s`. What stands on the command line wins.",
                valueName: "file"))
        var config: String?

        @Option(
            help: ArgumentHelp(
                "The directory with the pages. Default: those that the program carries, or 'web' if it carries none.",
                valueName: "dir"))
        var web: String?

        @Option(
            help: ArgumentHelp(
                "The directory of the database and the keys; made if it is missing. One process at a time.",
                valueName: "dir"))
        var data = "data"

        @Option(
            help: ArgumentHelp(
                "Where browsers reach the house, as in https://chat.example.org: in links, QR codes and cookies. "
                    + "Default: the first address that it listens on.", valueName: "url"))
        var publicURL: String?

        @Option(
            help: ArgumentHelp(
                "Where operators ask for /metrics, and for /healthz and /readyz also while the house drains. Without a "
                    + "certificate, and for nobody else: a loopback or a management address. Default: nowhere.",
                valueName: "address:port"))
        var metricsListen: String?

        @Option(
            help: """
                Sockets that are let in a second, beside serving those who are in; who comes too many is told when to come \
                back. 0: any number.
                """)
        var admissionsPerSecond = HubLimits().admissionsPerSecond

        @Option(
            help: ArgumentHelp(
                "A proxy before the house, as an address or a network such as 10.0.0.0/8; may be repeated. Clients are then "
                    + "told apart by what it adds to X-Forwarded-For, and its connections are not limited by its address.",
                valueName: "cidr"))
        var trustedProxy: [String] = []

        @OptionGroup var files: FileOptions

        @OptionGroup var cluster: ClusterOptions

        @Flag(
            help: """
                Fill an empty house with demo data, and show their logins and all SMS and e-mails to everybody. Not for \
                a house with patients.
                """)
        var demo = false

        @Option(
            help: ArgumentHelp(
                "For tests: a socket through which days go by. Debug builds only.", valueName: "path",
                visibility: .hidden))
        var control: String?

        func validate() throws {
            guard (0...1_000_000).contains(admissionsPerSecond) else {
                throw ValidationError("--admissions-per-second must be between 0 and 1000000.")
            }
            #if !FOYER_TESTING
            guard control == nil else {
                throw ValidationError(
                    "--control moves the clock of a house that is tested; a release build has no such thing.")
            }
            #endif
        }

        func run() throws {
            let signals = try ProcessSignals()
            let log = Logger(label: "foyer")
            let publicURL = try self.publicURL.map { try PublicURL($0) }
            let proxies = try TrustedProxies(trustedProxy)
            var settings = House.Settings(data: DataDirectory(path: data), web: web, isDemo: demo)
            settings.cluster = try cluster.settings()
            settings.files = files.settings()
            settings.admissionsPerSecond = admissionsPerSecond
            var hubLimits = HubLimits()
            hubLimits.admissionsPerSecond = admissionsPerSecond
            if admissionsPerSecond > 0 { hubLimits.comebackPerSecond = admissionsPerSecond }
            let house = try House(settings, log: log) { [hubLimits] storage in
                try House.Sockets.live(storage, limits: hubLimits) { error in
                    // What was acknowledged is on the disk, what was not is sent again: a restart reads what is true.
                    log.critical("the store has failed, and the process ends: \(error)")
                    Glibc.exit(EX_IOERR)
                }
            }
            defer { house.close() }
            #if FOYER_TESTING
            let controlSocket = try control.map { try ControlSocket(path: $0) }
            defer { withExtendedLifetime(controlSocket) {} }
            #endif
            let operators = try metricsListen.map { try OperatorsDoor(ListenAddress($0, isTLS: false), house) }
            defer { operators?.close() }
            if let operators { print("foyer metrics on \(operators.address)/metrics") }
            let loopLimits = limits.loopLimits(framesPerSecond: 1000)
            try listening.serve(
                .serve, until: signals, limits: loopLimits, uncounted: proxies.ranges, tickets: house.tickets
            ) { addresses in
                let publicURL = publicURL ?? PublicURL(listeningOn: addresses)
                return Service(
                    makeApplication: house.application(at: publicURL, behind: proxies),
                    advice: Welcome(
                        house: house, publicURL: publicURL, addresses: addresses, data: data,
                        isBehindProxy: !proxies.isEmpty
                    ).lines,
                    beginDrain: { house.beginDrain() }, beforeStop: { house.closeSockets() })
            }
        }
    }
}

/// What the person who starts the house is told.
private struct Welcome {
    let house: House
    let publicURL: PublicURL
    let addresses: [ListenAddress]
    let data: String
    let isBehindProxy: Bool

    var lines: [String] { places + logins + warnings + ["Ctrl-C ends it."] }

    private var places: [String] {
        guard let demo = house.demo else {
            if let door = house.setUp {
                return [
                    "This house is empty. Set it up in a browser; the address holds a token that nobody else is to know:",
                    place("set up", publicURL.page("/#") + door.token),
                    "On the command line 'foyer init' does the same, and --demo shows a house with demo data.",
                ]
            }
            return [place("dashboard", publicURL.page("/dashboard"))]
        }
        return [
            "Where to look:",
            place("start here", publicURL.page("/")),
            place("clinic's page", (publicURL.otherSite ?? publicURL).page("/demo/clinic")),
        ]
            + demo.teams.map { place("chat", publicURL.page("/chat/\($0.id)") + "  (\($0.name))") }
            + [place("dashboard", publicURL.page("/dashboard")), place("outbox", publicURL.page("/dev/outbox"))]
    }

    private func place(_ name: String, _ address: String) -> String {
        "  \(name.padded(to: 14)) \(address)"
    }

    private var logins: [String] {
        guard let members = house.demo?.members else { return [] }
        let width = members.map(\.email.count).max() ?? 0
        return ["Who can sign in to the dashboard (demo data):"]
            + members.map { "  \($0.email.padded(to: width))  \($0.password)  \($0.rank)" }
    }

    private var warnings: [String] {
        var warnings: [String] = []
        if house.demo == nil {
            warnings.append("Nothing is sent yet: SMS and e-mails stay in this process, and only --demo shows them.")
        } else {
            warnings.append("Nothing is sent: SMS and e-mails, with their codes, stay in the outbox.")
        }
        if !publicURL.keepsCookies {
            warnings.append(
                "Careful: browsers keep no session from \(publicURL), because it is not https. Nobody can sign in.")
        }
        if publicURL.isSecure, !isBehindProxy, !addresses.contains(where: \.isTLS) {
            warnings.append(
                "Careful: \(publicURL) is https and nothing here is, so a proxy stands before the house. Until "
                    + "--trusted-proxy names it, all who come through it count as one client for every limit.")
        }
        if house.demo != nil, !publicURL.isLoopback || !addresses.allSatisfy(\.isLoopback) {
            warnings.append("Careful: whoever reaches this house sees the demo's passwords and all letters.")
        }
        return warnings
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
