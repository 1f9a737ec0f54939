import Reactor

/// `public-url`: whether browsers can sign in there, and whether a proxy that it tells of is named.
struct PublicURLCheck {
    let check: ConfigurationCheck

    init(_ check: ConfigurationCheck) { self.check = check }

    var findings: [ConfigurationFinding] {
        guard let text = check.publicURL else { return withoutOne }
        let url: PublicURL
        do throws(StartError) { url = try PublicURL(text) } catch { return [.wrong("public-url", error.description)] }
        guard url.keepsCookies else {
            return [
                .wrong(
                    "public-url",
                    "Browsers keep no session from \(url), because it is not https: nobody can sign in.")
            ]
        }
        if url.isSecure, check.certificate == nil, check.trustedProxies.isEmpty {
            return [
                .doubtful(
                    "public-url",
                    "\(url) is https and nothing here is, so a proxy stands before the house. Until trusted-proxy names it, "
                        + "all who come through it count as one client for every limit.")
            ]
        }
        if !url.isSecure, check.certificate != nil {
            return [.doubtful("public-url", "\(url) is not https, and all addresses here are.")]
        }
        if url.isLoopback, check.addresses.contains(where: { !$0.isLoopback }) {
            return [
                .doubtful("public-url", "\(url) is this machine's alone, and links to it lead nowhere from others.")
            ]
        }
        return [.fine("public-url", "Links, codes and cookies are for \(url).")]
    }

    private var withoutOne: [ConfigurationFinding] {
        guard let first = check.addresses.first else { return [] }
        let url = PublicURL(listeningOn: [first])
        if !first.isLoopback, check.certificate == nil {
            return [
                .wrong(
                    "public-url",
                    "Without it, links lead to \(url), from which browsers keep no session. Say what they see, with https."
                )
            ]
        }
        guard first.isLoopback else {
            return [
                .doubtful("public-url", "Without it, links, codes and cookies are for \(url). Say what browsers see.")
            ]
        }
        return [
            .fine("public-url", "Without it, links, codes and cookies are for \(url): this machine's own browsers.")
        ]
    }
}
