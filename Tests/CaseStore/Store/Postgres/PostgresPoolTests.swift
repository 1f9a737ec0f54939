import CaseMachine
import Foundation
import TestSupport
import Testing

@testable import CaseStore

@Suite struct PostgresPoolTests {
    private func pool(
        _ port: Int? = nil, most: Int = 2, _ change: (inout PostgresSettings) -> Void = { _ in }
    ) throws -> PostgresPool {
        var settings = PostgresSettings()
        change(&settings)
        let url = try PostgresURL(try PostgresServer.shared().url("postgres", port: port))
        return try PostgresPool(url, settings, most: most)
    }

    @Test func `connections are kept, and there are never more than named`() throws {
        let pool = try pool(most: 2)
        let readers = (0..<8).map { _ in
            Errand {
                try (0..<20).map { _ in
                    try pool.read { try $0.run("SELECT pg_backend_pid()").rows.first?.integer(0) }
                }
            }
        }
        let backends = Set(try readers.flatMap { try $0.value() })
        #expect((1...2).contains(backends.count) && !backends.contains(nil))
    }

    @Test func `who finds them all in use is told so in time`() throws {
        let pool = try pool(most: 1) { $0.readerWithin = .milliseconds(200) }
        let start = ContinuousClock.now
        try pool.lend { _ in
            guard case .unavailable(let reason)? = storeError({ try pool.lend { _ in } }) else {
                throw UnexpectedTrouble()
            }
            #expect(reason.contains("in use"))
        }
        #expect(ContinuousClock.now - start < .seconds(3))
        try pool.lend { _ = try $0.run("SELECT 1") }
    }

    @Test func `a connection that was closed meanwhile is replaced without anybody noticing`() throws {
        let pool = try pool(most: 1)
        for _ in 0..<3 {
            let backend = try pool.lend { try $0.run("SELECT pg_backend_pid()").rows[0].integer(0) ?? 0 }
            try PostgresServer.shared().run("SELECT pg_terminate_backend(\(backend), 5000)")
            #expect(try pool.lend { try $0.run("SELECT pg_backend_pid()").rows[0].integer(0) } != backend)
        }
    }

    @Test func `a read whose connection is cut off is made again on another`() throws {
        let proxy = try LossyProxy(to: try PostgresServer.shared().port)
        let pool = try pool(proxy.port, most: 1)
        for round in 1...5 {
            proxy.lose(.nextAnswer)
            #expect(try pool.read { try $0.run("SELECT 1::BIGINT").rows[0].integer(0) } == 1)
            #expect(proxy.cutCount == round)
        }
    }

    @Test func `a transaction that meets another one is run again`() throws {
        let database = try PostgresServer.shared().database()
        try database.run("CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (0)")
        let pool = try PostgresPool(PostgresURL(database.url), PostgresSettings(), most: 4)
        let counters = (0..<4).map { _ in
            Errand {
                for _ in 0..<25 {
                    try pool.transaction(.serializable) { connection in
                        let n = try connection.run("SELECT n FROM t").rows[0].integer(0) ?? 0
                        _ = try connection.run("UPDATE t SET n = ?", [.integer(n + 1)])
                    }
                }
            }
        }
        for counter in counters { try counter.value() }
        #expect(try database.run("SELECT n FROM t") == [["100"]])
    }

    /// A full scan would make a list of ten cost as much as the house has cases.
    @Test func `every list and poll is read from an index`() throws {
        let house = try PostgresHouse()
        let lists: [CaseList] = [
            .unassigned(TeamID(1)), .mine(MemberID(1)), .open(TeamID(1)), .unread(TeamID(1)), .closed(TeamID(1)),
            .ofGuest(GuestID(1), open: true), .ofClient(ClientID(1)),
        ]
        let events = Side.allCases.map(EventRecord.sql)
        let statements = lists.map { $0.sql("id, version") } + events + [PostgresStore.dueSQL, PostgresStore.straySQL]
        let connection = try house.connection()
        for sql in statements {
            let text = (1...6).reversed().reduce(PostgresConnection.numbered(sql)) {
                $0.replacingOccurrences(of: "$\($1)", with: "7")
            }
            let plan = try connection.run("EXPLAIN " + text).rows.compactMap { $0.text(0) }.joined(separator: "\n")
            #expect(plan.contains("Index"), "\(sql): \(plan)")
            #expect(!plan.contains("Seq Scan") && !plan.contains("Hash Join"), "\(sql): \(plan)")
        }
        // A page of a list begins where it begins, and needs no sorting.
        for list in lists.prefix(5) {
            let text = list.sql("id").replacing("?", with: "7")
            let plan = try connection.run("EXPLAIN " + text).rows.compactMap { $0.text(0) }.joined(separator: "\n")
            #expect(!plan.contains("Sort"), "\(plan)")
        }
    }
}
