import CaseMachine
import TestSupport
import Testing

@testable import CaseStore

/// The tables of a database are compared with what the steps make, at each start.
@Suite struct PostgresSchemaTests {
    /// What the store says of a database that somebody has changed like this.
    private func refusal(after change: String) throws -> String {
        let house = try PostgresHouse()
        try house.database.run(change)
        let error = storeError { _ = try house.node() }
        guard case .fatal(let reason)? = error else { throw UnexpectedTrouble() }
        return reason
    }

    @Test(arguments: [
        (
            "DROP INDEX caseByDue",
            "missing: index INDEX casebydue ON caserow USING btree (due, id) WHERE due IS NOT NULL"
        ),
        ("DROP TABLE endedSession", "missing: column endedsession.at bigint not null"),
        ("ALTER TABLE caseRow DROP COLUMN leaseEnd", "missing: column caserow.leaseend bigint"),
        ("ALTER TABLE caseEvent ALTER COLUMN body TYPE text USING ''", "missing: column caseevent.body bytea not null"),
        ("ALTER TABLE caseRow ALTER COLUMN state DROP NOT NULL", "not expected: column caserow.state bytea storage e"),
        ("ALTER TABLE caseRow ALTER COLUMN state SET STORAGE PLAIN", "caserow.state bytea not null storage p"),
        ("ALTER TABLE outboxItem ALTER COLUMN id DROP IDENTITY", "outboxitem.id bigint not null identity always"),
        ("ALTER TABLE ticket SET LOGGED", "missing: table ticket unlogged"),
        ("ALTER TABLE caseRow RESET (fillfactor)", "missing: table caserow with fillfactor=80"),
        ("ALTER TABLE node DROP CONSTRAINT node_pkey", "missing: constraint node.node_pkey PRIMARY KEY (id)"),
        ("ALTER TABLE node ADD CHECK (heardAt > 0)", "not expected: constraint node.node_heardat_check"),
        ("CREATE TABLE invoices (n BIGINT)", "not expected: column invoices.n bigint, table invoices"),
        ("CREATE INDEX mine ON caseRow (kind)", "not expected: index INDEX mine ON caserow USING btree (kind)"),
        ("ALTER TABLE member ENABLE ROW LEVEL SECURITY", "not expected: table member with row security"),
        (
            """
            CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
            CREATE TRIGGER swallow BEFORE INSERT ON caseEvent FOR EACH ROW EXECUTE FUNCTION nothing()
            """, "not expected: trigger caseevent.swallow"
        ),
    ])
    func `tables that somebody has changed are refused, and the difference is named`(
        _ change: String, _ difference: String
    ) throws {
        let reason = try refusal(after: change)
        #expect(reason.contains("are not those of schema \(PostgresMigrations.newest)"))
        #expect(reason.contains(difference), "\(reason)")
    }

    @Test func `of many differences a few are named, and the others counted`() throws {
        let reason = try refusal(after: "DROP TABLE challenge")
        #expect(reason.contains(" more. Restore it"), "\(reason)")
        #expect(reason.count < 1000)
    }

    @Test func `the tables that the steps have made are theirs, in whatever schema, and looking leaves no trace`()
        throws
    {
        let house = try PostgresHouse()
        let all = "SELECT count(*) FROM pg_class"
        let before = try house.database.run(all)
        for _ in 1...2 { _ = try house.node() }
        #expect(try house.database.run(all) == before)
        let url = try SharedPostgres.schema()
        try PostgresMigrations.run(url)
        let elsewhere = try PostgresSchema.read(try PostgresConnection(url, PostgresSettings()))
        let usual = try PostgresSchema.read(try house.connection())
        #expect(elsewhere == usual)
        #expect(usual.lines.count > 200)
    }

    @Test func `a column that stands elsewhere in its table is the same one`() throws {
        let house = try PostgresHouse()
        try house.database.run(
            "ALTER TABLE node DROP COLUMN heardAt; ALTER TABLE node ADD COLUMN heardAt BIGINT NOT NULL")
        _ = try house.node()
    }
}
