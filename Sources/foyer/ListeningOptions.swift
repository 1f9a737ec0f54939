import ArgumentParser
import Gateway
import Glibc
import Logging
import Reactor
import WebSocket

/// Where a command listens unless told otherwise, and how it says so.
struct ListeningDefaults {
    let address: String
    /// Of the addresses that it prints; TLS adds an `s`.
    let scheme: String

    static let echo = ListeningDefaults(address: "127.0.0.1:9001", scheme: "ws")
    static let serve = ListeningDefaults(address: "127.0.0.1:8080", scheme: "http")
}

/// What is served, once it is known where.
struct Service {
    let makeApplication: LoopGroup.MakeApplication
    /// Lines for the person who started it.
    var advice: [String] = []
    /// At once when somebody has said that it is to end.
    var beginDrain: () -> Void = {}
    /// While the loops still run, once somebody has said that they are to end.
    var beforeStop: () -> Void = {}
}

/// Where and how a server listens: the same for every command that serves.
struct ListeningOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to listen; may be repeated. Port 0 picks a free one. With a certificate, all of them use TLS.",
            valueName: "address:port"))
    var listen: [String] = []

    @Option(help: "Event loops, each with a thread of its own. Default: one a core.")
    var loops: Int?

    @Option(help: ArgumentHelp("PEM file with the certificate, and the chain behind it.", valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("PEM file with the certificate's key.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Told to stop, it says at once that it is not ready, and goes on for so long: for a load balancer to notice.",
            valueName: "time"))
    var drainDelay = TimeSpan(DrainPlan().delay)

    @Option(
        help: ArgumentHelp(
            "After that it lets nobody in, finishes the work in hand, tells its clients when to come back, and ends when all "
                + "have gone, at the latest after this time. Another SIGTERM ends it at once. If its store does not answer it "
                + "ends 5 s later, with status 75.", valueName: "time"))
    var drainTime = TimeSpan(DrainPlan().time)

    var plan: DrainPlan {
        var plan = DrainPlan()
        (plan.delay, plan.time) = (drainDelay.duration, drainTime.duration)
        return plan
    }

    private static let maxLoops = 256

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together: give both, or none.")
        }
        if let loops, !(1...Self.maxLoops).contains(loops) {
            throw ValidationError("--loops must be between 1 and \(Self.maxLoops).")
        }
    }

    var certificate: CertificateFiles? {
        tlsCert.flatMap { cert in tlsKey.map { CertificateFiles(certificate: cert, key: $0) } }
    }

    /// Serves until a signal ends it. Prints a line for each address once all of them accept connections. The signals
    /// are made by the caller, before anything that has threads. `tickets` is what TLS tickets are sealed under.
    func serve(
        _ defaults: ListeningDefaults, until signals: borrowing ProcessSignals, limits: LoopLimits,
        deflate: DeflatePolicy = DeflatePolicy(), uncounted: [AddressRange] = [],
        tickets: TicketSecret = TicketSecret(), _ service: ([ListenAddress]) -> Service
    ) throws {
        raiseDescriptorLimit()
        var configuration = LoopGroupConfiguration()
        configuration.limits = limits
        configuration.deflate = deflate
        configuration.uncounted = uncounted
        configuration.loops = loops ?? max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        var certificate = certificate
        certificate?.tickets = tickets
        configuration.tls = try certificate?.load()
        configuration.listen = try (listen.isEmpty ? [defaults.address] : listen).map {
            try ListenAddress($0, isTLS: certificate != nil)
        }
        var advice: [String] = []
        var beginDrain = {}
        var beforeStop = {}
        let group = try LoopGroup(configuration) { addresses in
            let service = service(addresses)
            (advice, beginDrain, beforeStop) = (service.advice, service.beginDrain, service.beforeStop)
            return service.makeApplication
        }
        for address in group.addresses {
            print("foyer listening on \(defaults.scheme)\(address.isTLS ? "s" : "")://\(address.description)")
        }
        for line in advice { print(line) }
        fflush(nil)
        let supervisor = Supervisor(group, certificate: certificate, drain: plan, log: Logger(label: "foyer"))
        supervisor.run(signals, beginDrain: beginDrain, beforeStop: beforeStop)
    }
}
