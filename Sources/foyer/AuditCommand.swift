import ArgumentParser
import CaseStore
import Foundation

extension Foyer {
    struct Audit: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The audit trail: who looked at, changed, exported or erased what.",
            subcommands: [Verify.self, PublicKey.self])
    }
}

extension Foyer.Audit {
    struct DataOptions: ParsableArguments {
        @Option(help: ArgumentHelp("The house's data directory.", valueName: "dir"))
        var data: String

        var directory: DataDirectory { DataDirectory(path: data) }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that no row of the audit trail was changed, removed or moved.",
            discussion: """
                Ends with status 0 if the trail is intact, 1 if it is not, 2 if it cannot be checked. What cannot be \
                found is said in docs/security.md.
                """)

        @OptionGroup var options: DataOptions

        @Option(
            help: ArgumentHelp(
                "Of a house on several nodes: the database as for serve. --data is then this node's own.",
                valueName: "url"))
        var database: String?

        @Option(
            help: ArgumentHelp(
                "This node's name, as for serve: its heads are those in --data. Default: the machine's.",
                valueName: "name"))
        var node: String?

        @Option(
            help: ArgumentHelp(
                "The public key, as `foyer audit public-key` printed it; without it, the house's own word is taken.",
                valueName: "file"))
        var publicKey: String?

        @Option(help: ArgumentHelp("A copy of the heads file that was kept elsewhere; repeatable.", valueName: "file"))
        var heads: [String] = []

        func validate() throws {
            guard node == nil || database != nil else {
                throw ValidationError("--node goes with --database: a house in a file has one node.")
            }
        }

        func run() throws {
            let report = try reporting {
                guard let database else {
                    return try AuditCheck.verify(options.directory, publicKeyFile: publicKey, copiesOfHeads: heads)
                }
                return try AuditCheck.verify(
                    try PostgresURL(database), options.directory, node: node ?? ClusterOptions.machine,
                    publicKeyFile: publicKey, copiesOfHeads: heads)
            }
            for node in report.nodes { print(Self.summary(node)) }
            for remark in report.remarks { print("note: \(remark)") }
            for finding in report.findings { print("finding: \(finding)") }
            if report.findingsLeftOut > 0 { print("and \(report.findingsLeftOut) findings more") }
            guard report.isIntact else { throw ExitCode(1) }
            print(report.nodes.isEmpty ? "The audit trail is empty." : "The audit trail is intact.")
        }

        private static func summary(_ node: AuditReport.Node) -> String {
            let signed = node.lastSignedAt.map { at in
                "signed up to \(Date(timeIntervalSince1970: Double(at) / 1000).formatted(.iso8601))"
            }
            return "node \(node.name): \(node.rows) rows, \(node.heads) heads, \(signed ?? "never signed"), "
                + "\(node.unsignedRows) rows since then"
        }
    }

    struct PublicKey: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the key that the audit trail is checked with, to be kept outside of the house.")

        @OptionGroup var options: DataOptions

        func run() throws {
            let key = try reporting { try AuditCheck.publicKey(options.directory) }
            print(key.pem, terminator: "")
        }
    }
}

/// Status 2 for what could not be done, so that a script never takes it for a finding.
private func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        FileHandle.standardError.write(Data("foyer: \(error)\n".utf8))
        throw ExitCode(2)
    }
}
