/// `drain-delay`, `drain-time`: whether they fit to each other and to what stops the house.
struct DrainCheck {
    /// TimeoutStopSec of the package's unit (packaging/foyer.service), which waits for the delay, twice the time and 10 s.
    private static let unitWaits: Duration = .seconds(60)
    private static let besides: Duration = .seconds(10)
    /// Clients are told to leave within this, so that what they have on its way arrives.
    private static let shortest: Duration = .seconds(2)

    let check: ConfigurationCheck

    init(_ check: ConfigurationCheck) { self.check = check }

    var findings: [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        let needed = check.drain.delay + check.drain.time * 2 + Self.besides
        if needed > Self.unitWaits {
            findings.append(
                .doubtful(
                    "drain-time",
                    "A stop may take \(needed.components.seconds) s, and the package's unit kills the house after "
                        + "\(Self.unitWaits.components.seconds) s. Raise its TimeoutStopSec along."))
        }
        if check.drain.time < Self.shortest {
            findings.append(
                .doubtful("drain-time", "Too short for work in hand to be done: what is left at its end is cut off."))
        }
        if !check.trustedProxies.isEmpty, check.drain.delay == .zero {
            findings.append(
                .doubtful(
                    "drain-delay",
                    "A proxy stands before the house, and has no time to notice that it drains: set it to a little more than "
                        + "the proxy takes between two probes of /readyz."))
        }
        return findings.isEmpty ? [.fine("drain-time", "Delay and time fit the package's unit.")] : findings
    }
}
