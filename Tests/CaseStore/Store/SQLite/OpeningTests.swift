import CaseMachine
import Foundation
import GRDB
import Testing

@testable import CaseStore

@Suite struct StoreOpeningTests {
    private func closed() throws -> VaultHouse {
        let house = try VaultHouse()
        _ = try SQLiteStore(house.directory, try house.open())
        return house
    }

    private func change(_ house: VaultHouse, _ sql: String) throws {
        let queue = try DatabaseQueue(path: house.directory.database)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func reason(_ house: VaultHouse) throws -> String {
        let vault = try house.open()
        guard case .fatal(let reason) = storeError({ _ = try SQLiteStore(house.directory, vault) })
        else { throw UnexpectedTrouble() }
        return reason
    }

    // covers: B1
    @Test func `the writer syncs every commit, and it alone takes the log into the file`() throws {
        let house = try SQLiteHouse()
        let writer = try house.store.pool.writeWithoutTransaction { db in
            try ["synchronous", "wal_autocheckpoint"].map { try Int.fetchOne(db, sql: "PRAGMA \($0)") }
        }
        #expect(writer == [2, 65_536])
        let mode = try house.store.read { db in try String.fetchOne(db, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
        guard case .unavailable? = storeError({ _ = try house.store.read { try $0.checkpoint(.passive) } })
        else { throw UnexpectedTrouble() }
    }

    @Test func `nobody else may read the database and its log`() throws {
        let house = try SQLiteHouse()
        try house.commit([Chronicle.opened(1).1])
        for suffix in ["", "-wal", "-shm", ".lock"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: house.directory.database + suffix)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(suffix)")
        }
    }

    @Test func `a database of a later release is refused`() throws {
        let house = try closed()
        try change(house, "PRAGMA user_version = \(Migrations.newest + 1)")
        #expect(try reason(house).contains("was written by a later release"))
    }

    @Test func `a database of somebody else is refused`() throws {
        let house = try closed()
        try change(house, "PRAGMA application_id = 1")
        #expect(try reason(house).contains("not a database of Foyer"))
    }

    @Test(arguments: [
        "DROP INDEX caseByDue", "DROP TABLE commandKey", "ALTER TABLE caseRow ADD COLUMN more TEXT",
        "CREATE TRIGGER t AFTER INSERT ON caseEvent BEGIN DELETE FROM caseEvent; END",
    ])
    func `a database whose tables were changed is refused`(_ sql: String) throws {
        let house = try closed()
        try change(house, sql)
        #expect(try reason(house).contains("somebody has changed them"))
    }

    @Test func `a database without its version or generation is refused`() throws {
        for sql in ["PRAGMA user_version = 0", "DELETE FROM meta"] {
            let house = try closed()
            try change(house, sql)
            #expect(try reason(house).contains("Damaged"))
        }
    }

    @Test func `a log keeps its generation until it was put back from a backup`() throws {
        let house = try VaultHouse()
        let first = try SQLiteStore(house.directory, try house.open()).generation
        #expect(first > 0)
        #expect(try SQLiteStore(house.directory, try house.open()).generation == first)
        var settings = SQLiteStore.Settings()
        settings.isRestored = true
        let second = try SQLiteStore(house.directory, try house.open(), settings).generation
        #expect(second != first)
        #expect(try SQLiteStore(house.directory, try house.open()).generation == second)
    }

    @Test func `a backup is the whole log at one moment, under a generation of its own`() throws {
        let house = try SQLiteHouse()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening, chronicle.say("before")])
        let backup = try VaultHouse()
        try FileManager.default.copyItem(atPath: house.directory.keys, toPath: backup.directory.keys)
        try house.store.backUp(to: backup.directory.database)
        let state = chronicle.state
        try house.commit([chronicle.say("after")])
        guard storeError({ try house.store.backUp(to: backup.directory.database) }) != nil
        else { throw UnexpectedTrouble() }

        var settings = SQLiteStore.Settings()
        settings.isRestored = true
        let restored = try SQLiteStore(backup.directory, try backup.open(), settings)
        #expect(try restored.load([CaseID(1)])[0].get().state == state)
        #expect(try restored.events(of: CaseID(1), for: .guest, after: 0, limit: 9).get().events.count == 2)
        #expect(restored.generation != house.store.generation)
    }

    @Test func `an event that nobody of us has written ends the process, and nothing is stored`() throws {
        let house = try SQLiteHouse()
        var (chronicle, opening) = Chronicle.opened(1)
        var (other, otherOpening) = Chronicle.opened(2)
        try house.commit([opening, otherOpening])
        try house.store.write { db in
            try db.execute(
                sql: "INSERT INTO caseEvent (caseID, number, isDeleted, body) VALUES (1, 2, 0, zeroblob(60))")
        }
        guard case .fatal? = storeError({ try house.commit([other.say("hello"), chronicle.say("hello")]) })
        else { throw UnexpectedTrouble() }
        #expect(try house.load(CaseID(2)).get().version == 1)
        #expect(try house.page(CaseID(2)).events.count == 1)
    }

    @Test func `a store that is gone leaves its place to the next one`() throws {
        let house = try VaultHouse()
        let vault = try house.open()
        for round in Int64(1)...3 {
            let store = try SQLiteStore(house.directory, vault)
            guard case .unavailable = storeError({ _ = try SQLiteStore(house.directory, vault) })
            else { throw UnexpectedTrouble() }
            _ = try store.commit(try store.prepare([Chronicle.opened(round).1]).map { try $0.get() })
            #expect(try store.list(.open(Chronicle.team), after: nil, limit: 9).count == Int(round))
        }
    }

    /// A full scan or a sort would make a list of ten cost as much as the house has cases.
    @Test func `every list and poll is read from an index, in its order`() throws {
        let house = try SQLiteHouse()
        let lists: [CaseList] = [
            .unassigned(TeamID(1)), .mine(MemberID(1)), .open(TeamID(1)), .unread(TeamID(1)), .closed(TeamID(1)),
            .ofGuest(GuestID(1), open: true), .ofClient(ClientID(1)),
        ]
        let statements =
            lists.map { $0.sql("id, version") } + [
                SQLiteStore.dueSQL, CommitSQL.findKey, CommitSQL.findPublicID, CommitSQL.markDeleted,
                SQLiteStore.erasingSQL, SQLiteStore.guestNumberSQL,
            ]
        try house.store.read { db in
            for sql in statements {
                let plan = try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + sql, arguments: unbound(sql))
                    .map { $0["detail"] as String }
                #expect(plan.contains { $0.contains("USING") && $0.contains("INDEX") }, "\(sql): \(plan)")
                #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0 == "SCAN caseRow" }, "\(sql): \(plan)")
            }
        }
    }

    @Test func `stray assignments are found in the index of those that are assigned`() throws {
        let house = try SQLiteHouse()
        let plan = try house.store.read { db in
            try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + SQLiteStore.straySQL, arguments: [0, 0, 1])
                .map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("USING COVERING INDEX caseByAssignee") }, "\(plan)")
    }

    /// As many zeros as the statement has arguments.
    private func unbound(_ sql: String) -> StatementArguments {
        let numbered = ["?1", "?2", "?3", "?4"].filter(sql.contains).count
        let positional = sql.count { $0 == "?" } - sql.matches(of: /\?[0-9]/).count
        return StatementArguments(Array(repeating: 0, count: numbered + positional))
    }
}
