import Reactor

/// `listen`, `metrics-listen`, `trusted-proxy`: who can reach the house, and whether it can be there.
struct AddressCheck {
    let check: ConfigurationCheck
    /// A process has this very house open: the addresses are probably its own.
    let isOpen: Bool

    init(_ check: ConfigurationCheck, isOpen: Bool) {
        self.check = check
        self.isOpen = isOpen
    }

    var findings: [ConfigurationFinding] {
        check.listen.flatMap { place("listen", $0) } + twice + metrics + proxies
    }

    private func place(_ option: String, _ text: String) -> [ConfigurationFinding] {
        let address: ListenAddress
        do throws(ReactorError) { address = try ListenAddress(text, isTLS: false) } catch {
            return [.wrong(option, error.description)]
        }
        guard address.port != 0 else { return [.doubtful(option, "\(text): another port at each start.")] }
        do throws(ReactorError) {
            try address.checkFree()
            return [.fine(option, "\(text) is free.")]
        } catch {
            return isOpen
                ? [.fine(option, "\(text) is in use, by the house that runs from this data directory as it seems.")]
                : [.wrong(option, "\(error). Another program is there, or this user may not use the port.")]
        }
    }

    private var twice: [ConfigurationFinding] {
        let all = check.listen + (check.metricsListen.map { [$0] } ?? [])
        let places = all.filter { !$0.hasSuffix(":0") }
        return Set(places.filter { place in places.count { $0 == place } > 1 }).sorted().map {
            .wrong("listen", "\($0) is named twice.")
        }
    }

    private var metrics: [ConfigurationFinding] {
        guard let text = check.metricsListen else { return [] }
        var findings = place("metrics-listen", text)
        if let address = try? ListenAddress(text, isTLS: false), !isManagement(address) {
            findings.append(
                .doubtful(
                    "metrics-listen",
                    "\(text) can be reached from elsewhere, and asks nobody who they are. Give it a loopback or a management "
                        + "address."))
        }
        return findings
    }

    /// RFC 1918, RFC 6598, RFC 4193, RFC 4291: what no router of the internet passes on.
    private static let management = [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "fc00::/7", "fe80::/10",
    ]

    private func isManagement(_ address: ListenAddress) -> Bool {
        guard !address.isLoopback else { return true }
        guard let host = PeerAddress(address.host) else { return false }
        return Self.management.contains { AddressRange($0)?.contains(host) ?? false }
    }

    private var proxies: [ConfigurationFinding] {
        check.trustedProxies.map { network in
            do throws(StartError) {
                _ = try TrustedProxies([network])
                return .fine("trusted-proxy", "\(network) may say who its clients are.")
            } catch {
                return .wrong("trusted-proxy", error.description)
            }
        }
    }
}
