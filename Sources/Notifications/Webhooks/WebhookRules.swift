package import HTTPClient

/// To which addresses the house posts what happens in it. Two people decide: the operator, by hosts; and an organisation's
/// administrator, by the address itself, whom nobody trusts with the house's own network.
package struct WebhookRules: Sendable {
    package struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
        package enum Code: String, Sendable, Hashable, CaseIterable {
            case notAnAddress
            case notHTTPS
            case hostNotAllowed
            case addressNotAllowed
            case portNotAllowed
            case notFound
            case notPublic
        }

        package let code: Code
        /// For the administrator: what to do.
        package let description: String
    }

    private let hosts: Set<String>?
    private let privateHosts: Set<String>
    private let allowsHTTP: Bool
    private let resolve: @Sendable (String) -> [String]

    /// `hosts`: the only ones, with `.example.org` for all below it; nil: every public one. `privateHosts` may have addresses
    /// that are not public, and any port: the clinic's own systems, which the operator names. `allowsHTTP` is for them and for
    /// tests.
    package init(
        hosts: Set<String>?, privateHosts: Set<String> = [], allowsHTTP: Bool = false,
        resolve: @escaping @Sendable (String) -> [String] = PublicAddress.resolve
    ) {
        self.hosts = hosts.map { Set($0.map { $0.lowercased() }) }
        self.privateHosts = Set(privateHosts.map { $0.lowercased() })
        self.allowsHTTP = allowsHTTP
        self.resolve = resolve
    }

    /// What can be said without asking anybody: for the settings' form.
    @discardableResult
    package func check(_ text: String) throws(Refusal) -> HTTPAddress {
        let address: HTTPAddress
        do {
            address = try HTTPAddress(text)
        } catch {
            throw Refusal(code: .notAnAddress, description: error.description)
        }
        // A dot at the end makes the same host another text.
        let host = Self.withoutDot(address.host)
        let isOwn = privateHosts.contains(host)
        guard address.isTLS || allowsHTTP else {
            throw Refusal(code: .notHTTPS, description: "The address must begin with https://.")
        }
        guard isOwn || hosts.map({ Self.contains($0, host) }) ?? true else {
            throw Refusal(
                code: .hostNotAllowed,
                description:
                    "The operator of this house has not allowed this host. Ask them to add it to webhook-hosts.")
        }
        if isOwn { return address }
        guard !PublicAddress.isAddress(host) else {
            throw Refusal(code: .addressNotAllowed, description: "Write the host's name, not its IP address.")
        }
        guard [443, 8443].contains(address.port) || (allowsHTTP && !address.isTLS && address.port == 80) else {
            throw Refusal(code: .portNotAllowed, description: "The port must be 443 or 8443.")
        }
        return address
    }

    /// The addresses to connect to, and to no others: looked at now, so that a name cannot become another's between the look
    /// and the connection. All must be public: whoever mixes them is up to something.
    package func pin(_ address: HTTPAddress) throws(Refusal) -> [String] {
        let found = resolve(address.host)
        guard !found.isEmpty else {
            throw Refusal(code: .notFound, description: "There is no host of this name.")
        }
        if privateHosts.contains(Self.withoutDot(address.host)) { return found.filter(PublicAddress.isAddress) }
        guard found.allSatisfy(PublicAddress.isPublic) else {
            throw Refusal(
                code: .notPublic,
                description:
                    "The host's address is not a public one. Ask the operator to add it to webhook-private-hosts.")
        }
        return found
    }

    private static func withoutDot(_ host: String) -> String { host.hasSuffix(".") ? String(host.dropLast()) : host }

    private static func contains(_ hosts: Set<String>, _ host: String) -> Bool {
        hosts.contains(host) || hosts.contains { $0.hasPrefix(".") && host.hasSuffix($0) }
    }
}
