import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// Places of a test's own on the server that all tests share.
enum SharedPostgres {
    private static let schemas = Atomic<Int>(0)

    /// An empty schema, which is all that a connection to this address sees: made in a tenth of the time of a database.
    static func schema() throws -> PostgresURL {
        let server = try PostgresServer.shared()
        let name = "schema\(schemas.add(1, ordering: .relaxed).newValue)"
        try server.run("CREATE SCHEMA \(name)")
        return try PostgresURL(server.url("postgres", parameters: "?options=-csearch_path%3D\(name)"))
    }

    /// A database, and the folder of its files.
    static func database() throws -> (database: PostgresDatabase, files: String) {
        let database = try PostgresServer.shared().database()
        let file = try database.run(
            "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()"
        )
        return (database, try #require(file.first?.first ?? nil))
    }
}
