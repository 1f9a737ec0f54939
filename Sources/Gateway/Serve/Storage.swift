package import Broker
package import CaseStore

/// A house on several nodes: where they keep what they have in common, and how they reach each other.
package struct ClusterSettings: Sendable {
    /// Cases, people and the audit trail.
    package var database: PostgresURL
    /// The keys, in a database of their own, apart from the data and its backups.
    package var keys: PostgresURL
    /// Shards of the broker; none: a node alone, or nodes that find out by looking.
    package var brokers: [RedisURL]
    /// Names this node among the others, in the audit trail and in logs.
    package var node: String

    package init(database: PostgresURL, keys: PostgresURL, brokers: [RedisURL], node: String) {
        self.database = database
        self.keys = keys
        self.brokers = brokers
        self.node = node
    }
}

/// What a house has opened: its store, its people, its keys, and the way to its other nodes.
package struct Storage: Sendable {
    package let store: any CaseStore
    package let directory: Directory
    package let vault: Vault
    package let neighbours: Neighbours?

    /// In files of this process alone.
    static func embedded(in data: DataDirectory, _ settings: Directory.Settings) throws -> Storage {
        let vault = try Vault.open(data, missingMasterKey: .generate)
        var store = SQLiteStore.Settings()
        store.clock = SystemClock.wall
        let opened = try SQLiteStore(data, vault, store)
        return Storage(
            store: opened, directory: try Directory(opened, data, settings), vault: vault, neighbours: nil)
    }

    /// With other nodes. `data` has what is this node's own: the master key, which it has in common with the others, and
    /// its audit heads.
    static func shared(
        _ cluster: ClusterSettings, in data: DataDirectory, _ settings: Directory.Settings
    ) throws -> Storage {
        let vault = try Vault.open(cluster.keys, data, missingMasterKey: .generate)
        var store = PostgresStore.Settings()
        store.clock = SystemClock.wall
        let opened = try PostgresStore(cluster.database, vault, store)
        var settings = settings
        settings.node = cluster.node
        let pool = try PostgresPool(cluster.database, store.postgres, most: store.postgres.readers)
        let directory = try Directory(SharedDatabase(pool), vault, data, settings)
        let neighbours = cluster.brokers.isEmpty ? nil : Neighbours(directory, vault, cluster.brokers)
        return Storage(store: opened, directory: directory, vault: vault, neighbours: neighbours)
    }
}

extension Neighbours {
    fileprivate init(_ directory: Directory, _ vault: Vault, _ brokers: [RedisURL]) {
        self.init(vault: vault) { tell in
            try RedisBroker(brokers, settings: RedisBrokerSettings(), tell: tell)
        }
    }
}
