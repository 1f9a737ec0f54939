import Foundation
import GRDB
import Synchronization
import Testing

@testable import CaseStore

/// What both databases promise to who asks them in the words that they have in common.
@Suite struct SQLDatabaseTests {
    /// A table `pair` of a number, a text and bytes, in a folder that goes with it.
    private final class Place {
        let house: VaultHouse
        let database: any SQLDatabase

        init(_ kind: DatabaseKind) throws {
            house = try VaultHouse(kind)
            database = try SQLDatabaseTests.open(house)
        }
    }

    private static func open(_ house: VaultHouse) throws -> any SQLDatabase {
        if let url = house.dataURL {
            let pool = try PostgresPool(url, PostgresSettings(), most: 4)
            try pool.lend { try $0.runScript("CREATE TABLE pair (id BIGINT PRIMARY KEY, word TEXT, bytes BYTEA)") }
            return SharedDatabase(pool, gate: "pair")
        }
        let pool = try DatabasePool(path: house.directory.database)
        try pool.write {
            try $0.execute(sql: "CREATE TABLE pair (id INTEGER PRIMARY KEY, word TEXT, bytes BLOB) STRICT")
        }
        return SQLiteDatabase(pool: pool)
    }

    private static let values: [[SQLValue]] = [
        [.integer(1), .text("Grüße 😀"), .blob([0, 255, 1])], [.integer(.max), .text(""), .blob([])],
        [.integer(.min), .null, .null], [.integer(0), .text("it's ?"), .blob([UInt8](repeating: 7, count: 100_000))],
    ]

    @Test(arguments: DatabaseKind.allCases)
    func `values come back as they went in, the empty ones not as missing`(_ kind: DatabaseKind) throws {
        let place = try Place(kind)
        for row in Self.values { #expect(try place.database.run("INSERT INTO pair VALUES (?, ?, ?)", row) == 1) }
        for row in Self.values {
            let found = try place.database.rows("SELECT id, word, bytes FROM pair WHERE id = ? AND '?' = '?'", [row[0]])
            #expect(found == [SQLRow(row)])
        }
        let row = try #require(try place.database.rows("SELECT id FROM pair ORDER BY id", []).first)
        #expect(row.integer(0) == .min && row.text(0) == nil && row.blob(0) == nil && row.integer(1) == nil)
        #expect(row.integer(-1) == nil)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a statement says how many rows it has changed, and which number a row was given`(
        _ kind: DatabaseKind
    ) throws {
        let place = try Place(kind)
        let number = try place.database.write { db in
            for id in Int64(1)...3 { try db.run("INSERT INTO pair (id) VALUES (?)", [.integer(id)]) }
            return try db.insert("INSERT INTO pair (id) VALUES (?) RETURNING id", [.integer(9)])
        }
        #expect(number == 9)
        #expect(try place.database.run("UPDATE pair SET word = ? WHERE id < ?", [.text("a"), .integer(3)]) == 2)
        #expect(try place.database.run("DELETE FROM pair WHERE id > ?", [.integer(100)]) == 0)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `more rows than are fetched at once come one by one, each once`(_ kind: DatabaseKind) throws {
        let place = try Place(kind)
        for count in [Int64(1000), 2001] {
            try place.database.write { db in
                for id in (count - 1000)..<count {
                    try db.run("INSERT INTO pair (id) VALUES (?) ON CONFLICT DO NOTHING", [.integer(id)])
                }
            }
            var seen: [Int64] = []
            let all = try place.database.rows("SELECT id FROM pair ORDER BY id", []).compactMap { $0.integer(0) }
            try place.database.read { db in
                seen = []
                // Another statement with other columns, on the same connection.
                try db.eachRow("SELECT word, id FROM pair WHERE id < ? ORDER BY id", [.integer(5)]) { _ in }
                try db.eachRow("SELECT id FROM pair ORDER BY id", []) { seen.append($0.integer(0) ?? -1) }
            }
            #expect(seen == all && all.count >= 1000)
        }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `what a body throws undoes all that it has written`(_ kind: DatabaseKind) throws {
        let place = try Place(kind)
        #expect(throws: StoreError.full("refused")) {
            try place.database.write { db in
                try db.run("INSERT INTO pair (id) VALUES (1)", [])
                throw StoreError.full("refused")
            }
        }
        #expect(throws: StoreError.self) {
            try place.database.write { db in try db.run("INSERT INTO nothing VALUES (1)", []) }
        }
        #expect(try place.database.count("pair") == 0)
        try place.database.run("INSERT INTO pair (id) VALUES (1)", [])
        #expect(try place.database.count("pair") == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `reading changes nothing`(_ kind: DatabaseKind) throws {
        let place = try Place(kind)
        #expect(throws: StoreError.self) {
            try place.database.read { db in try db.run("INSERT INTO pair (id) VALUES (1)", []) }
        }
        #expect(try place.database.count("pair") == 0)
    }

    /// Each reads what there is and adds the next: only as if one after the other there are no holes and no clashes.
    @Test(arguments: DatabaseKind.allCases)
    func `transactions of several processes are as if one came after the other`(_ kind: DatabaseKind) throws {
        let place = try Place(kind)
        var databases = [place.database]
        if let url = place.house.dataURL {
            databases += try (0..<2).map { _ in
                SharedDatabase(try PostgresPool(url, PostgresSettings(), most: 4), gate: "pair")
            }
        }
        let all = databases
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 60) { index in
            do {
                try all[index % all.count].write { db in
                    let last = try db.firstRow("SELECT max(id) FROM pair", [])?.integer(0) ?? 0
                    let count = try db.firstRow("SELECT count(*) FROM pair", [])?.integer(0) ?? 0
                    guard last == count else { throw StoreError.fatal("\(last) is not \(count)") }
                    try db.run("INSERT INTO pair (id) VALUES (?)", [.integer(last + 1)])
                }
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        #expect(failures.withLock { $0 } == [])
        #expect(
            try place.database.rows("SELECT max(id), count(*) FROM pair", []) == [SQLRow([.integer(60), .integer(60)])])
    }
}
