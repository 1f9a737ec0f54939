import CaseStore
import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Gateway

@Suite struct DemoHouseTests {
    /// A node's view of a house on PostgreSQL, with passwords that cost little.
    private static func open(_ data: DataDirectory, _ database: PostgresDatabase, _ keys: PostgresDatabase) throws
        -> Storage
    {
        let cluster = ClusterSettings(
            database: try PostgresURL(database.url), keys: try PostgresURL(keys.url), brokers: [],
            node: URL(filePath: data.path).lastPathComponent)
        var settings = Directory.Settings()
        settings.passwordCost = PasswordCost(n: 16, r: 1, p: 1)
        return try Storage.shared(cluster, in: data, settings)
    }

    @Test func `of two nodes that have both found a house empty, one fills it, and the other says what it lacks`()
        throws
    {
        let folder = try TemporaryFolder()
        let server = try PostgresServer.shared()
        let (database, keys) = (try server.database(), try server.database())
        let places = ["one", "two"].map { DataDirectory(path: folder.path + "/" + $0) }
        let files = FileManager.default
        for place in places {
            try files.createDirectory(
                atPath: place.keys, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let first = try Self.open(places[0], database, keys)
        for secret in [\DataDirectory.masterKey, \.auditSigningKey] {
            try files.copyItem(atPath: places[0][keyPath: secret], toPath: places[1][keyPath: secret])
        }
        let directories = [first.directory, try Self.open(places[1], database, keys).directory]
        #expect(directories.allSatisfy { $0.roster.organisations.isEmpty })

        let made = Mutex<[Int: DemoHouse]>([:])
        let refusals = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 2) { index in
            do {
                let demo = try DemoHouse.provide(in: directories[index], places[index])
                made.withLock { $0[index] = demo }
            } catch {
                refusals.withLock { $0.append("\(error)") }
            }
        }
        let (filled, refused) = (made.withLock(\.self), refusals.withLock(\.self))
        #expect(filled.count == 1, "\(refused)")
        #expect(refused.count == 1)
        #expect(refused.allSatisfy { $0.contains("copy that node's demo.json there") }, "\(refused)")
        for (table, count) in [("organisation", "1"), ("team", "2"), ("member", "5")] {
            #expect(try database.run("SELECT count(*) FROM \(table)") == [[count]])
        }

        let filling = try #require(filled.keys.first)
        try files.copyItem(
            atPath: places[filling].path + "/demo.json", toPath: places[1 - filling].path + "/demo.json")
        let known = try DemoHouse.provide(in: directories[1 - filling], places[1 - filling])
        #expect(known == filled[filling])
        #expect(directories.allSatisfy { $0.roster.members.count == 5 })
    }
}
