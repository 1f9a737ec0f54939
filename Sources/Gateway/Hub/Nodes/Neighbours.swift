package import Broker
package import CaseStore
package import Presence

/// The other nodes of a cluster, and how they are reached.
package struct Neighbours: Sendable {
    /// Whose master key all nodes have.
    package var vault: Vault
    package var makeBroker: @Sendable (@escaping @Sendable (BrokerEvent) -> Void) throws -> any Broker
    package var presence = PresenceSettings()

    package init(
        vault: Vault,
        makeBroker: @escaping @Sendable (@escaping @Sendable (BrokerEvent) -> Void) throws -> any Broker
    ) {
        self.vault = vault
        self.makeBroker = makeBroker
    }
}
