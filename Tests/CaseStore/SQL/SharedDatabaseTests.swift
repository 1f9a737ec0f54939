import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// What the shared database's failures cost those who wait for it.
@Suite struct SharedDatabaseTests {
    @Test func `a database that stands still is waited for once, not once by each in line`() throws {
        let server = try PostgresServer()
        let place = try server.database()
        var settings = PostgresSettings()
        (settings.answerWithin, settings.statementWithin) = (.seconds(2), .seconds(1))
        let database = SharedDatabase(try PostgresPool(PostgresURL(place.url), settings, most: 4), gate: "pair")
        try database.run("CREATE TABLE pair (id BIGINT PRIMARY KEY)", [])
        @Sendable func write(_ id: Int) throws {
            try database.write { db in _ = try db.run("INSERT INTO pair VALUES (?)", [.integer(Int64(id))]) }
        }
        try write(100)
        try server.pause()
        let failed = Atomic<Int>(0)
        let clock = ContinuousClock()
        let spent = clock.measure {
            let threads = (0..<8).map { id in
                Thread {
                    if (try? write(id)) == nil { failed.add(1, ordering: .relaxed) }
                }
            }
            for thread in threads { thread.start() }
            while !threads.allSatisfy(\.isFinished) { usleep(5000) }
        }
        try server.resume()
        #expect(failed.load(ordering: .relaxed) == 8)
        #expect(spent < .seconds(8), "\(spent)")
        let deadline = clock.now + .seconds(20)
        while (try? write(200)) == nil { try #require(clock.now < deadline) }
        #expect(try database.rows("SELECT id FROM pair ORDER BY id", []).compactMap { $0.integer(0) } == [100, 200])
    }

    @Test func `a refusal of one who writes is nothing to those who wait in line`() throws {
        let database = SharedDatabase(
            try PostgresPool(SharedPostgres.schema(), PostgresSettings(), most: 4), gate: "pair")
        try database.run("CREATE TABLE pair (id BIGINT PRIMARY KEY)", [])
        let written = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 20) { id in
            let isWritten = try? database.write { db in
                if id.isMultiple(of: 2) { throw StoreError.unavailable("refused") }
                return try db.run("INSERT INTO pair VALUES (?)", [.integer(Int64(id))]) == 1
            }
            if isWritten == true { written.add(1, ordering: .relaxed) }
        }
        #expect(written.load(ordering: .relaxed) == 10)
    }

    /// Optimists alone: the one that takes long would lose each time.
    @Test func `a transaction that takes long comes to its end beside a node that never rests`() throws {
        let url = try SharedPostgres.schema()
        let databases = try (0..<2).map { _ in
            SharedDatabase(try PostgresPool(url, PostgresSettings(), most: 4), gate: "pair")
        }
        try databases[0].run("CREATE TABLE pair (id BIGINT PRIMARY KEY)", [])
        @Sendable func next(_ database: SharedDatabase, thinking: UInt32) throws {
            try database.write { db in
                let last = try db.firstRow("SELECT max(id) FROM pair", [])?.integer(0) ?? 0
                usleep(thinking)
                _ = try db.run("INSERT INTO pair VALUES (?)", [.integer(last + 1)])
            }
        }
        let isDone = Atomic<Bool>(false)
        let busy = Atomic<Int64>(0)
        let thread = Thread {
            while !isDone.load(ordering: .acquiring) {
                if (try? next(databases[1], thinking: 0)) != nil { busy.add(1, ordering: .relaxed) }
            }
        }
        thread.start()
        for _ in 0..<30 { try next(databases[0], thinking: 20_000) }
        isDone.store(true, ordering: .releasing)
        while !thread.isFinished { usleep(1000) }
        let others = busy.load(ordering: .relaxed)
        #expect(others > 0)
        #expect(try databases[0].rows("SELECT count(*) FROM pair", []).first?.integer(0) == 30 + others)
    }
}
