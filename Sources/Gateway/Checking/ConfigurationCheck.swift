package import CaseStore
import Glibc
import Reactor

/// Looks at a configuration before it is used: at the same values as `foyer serve`, and at what they name. Opens nothing that
/// a house that runs has open.
package struct ConfigurationCheck: Sendable {
    package var listen: [String] = []
    package var certificate: CertificateFiles?
    package var publicURL: String?
    package var trustedProxies: [String] = []
    package var metricsListen: String?
    package var drain = DrainPlan()
    package var data: DataDirectory
    package var web: String?
    package var isDemo = false
    package var loops: Int?
    package var cluster: ClusterSettings?
    /// Seconds since 1970.
    package var now: Int = time(nil)

    package init(data: DataDirectory) { self.data = data }

    /// In the order of the options' help.
    package func findings() -> [ConfigurationFinding] {
        let isOpen = HouseCheck.isOpen(data)
        return AddressCheck(self, isOpen: isOpen).findings + CertificateCheck(self).findings
            + PublicURLCheck(self).findings + DrainCheck(self).findings + DataCheck(self, isOpen: isOpen).findings
            + ClusterCheck(self).findings + rest
    }

    /// The address that browsers see, if it is one.
    var seen: PublicURL? { publicURL.flatMap { try? PublicURL($0) } }

    var addresses: [ListenAddress] {
        listen.compactMap { try? ListenAddress($0, isTLS: certificate != nil) }
    }

    private var rest: [ConfigurationFinding] {
        var findings: [ConfigurationFinding] = []
        if web != nil || EmbeddedPages.own == nil {
            let folder = web ?? "web"
            findings.append(
                access(folder + "/index.html", R_OK) == 0
                    ? .fine("web", "The pages come from '\(folder)'.")
                    : .wrong("web", "There is no page in '\(folder)': \(folder)/index.html cannot be read."))
        }
        if isDemo {
            findings.append(
                .doubtful(
                    "demo",
                    "Demo data: all who reach the house see passwords, codes and letters. Not for a house with patients."
                ))
        }
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        if let loops, loops > cores {
            findings.append(
                .doubtful(
                    "loops", "\(loops) event loops share \(cores) cores: more than one a core makes nothing faster."))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_max < Self.fewDescriptors {
            findings.append(
                .doubtful(
                    "listen",
                    "This process may open \(limit.rlim_max) files, and each connection is one. Raise LimitNOFILE."))
        }
        return findings
    }

    private static let fewDescriptors: rlim_t = 4096
}
