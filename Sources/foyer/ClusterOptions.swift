import ArgumentParser
import Broker
import CaseStore
import Gateway
import Glibc

/// Of a house on several nodes.
struct ClusterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "PostgreSQL for cases and people, as in postgres://foyer:secret@db.example.org/foyer. Default: a file in --data.",
            valueName: "url"))
    var database: String?

    @Option(
        help: ArgumentHelp(
            "PostgreSQL for the keys: a database of its own, apart from the other's backups. Goes with --database.",
            valueName: "url"))
    var keys: String?

    @Option(
        help: ArgumentHelp(
            "Redis, by which nodes hear of each other at once, as in redis://:secret@10.0.0.7:6379; rediss:// for TLS. Repeated "
                + "for several servers that share the load; the same, in the same order, on all nodes.",
            valueName: "url"))
    var redis: [String] = []

    @Option(
        help: ArgumentHelp(
            "This node's name, which no other node has: letters, digits and ._:-. Default: the machine's.",
            valueName: "name"))
    var node: String?

    /// Nil for a house with its database in a file.
    func settings() throws -> ClusterSettings? {
        guard let database else {
            guard keys == nil, redis.isEmpty, node == nil else {
                throw ValidationError("--keys, --redis and --node go with --database: a house in a file has one node.")
            }
            return nil
        }
        guard let keys else {
            throw ValidationError("--database needs --keys: another database, for the keys that open its contents.")
        }
        guard database != keys else {
            throw ValidationError(
                "--keys and --database are the same. Keys stand apart from the data, so that a backup of one does not open "
                    + "the other.")
        }
        return ClusterSettings(
            database: try PostgresURL(database), keys: try PostgresURL(keys),
            brokers: try redis.map { try RedisURL($0) },
            node: node ?? Self.machine)
    }

    /// Its name, which is a node's if it has no other.
    static var machine: String {
        var name = [CChar](repeating: 0, count: 65)
        guard gethostname(&name, name.count - 1) == 0 else { return "node" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
