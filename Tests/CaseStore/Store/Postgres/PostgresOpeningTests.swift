import CaseMachine
import Foundation
import TestSupport
import Testing

@testable import CaseStore

@Suite struct PostgresOpeningTests {
    private func refusal(_ database: PostgresDatabase, vault: Vault? = nil) throws -> StoreError {
        let keys = try VaultHouse()
        let vault = try vault ?? keys.open()
        let url = try PostgresURL(database.url)
        guard let error = storeError({ _ = try PostgresStore(url, vault) }) else { throw UnexpectedTrouble() }
        return error
    }

    // covers: B1
    @Test(arguments: [
        ("synchronous_commit = off", "synchronous_commit is off"),
        ("synchronous_commit = remote_write", "synchronous_commit is remote_write"),
        ("default_transaction_read_only = on", "read-only"),
    ])
    func `a database that is set up so that it could lose something is refused`(_ setting: String, _ why: String) throws
    {
        let database = try PostgresServer.shared().database()
        try database.run("ALTER DATABASE \(database.name) SET \(setting)")
        let error = try refusal(database)
        guard case .unavailable(let reason) = error else { throw UnexpectedTrouble() }
        #expect(reason.contains(why), "\(reason)")
    }

    // covers: B1
    @Test(arguments: ["fsync", "full_page_writes"])
    func `a server that does not write durably is refused`(_ setting: String) throws {
        let server = try PostgresServer(["\(setting)=off"])
        guard case .unavailable(let reason) = try refusal(try server.database()) else { throw UnexpectedTrouble() }
        #expect(reason.contains("\(setting) is off"), "\(reason)")
    }

    @Test func `a database of another encoding is refused`() throws {
        let database = try PostgresServer.shared().database("TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
        guard case .unavailable(let reason) = try refusal(database) else { throw UnexpectedTrouble() }
        #expect(reason.contains("LATIN1"))
    }

    @Test func `a database of somebody else is refused, and nothing is changed`() throws {
        let database = try PostgresServer.shared().database()
        try database.run("CREATE TABLE invoices (n BIGINT)")
        guard case .fatal(let reason) = try refusal(database) else { throw UnexpectedTrouble() }
        #expect(reason.contains("not Foyer's"))
        #expect(try database.run("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [["1"]])
    }

    @Test func `a database of a later release is refused`() throws {
        let house = try PostgresHouse()
        try house.database.run("UPDATE meta SET value = value + 1 WHERE name = 'schema'")
        guard case .fatal(let reason) = try refusal(house.database) else { throw UnexpectedTrouble() }
        #expect(reason.contains("later release"))
    }

    @Test(arguments: ["schema", "generation"])
    func `a database without its version or generation is refused`(_ name: String) throws {
        let house = try PostgresHouse()
        try house.database.run("DELETE FROM meta WHERE name = '\(name)'")
        guard case .fatal(let reason) = try refusal(house.database) else { throw UnexpectedTrouble() }
        #expect(reason.contains("Damaged"))
    }

    @Test func `an empty database is refused where there are keys of contents`() throws {
        let keys = try VaultHouse()
        let vault = try keys.founded()
        guard case .fatal(let reason) = try refusal(try PostgresServer.shared().database(), vault: vault)
        else { throw UnexpectedTrouble() }
        #expect(reason.contains("is empty"))
    }

    @Test func `an earlier schema is refused where it is not to be changed`() throws {
        let keys = try VaultHouse()
        let vault = try keys.open()
        let url = try PostgresURL(try PostgresServer.shared().database().url)
        var settings = PostgresStore.Settings()
        settings.migrates = false
        guard case .unavailable = storeError({ _ = try PostgresStore(url, vault, settings) })
        else { throw UnexpectedTrouble() }
    }

    @Test func `a log keeps its generation until it was put back from a backup`() throws {
        let house = try PostgresHouse()
        let first = house.store.generation
        #expect(try house.node().generation == first)
        let second = try house.node { $0.isRestored = true }.generation
        #expect(second != first)
        #expect(try house.node().generation == second)
    }

    @Test func `steps are made once, in their order, and only those that are missing`() throws {
        let database = try PostgresServer.shared().database()
        let url = try PostgresURL(database.url)
        let connection = try PostgresConnection(url, PostgresSettings())
        let first = "CREATE TABLE meta (name TEXT PRIMARY KEY, value BIGINT NOT NULL); CREATE TABLE t (n BIGINT)"
        let steps = [first, "INSERT INTO t VALUES (2)", "INSERT INTO t VALUES (3)"]
        #expect(try PostgresMigrations.run(url, connection, [first]) == 0)
        #expect(try PostgresMigrations.run(url, connection, steps) == 1)
        #expect(try PostgresMigrations.run(url, connection, steps) == 3)
        #expect(try database.run("SELECT n FROM t ORDER BY n") == [["2"], ["3"]])
        // A step that fails leaves nothing of those before it.
        let failing = steps + ["INSERT INTO t VALUES (4)", "INSERT INTO nothing VALUES (5)"]
        #expect(throws: StoreError.self) { try PostgresMigrations.run(url, connection, failing) }
        #expect(try database.run("SELECT n FROM t ORDER BY n") == [["2"], ["3"]])
        #expect(try PostgresMigrations.version(of: connection) == 3)
    }

    @Test func `of several processes that find an old schema one makes the steps`() throws {
        let database = try PostgresServer.shared().database()
        let victims = try (0..<4).map { _ in try Victim(["migrate", database.url]) }
        let before = victims.map { $0.lines() }
        #expect(victims.map { $0.end() } == [0, 0, 0, 0])
        #expect(before.flatMap(\.self).contains("0"))
        #expect(before.allSatisfy { $0 == ["0"] || $0 == ["\(PostgresMigrations.newest)"] }, "\(before)")
        #expect(before.count { $0 == ["0"] } == 1)
        #expect(try database.run("SELECT value FROM meta WHERE name = 'schema'") == [["\(PostgresMigrations.newest)"]])
    }

    /// Numbers name what was sealed and audited: they are never another's.
    @Test func `numbers are never given out twice`() throws {
        let house = try PostgresHouse()
        let item = OutboxItem(kind: .closing, number: 1, due: Chronicle.start)
        var last: Int64 = 0
        for id in Int64(1)...3 {
            var chronicle = Chronicle(id)
            try house.commit([chronicle.open(), chronicle.add([.seen(.team, upTo: 1)], outbox: [item])])
            let stored = try #require(try house.store.outbox(after: 0, limit: 9).first)
            #expect(stored.id > last)
            last = stored.id
            try house.database.run("DELETE FROM outboxItem")
        }
    }
}
