import Broker
import CaseStore
import Glibc
import Synchronization

/// `database`, `keys`, `redis`: whether they answer, keep what they acknowledge, and are apart from each other.
struct ClusterCheck {
    private static let patience: Duration = .seconds(5)

    let check: ConfigurationCheck

    init(_ check: ConfigurationCheck) { self.check = check }

    var findings: [ConfigurationFinding] {
        guard let cluster = check.cluster else { return [] }
        return database(cluster) + keys(cluster) + cluster.brokers.map(redis)
    }

    private func database(_ cluster: ClusterSettings) -> [ConfigurationFinding] {
        do throws(StoreError) {
            let schema = try HouseCheck.schema(of: cluster.database)
            let newest = PostgresMigrations.newest
            if schema == newest { return [.fine("database", "\(cluster.database) answers, and has schema \(schema).")] }
            return [
                .doubtful(
                    "database",
                    schema == 0
                        ? "\(cluster.database) is empty: a new house."
                        : "\(cluster.database) has schema \(schema), and is brought to \(newest) at the start.")
            ]
        } catch {
            return [.wrong("database", "\(error)")]
        }
    }

    private func keys(_ cluster: ClusterSettings) -> [ConfigurationFinding] {
        do throws(StoreError) {
            try HouseCheck.reachKeys(cluster.keys)
            if (try? HouseCheck.areSame(cluster.database, cluster.keys)) == true {
                return [.wrong("keys", "\(cluster.keys) is the very database of the data. Keys stand apart from it.")]
            }
            return [.fine("keys", "\(cluster.keys) answers.")]
        } catch {
            return [.wrong("keys", "\(error)")]
        }
    }

    /// Without it a house works on, slower: nodes find out by looking.
    private func redis(_ url: RedisURL) -> ConfigurationFinding {
        let hearing = Hearing()
        do throws(BrokerError) {
            let broker = try RedisBroker([url]) { event in
                if case .health(true) = event { hearing.isWell.store(true, ordering: .relaxed) }
            }
            defer { broker.stop() }
            let end = ContinuousClock.now + Self.patience
            while !hearing.isWell.load(ordering: .relaxed), ContinuousClock.now < end { usleep(20_000) }
        } catch {
            return .wrong("redis", "\(error)")
        }
        return hearing.isWell.load(ordering: .relaxed)
            ? .fine("redis", "\(url) answers.")
            : .wrong(
                "redis",
                "\(url) cannot be reached or refuses what was asked, for \(Self.patience.components.seconds) s.")
    }

    private final class Hearing: Sendable {
        let isWell = Atomic(false)
    }
}
