import CaseMachine
import Foundation
import TestSupport
import Testing

@testable import CaseStore

@Suite struct PostgresConnectionTests {
    private func connection(_ change: (inout PostgresSettings) -> Void = { _ in }) throws -> PostgresConnection {
        var settings = PostgresSettings()
        change(&settings)
        return try PostgresConnection(PostgresURL(try PostgresServer.shared().url("postgres")), settings)
    }

    @Test func `values come back as they went`() throws {
        let connection = try connection()
        let values: [PostgresValue] = [
            .integer(.min), .integer(.max), .null, .text("Grüße, „it's“ \u{1F600}"), .text(""), .blob([]),
            .blob([0, 255, 1]), .integers([3, .min]), .integers([]), .optionalIntegers([1, nil]), .blobs([[], [7]]),
        ]
        let row = try connection.run(
            """
            SELECT $1::BIGINT, $2::BIGINT, $3::BIGINT, $4::TEXT, $5::TEXT, $6::BYTEA, $7::BYTEA,
                ($8::BIGINT[])[2], cardinality($9::BIGINT[]), ($10::BIGINT[])[2], ($11::BYTEA[])[2], 7::SMALLINT, true
            """, values
        ).rows.first
        #expect(
            row
                == SQLRow([
                    .integer(.min), .integer(.max), .null, .text("Grüße, „it's“ \u{1F600}"), .text(""), .blob([]),
                    .blob([0, 255, 1]), .integer(.min), .integer(0), .null, .blob([7]), .integer(7), .integer(1),
                ]))
    }

    @Test(arguments: [
        ("SELECT 1", "SELECT 1"), ("a = ? AND b = ?", "a = $1 AND b = $2"),
        ("a = ?2 AND b = ?1 AND c > ? LIMIT ?", "a = $2 AND b = $1 AND c > $3 LIMIT $4"),
        ("a = '?' AND b = ? AND c = 'it''s ?'", "a = '?' AND b = $1 AND c = 'it''s ?'"),
    ])
    func `question marks are numbered as SQLite numbers them`(_ sql: String, _ numbered: String) {
        #expect(PostgresConnection.numbered(sql) == numbered)
    }

    @Test func `what is sent at once is answered in its order, and each text is prepared once`() throws {
        let connection = try connection()
        for _ in 0..<3 {
            let answers = try connection.run(
                (0..<50).map { PostgresQuery("SELECT CAST(? AS BIGINT)", [.integer($0)]) })
            #expect(answers.map { $0.rows.first?.integer(0) } == (0..<50).map(Optional.some))
        }
        let prepared = try connection.run("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%CAST(%'")
        // This statement is of the kind that it counts.
        #expect(prepared.rows.first?.integer(0) == 2)
    }

    @Test func `statements beyond those that are kept work as well`() throws {
        let connection = try connection()
        for number in Int64(0)..<300 {
            #expect(try connection.run("SELECT \(number)::BIGINT + $1", [.integer(1)]).rows[0].integer(0) == number + 1)
        }
        let prepared = try connection.run("SELECT count(*) FROM pg_prepared_statements").rows[0].integer(0) ?? 0
        #expect(prepared > 200 && prepared <= 256)
    }

    @Test func `a refused statement says why, and the connection goes on`() throws {
        let connection = try connection()
        let failure = try #require(throws: PostgresFailure.self) {
            try connection.run([
                PostgresQuery("SELECT 1"), PostgresQuery("SELECT 1 / $1::BIGINT", [.integer(0)]),
                PostgresQuery("SELECT 2"),
            ])
        }
        #expect(failure.kind == .refused && failure.state == "22012" && failure.message == "division by zero")
        #expect(throws: PostgresFailure.self) { try connection.run("SELECT nonsense") }
        #expect(throws: PostgresFailure.self) { try connection.runScript("SELECT 1; SELECT nonsense") }
        #expect(try connection.run("SELECT 2").rows[0].integer(0) == 2)
        #expect(!connection.isBroken && connection.transactionState == .none)
    }

    @Test func `a transaction is taken back by what its body throws`() throws {
        let connection = try connection()
        try connection.runScript("CREATE TEMPORARY TABLE t (n BIGINT)")
        #expect(throws: UnexpectedTrouble.self) {
            try connection.transaction(.readCommitted) { connection in
                try connection.run("INSERT INTO t VALUES (?)", [.integer(1)])
                throw UnexpectedTrouble()
            }
        }
        // A body that goes on after a failure stores nothing either.
        let failure = try #require(throws: PostgresFailure.self) {
            _ = try connection.transaction(.readCommitted) { connection in
                try connection.run("INSERT INTO t VALUES (?)", [.integer(2)])
                _ = try? connection.run("SELECT nonsense")
            }
        }
        #expect(failure.kind == .refused)
        _ = try connection.transaction(.serializable) { connection in
            try connection.run("INSERT INTO t VALUES (?)", [.integer(3)])
        }
        #expect(try connection.run("SELECT n FROM t").rows == [SQLRow([.integer(3)])])
    }

    @Test func `a statement that takes too long is ended by the server, and one that it does not end by us`() throws {
        let patient = try connection { $0.statementWithin = .milliseconds(100) }
        let ended = try #require(throws: PostgresFailure.self) { try patient.run("SELECT pg_sleep(5)") }
        #expect(ended.state == "57014" || ended.kind == .lost)

        let impatient = try connection { $0.answerWithin = .milliseconds(200) }
        let start = ContinuousClock.now
        let lost = try #require(throws: PostgresFailure.self) { try impatient.run("SELECT pg_sleep(5)") }
        #expect(lost.kind == .lost && ContinuousClock.now - start < .seconds(3))
        #expect(impatient.isBroken)
        #expect(throws: PostgresFailure.self) { try impatient.run("SELECT 1") }
    }

    @Test func `who waits for a row too long is told so`() throws {
        let database = try PostgresServer.shared().database()
        try database.run("CREATE TABLE t (n BIGINT); INSERT INTO t VALUES (1)")
        var settings = PostgresSettings()
        settings.lockWithin = .milliseconds(50)
        let url = try PostgresURL(database.url)
        let (first, second) = (try PostgresConnection(url, settings), try PostgresConnection(url, settings))
        try first.run([PostgresTransaction.readCommitted.begin, PostgresQuery("UPDATE t SET n = 2")])
        let failure = try #require(throws: PostgresFailure.self) { try second.run("UPDATE t SET n = 3") }
        #expect(failure.state == "55P03")
        guard case .unavailable = failure.storeError else { throw UnexpectedTrouble() }
        try first.commit()
        #expect(try second.run("UPDATE t SET n = 3").changed == 1)
    }

    // covers: B9
    @Test func `an address is printed without its password`() throws {
        let url = try PostgresURL("postgres://anna:s3cret@db.example:5433/clinic?sslmode=require")
        #expect(url.description == "postgres://anna@db.example:5433/clinic")
        for text in ["\(url)", String(reflecting: url), String(describing: url), dumped(url)] {
            #expect(!text.contains("s3cret"))
        }
        for text in ["", "clinic", "mysql://a:s3cret@b/c", "postgres://a:s3cret%zz@b/c", "host=/tmp password=s3cret"] {
            guard case .unavailable(let reason)? = storeError({ _ = try PostgresURL(text) })
            else { throw UnexpectedTrouble() }
            #expect(!reason.contains("s3cret"))
        }
    }

    // covers: B9
    @Test func `nobody is told the password when a connection fails`() throws {
        let port = try PostgresServer.shared().port
        for address in ["nobody:s3cret@127.0.0.1:\(port)/postgres", "postgres:s3cret@127.0.0.1:\(port)/nothing"] {
            let url = try PostgresURL("postgres://\(address)")
            guard case .unavailable(let reason)? = storeError({ _ = try PostgresConnection(url, PostgresSettings()) })
            else { throw UnexpectedTrouble() }
            #expect(!reason.contains("s3cret") && reason.contains("cannot be reached"))
        }
    }

    // covers: B9
    @Test func `TLS is as the address asks for it`() throws {
        let server = try PostgresServer()
        // Run by the server, in its own folder.
        try server.run(
            """
            COPY (SELECT 1) TO PROGRAM 'cat > /dev/null; openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=db
                -addext subjectAltName=IP:127.0.0.1 -keyout server.key -out server.crt 2> /dev/null; chmod 600 server.key'
            """.replacing("\n    ", with: " "))
        func connect(_ parameters: String) throws -> PostgresConnection {
            try PostgresConnection(PostgresURL(server.url("postgres", parameters: parameters)), PostgresSettings())
        }
        // A server without TLS is refused by who asks for it.
        guard case .unavailable? = storeError({ _ = try connect("?sslmode=require") }) else {
            throw UnexpectedTrouble()
        }
        try server.set(["SET ssl = on"])
        let verified = "?sslmode=verify-full&sslrootcert=\(server.dataFolder)/server.crt"
        let deadline = ContinuousClock.now + .seconds(10)
        while storeError({ _ = try connect(verified) }) != nil, ContinuousClock.now < deadline { usleep(10_000) }
        let connection = try connect(verified)
        let isSecret = try connection.run("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").rows[0].integer(0)
        #expect(isSecret == 1)
        // A certificate that nobody has vouched for.
        let stranger = "?sslmode=verify-full&sslrootcert=/etc/ssl/certs/ca-certificates.crt"
        guard case .unavailable? = storeError({ _ = try connect(stranger) }) else { throw UnexpectedTrouble() }
    }

    private func dumped(_ value: some Any) -> String {
        var text = ""
        dump(value, to: &text)
        return text
    }
}
