import ArgumentParser
import CaseStore

extension Foyer {
    /// Brings the shared databases up to date before the first node of a new release starts.
    struct Migrate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring the database of a house on several nodes up to this release.",
            discussion: """
                One process at a time makes the steps; another one waits for it. Nodes of the release before go on working. \
                A node does the same at its start: this is for those who want it done before.
                """)

        @Option(help: ArgumentHelp("As for serve.", valueName: "url"))
        var database: String

        func run() throws {
            let url = try PostgresURL(database)
            let before = try PostgresMigrations.run(url)
            let newest = PostgresMigrations.newest
            print(
                before == newest
                    ? "\(url) has schema \(newest), which is this release's."
                    : "\(url) was brought from schema \(before) to \(newest).")
        }
    }

    /// From a file to several nodes.
    struct Copy: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a house from its directory to PostgreSQL, and compare both row by row.",
            discussion: """
                The house must not run. Its directory stays as it is. Afterwards each node needs a copy of keys/master.key and \
                keys/audit-signing.key in its own --data.
                """)

        @Option(help: ArgumentHelp("The house's directory.", valueName: "dir"))
        var data = "data"

        @Option(help: ArgumentHelp("An empty database for cases and people.", valueName: "url"))
        var database: String

        @Option(help: ArgumentHelp("Another empty database, for the keys.", valueName: "url"))
        var keys: String

        func validate() throws {
            guard database != keys else {
                throw ValidationError("--keys and --database are the same: keys stand apart from the data.")
            }
        }

        func run() throws {
            let move = HouseMove(
                DataDirectory(path: data), to: try PostgresURL(database), keys: try PostgresURL(keys))
            try move.run { print("\($0.table): \($0.rows) rows, the same on both sides") }
            print("Done. Copy \(data)/keys/master.key and \(data)/keys/audit-signing.key to each node's --data.")
        }
    }
}
