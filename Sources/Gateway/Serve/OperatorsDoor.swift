package import Reactor

/// `/metrics`, `/healthz` and `/readyz` on an address of their own, with a loop of its own: so the public listeners never
/// show a metric, a scrape takes no time of the loops that serve people beyond what it asks them, and it is told how the
/// house is also when they stand still, and while they end.
package final class OperatorsDoor: Sendable {
    private let group: LoopGroup

    /// A scraper or two, and a few probes.
    private static let connections = 64

    package init(_ address: ListenAddress, _ house: House) throws {
        var configuration = LoopGroupConfiguration()
        configuration.listen = [address]
        configuration.limits.connectionsPerAddress = Self.connections
        configuration.limits.handshakesPerAddress = Self.connections
        let routes = Routes {
            house.metrics.route
            HealthRoutes(health: house.health).table
        }
        let log = house.log
        group = try LoopGroup(configuration) { addresses in
            let publicURL = PublicURL(listeningOn: addresses)
            return { handle, _ in
                FrontDeskApplication(
                    handle, routes: routes, publicURL: publicURL, behind: TrustedProxies.none, log: log)
            }
        }
    }

    /// With the port that the kernel picked.
    package var address: String { "http://\(group.addresses.first?.description ?? "")" }

    /// After the loops that serve people: until then operators can ask.
    package func close() {
        group.stop(limit: .zero)
        group.join()
    }
}
