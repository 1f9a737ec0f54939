import ArgumentParser
import Gateway
import Glibc
import Logging
import Reactor
import WebSocket

extension Foyer {
    struct Echo: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The bare WebSocket server, for conformance tests and benchmarks.",
            discussion: """
                /echo sends back what it gets; what arrives on /pub goes to everyone on /sub; /healthz answers 200.
                Listens on \(ListeningDefaults.echo.address) unless told otherwise. \
                SIGTERM ends it gracefully, SIGHUP reads the certificate and its key again.
                """)

        @OptionGroup var listening: ListeningOptions
        @OptionGroup var limits: LimitOptions

        @Option(help: ArgumentHelp("Offer permessage-deflate.", valueName: "on|off"))
        var deflate = Switch.on

        func run() throws {
            let app = deflate == .on ? DeflatePolicy() : nil
            try listening.serve(.echo, limits: limits.loopLimits(framesPerSecond: 0)) {
                EchoApplication($0, $1, deflate: app)
            }
        }
    }
}

enum Switch: String, ExpressibleByArgument {
    case on
    case off
}
