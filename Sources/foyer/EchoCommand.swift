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

        @Option(help: "Messages with fewer bytes are sent uncompressed.")
        var deflateMinBytes = DeflatePolicy.defaultMinimumMessageBytes

        private static let maxDeflateMinBytes = 1 << 30

        func validate() throws {
            guard (0...Self.maxDeflateMinBytes).contains(deflateMinBytes) else {
                throw ValidationError("--deflate-min-bytes must be between 0 and \(Self.maxDeflateMinBytes).")
            }
        }

        func run() throws {
            let policy = DeflatePolicy(minimumMessageBytes: deflateMinBytes)
            let offer = deflate == .on ? policy : nil
            let signals = try ProcessSignals()
            let loopLimits = limits.loopLimits(framesPerSecond: 0)
            try listening.serve(.echo, until: signals, limits: loopLimits, deflate: policy) { _ in
                Service { EchoApplication($0, $1, deflate: offer) }
            }
        }
    }
}

enum Switch: String, ExpressibleByArgument {
    case on
    case off
}
