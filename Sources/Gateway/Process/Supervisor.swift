import CLinux
import Glibc
package import Logging
package import Reactor

/// Signals of the process. Made before any thread is, so that all of them leave signals to it.
package struct ProcessSignals: ~Copyable {
    package enum Signal {
        /// SIGTERM or SIGINT.
        case stop
        /// SIGHUP.
        case reload
    }

    private let descriptor: Int32

    package init() throws(StartError) {
        descriptor = clinux_signals()
        guard descriptor >= 0 else { throw StartError("signals: \(String(cString: strerror(errno)))") }
    }

    deinit {
        close(descriptor)
    }

    /// Waits for the next signal.
    package func next() -> Signal {
        while true {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            poll(&waiting, 1, -1)
            switch clinux_next_signal(descriptor) {
            case SIGTERM, SIGINT: return .stop
            case SIGHUP: return .reload
            default: continue
            }
        }
    }
}

/// Why the process cannot start, in words for the person who starts it.
package struct StartError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Where the certificate and its key lie; read at start and again on SIGHUP.
package struct CertificateFiles: Sendable {
    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    package func load() throws(ReactorError) -> TLSContext {
        try TLSContext(certificateFile: certificate, keyFile: key)
    }
}

/// Keeps a group of loops running until a signal ends it.
package struct Supervisor: ~Copyable {
    private let group: LoopGroup
    private let certificate: CertificateFiles?
    /// How long each part of the stop may take once the process is told to: the work in hand, then the peers' leaving.
    private let stopLimit: Duration
    private let log: Logger

    package init(_ group: LoopGroup, certificate: CertificateFiles?, stopLimit: Duration, log: Logger) {
        self.group = group
        self.certificate = certificate
        self.stopLimit = stopLimit
        self.log = log
    }

    /// Returns when every loop has ended; the process is to end then. `beforeStop` is called while they still run, and let
    /// nobody in any more.
    package func run(_ signals: borrowing ProcessSignals, beforeStop: () -> Void = {}) {
        while true {
            switch signals.next() {
            case .reload:
                reload()
            case .stop:
                log.info("stopping", metadata: ["limit": "\(stopLimit)"])
                let watchdog = StopWatchdog(limit: stopLimit, log: log)
                group.stopAccepting()
                beforeStop()
                watchdog.goOn()
                group.stop(limit: stopLimit)
                group.join()
                watchdog.goOn()
                return
            }
        }
    }

    /// A certificate that cannot be used changes nothing: the old one serves on.
    private func reload() {
        guard let certificate else { return log.info("nothing to reload: no certificate is configured") }
        do throws(ReactorError) {
            group.reload(try certificate.load())
            log.info("certificate reloaded", metadata: ["certificate": "\(certificate.certificate)"])
        } catch {
            log.error("certificate not reloaded, the old one stays in use: \(error)")
        }
    }
}
