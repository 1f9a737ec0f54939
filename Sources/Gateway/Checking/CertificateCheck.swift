import Glibc
import Reactor

/// `tls-cert`, `tls-key`: whether they can be read, belong together, are the right host's, and for how long.
struct CertificateCheck {
    /// Renewals are made a month before the end; what has so little left was not renewed.
    private static let soonSeconds = 14 * 86_400

    let check: ConfigurationCheck

    init(_ check: ConfigurationCheck) { self.check = check }

    var findings: [ConfigurationFinding] {
        guard let files = check.certificate else { return [] }
        var findings: [ConfigurationFinding] = []
        do throws(ReactorError) {
            _ = try files.load()
            let host = check.seen?.host.trimmingBrackets
            let facts = try CertificateFacts(pemFile: files.certificate, host: host)
            findings += dates(facts)
            if !facts.isForHost, let host {
                findings.append(
                    .wrong(
                        "tls-cert", "'\(files.certificate)' is not a certificate of \(host), which public-url names."))
            }
            if facts.isSelfSigned {
                findings.append(.doubtful("tls-cert", "'\(files.certificate)' is self-signed: browsers warn of it."))
            } else if facts.chainLength == 1 {
                findings.append(
                    .doubtful(
                        "tls-cert",
                        "'\(files.certificate)' holds one certificate. Put the issuer's behind it: some clients do not look "
                            + "for it themselves."))
            }
        } catch {
            findings.append(.wrong("tls-cert", error.description))
        }
        return findings + key(files)
    }

    private func dates(_ facts: CertificateFacts) -> [ConfigurationFinding] {
        if facts.validFrom > check.now {
            return [.wrong("tls-cert", "The certificate is valid from \(Self.day(facts.validFrom)) on only.")]
        }
        if facts.validUntil <= check.now {
            return [.wrong("tls-cert", "The certificate expired on \(Self.day(facts.validUntil)). Renew it.")]
        }
        if facts.validUntil - check.now < Self.soonSeconds {
            return [.doubtful("tls-cert", "The certificate expires on \(Self.day(facts.validUntil)). Renew it.")]
        }
        return [
            .fine("tls-cert", "The certificate and its key fit, and are valid until \(Self.day(facts.validUntil)).")
        ]
    }

    private func key(_ files: CertificateFiles) -> [ConfigurationFinding] {
        var status = stat()
        guard stat(files.key, &status) == 0, status.st_mode & 0o004 != 0 else { return [] }
        return [.doubtful("tls-key", "'\(files.key)' can be read by everybody here. Run: chmod o-rwx '\(files.key)'")]
    }

    /// As in 2027-01-31, in UTC.
    private static func day(_ seconds: Int) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let number = { (value: Int32) in (value < 10 ? "0" : "") + String(value) }
        return "\(Int(parts.tm_year) + 1900)-\(number(parts.tm_mon + 1))-\(number(parts.tm_mday))"
    }
}

extension String {
    fileprivate var trimmingBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}
