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

    fileprivate let descriptor: Int32

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
    /// Of the tickets by which clients come back; each process has one of its own if nobody says otherwise.
    package var tickets = TicketSecret()

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    package func load() throws(ReactorError) -> TLSContext {
        try TLSContext(certificateFile: certificate, keyFile: key, tickets: TicketKeys(tickets))
    }
}

/// How a process stops that is told to.
package struct DrainPlan: Sendable {
    /// It goes on as it was for so long, and says that it is not ready: a load balancer that asks every few seconds sends
    /// nobody here any more before the listeners close.
    package var delay: Duration = .zero
    /// From then on until every connection has ended: the work in hand, the goodbye, the peers' leaving. What is left is
    /// cut off.
    package var time: Duration = .seconds(20)

    package init() {}
}

/// Keeps a group of loops running until a signal ends it.
package struct Supervisor: ~Copyable {
    private let group: LoopGroup
    private let certificate: CertificateFiles?
    private let plan: DrainPlan
    private let log: Logger

    package init(_ group: LoopGroup, certificate: CertificateFiles?, drain plan: DrainPlan, log: Logger) {
        self.group = group
        self.certificate = certificate
        self.plan = plan
        self.log = log
    }

    /// Returns when every loop has ended; the process is to end then. `beginDrain` is called at once when it is told to
    /// stop; `beforeStop` while the loops still run, and let nobody in any more.
    package func run(
        _ signals: borrowing ProcessSignals, beginDrain: () -> Void = {}, beforeStop: () -> Void = {}
    ) {
        while true {
            switch signals.next() {
            case .reload:
                reload()
            case .stop:
                log.info("draining", metadata: ["delay": "\(plan.delay)", "time": "\(plan.time)"])
                beginDrain()
                let watchdog = StopWatchdog(limit: plan.delay + plan.time, signals: signals.descriptor, log: log)
                sleep(plan.delay)
                let began = ContinuousClock.now
                group.stopAccepting()
                beforeStop()
                group.stop(limit: max(.zero, plan.time - (ContinuousClock.now - began)))
                group.join()
                watchdog.goOn(limit: plan.time)
                return
            }
        }
    }

    private func sleep(_ duration: Duration) {
        let end = ContinuousClock.now + duration
        while true {
            let left = end - ContinuousClock.now
            guard left > .zero else { return }
            let (seconds, attoseconds) = left.components
            var pause = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
            nanosleep(&pause, nil)
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
