import Foundation
import GRDB

/// What `foyer audit` does, apart from the terminal.
package enum AuditCheck {
    /// Checks the audit trail of a house, which may be serving meanwhile. With `publicKeyFile` nil, the key is taken
    /// from the house itself, which whoever has the whole house could have replaced.
    package static func verify(
        _ directory: DataDirectory, publicKeyFile: String?, copiesOfHeads: [String]
    ) throws -> AuditReport {
        let key = try publicKey(directory, file: publicKeyFile)
        // Opening a database that is not there would make an empty one, whose trail is intact.
        guard FileManager.default.fileExists(atPath: directory.database) else {
            throw AuditError("There is no database '\(directory.database)'. Name the folder that holds it with --data.")
        }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let database = try DatabaseQueue(path: directory.database, configuration: configuration)
            let verifier = try AuditVerifier(directory, publicKey: key, copiesOfHeads: copiesOfHeads)
            return try database.read { db in
                guard try db.tableExists("auditRow"), try db.tableExists("auditHead") else {
                    throw AuditError("There is no audit trail in '\(directory.database)'.")
                }
                return try verifier.verify(SQLiteSession(db))
            }
        } catch let error as DatabaseError {
            throw AuditError("The database '\(directory.database)' cannot be read: \(error)")
        }
    }

    /// The same of a house of many nodes, of which this machine is `node`.
    package static func verify(
        _ url: PostgresURL, _ directory: DataDirectory, node: String, publicKeyFile: String?, copiesOfHeads: [String]
    ) throws -> AuditReport {
        let pool = try PostgresPool(url, PostgresSettings(), most: 1)
        let schema = try pool.lend { connection in try PostgresMigrations.version(of: connection) }
        guard schema >= PostgresMigrations.firstWithAudit else {
            throw AuditError("There is no audit trail in \(url).")
        }
        return try verify(
            SharedDatabase(pool), directory, node: node, publicKeyFile: publicKeyFile, copiesOfHeads: copiesOfHeads)
    }

    static func verify(
        _ database: SharedDatabase, _ directory: DataDirectory, node: String, publicKeyFile: String?,
        copiesOfHeads: [String]
    ) throws -> AuditReport {
        let verifier = try AuditVerifier(
            directory, publicKey: publicKey(directory, file: publicKeyFile), copiesOfHeads: copiesOfHeads, node: node)
        return try database.read { db in try verifier.verify(db) }
    }

    package static func publicKey(_ directory: DataDirectory, file: String? = nil) throws -> AuditPublicKey {
        guard let file else { return try AuditSigner.open(directory, generate: false).publicKey }
        guard let pem = try? String(contentsOfFile: file, encoding: .utf8), let key = AuditPublicKey(pem: pem) else {
            throw AuditError("'\(file)' is not a public key as `foyer audit public-key` prints it.")
        }
        return key
    }
}
