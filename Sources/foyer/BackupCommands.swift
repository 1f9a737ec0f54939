import ArgumentParser
import CaseStore
import Foundation
import Gateway

extension Foyer {
    struct Backup: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy a house, which may be serving, to a directory, and check the copy.",
            discussion: """
                The data go to DIR as they are at one moment. They are sealed: without the keys nobody reads them. The keys go \
                to another directory, with --keys, and are to be kept apart; what they are good for, and for how long to keep \
                them, is said in docs/security.md. A house on several nodes is backed up with pg_dump (docs/operations.md).
                """)

        @Argument(
            help: ArgumentHelp("Where the data go: a directory that is empty, or not there yet.", valueName: "dir"))
        var target: String

        @Option(help: ArgumentHelp("Where the keys go; another directory, best on another disk.", valueName: "dir"))
        var keys: String?

        @Option(help: ArgumentHelp("The house's data directory.", valueName: "dir"))
        var data = "data"

        func run() throws {
            let house = DataDirectory(path: data)
            let report = try HouseBackup(of: house).run(to: target, keysTo: keys, keys: BackupKeys.source(house))
            let rows = report.data.rows
            print(
                "The data are in '\(target)', whole and checked: \(rows["caseRow"] ?? 0) cases, \(rows["caseEvent"] ?? 0) "
                    + "events, \(report.auditRows) rows of the audit trail, \(report.data.files.count) files.")
            if let keys, let manifest = report.keys {
                print("\(manifest.rows["wrappedKey"] ?? 0) keys are in '\(keys)'. Keep them apart from the data.")
            } else {
                print("Without its keys nobody can read it: back those up, too, with --keys.")
            }
        }
    }

    struct Restore: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a backup into an empty directory, and check it there.",
            discussion: """
                The log becomes another one, so that clients who have seen more than it knows start afresh. Without --keys, the \
                keys are put into the directory's folder 'keys' by hand, before or after.
                """)

        @Argument(help: ArgumentHelp("The data, as 'foyer backup' wrote them.", valueName: "dir"))
        var source: String

        @Option(help: ArgumentHelp("The keys, as 'foyer backup --keys' wrote them.", valueName: "dir"))
        var keys: String?

        @Option(help: ArgumentHelp("The directory of the new house: empty, or not there yet.", valueName: "dir"))
        var data: String

        func run() throws {
            let report = try HouseRestore(from: source, keysFrom: keys).run(into: data)
            let made = Date(timeIntervalSince1970: Double(report.data.madeAt) / 1000).formatted(.iso8601)
            print("The house of \(made) is in '\(data)'; its log is number \(report.generation) now.")
            print(
                report.hasKeys
                    ? "Its keys open it. Start it with 'foyer serve --data \(data)'."
                    : "Put its keys into '\(data)/keys' before it is started.")
        }
    }
}
