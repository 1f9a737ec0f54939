import Foundation
import Glibc

/// What can be said of where a house keeps its things without opening it: it may be serving meanwhile.
package enum HouseCheck {
    /// What keeps the keys from being used; nil where there are none yet, or nothing is wrong.
    package static func problemOfKeys(_ directory: DataDirectory) -> String? {
        let secrets = [
            SecretFile(path: directory.masterKey, name: "master key"),
            SecretFile(path: directory.auditSigningKey, name: "signing key of the audit trail"),
        ]
        for secret in secrets where secret.exists {
            do throws(VaultError) { _ = try secret.read() } catch { return "\(error)" }
        }
        let hasData = access(directory.database, F_OK) == 0
        if hasData, access(directory.keyFile, F_OK) != 0 {
            return
                "There is data in '\(directory.database)', but the keys '\(directory.keyFile)' that open it are missing."
        }
        if hasData || access(directory.keyFile, F_OK) == 0, !secrets[0].exists {
            return "The master key '\(directory.masterKey)' is missing."
        }
        return nil
    }

    /// Whether a process has the house open. Asked of the kernel's list, not by taking the lock, which would keep a house
    /// from starting at that moment.
    package static func isOpen(_ directory: DataDirectory) -> Bool {
        var status = stat()
        guard stat(directory.databaseLock, &status) == 0,
            let locks = try? String(contentsOfFile: "/proc/locks", encoding: .utf8)
        else { return false }
        // As in "1: FLOCK  ADVISORY  WRITE 1234 fe:01:5678 0 EOF"; the device's numbers differ where the file system
        // stands on others.
        return locks.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            return words.contains("FLOCK") && words.contains { $0.hasSuffix(":\(status.st_ino)") }
        }
    }

    /// Connects as a node does, which refuses what is not durable, and answers with the schema; 0: there are no tables.
    package static func schema(of url: PostgresURL) throws(StoreError) -> Int64 {
        let connection = try PostgresConnection(url, PostgresSettings())
        let version: Int64
        do { version = try PostgresMigrations.version(of: connection) } catch {
            throw PostgresPool.storeError(error)
        }
        try PostgresMigrations.demandKnown(url, version)
        return version
    }

    /// Reaches the keys' database.
    package static func reachKeys(_ url: PostgresURL) throws(StoreError) {
        _ = try PostgresConnection(url, PostgresSettings())
    }

    /// Whether two addresses lead to one and the same database.
    package static func areSame(_ one: PostgresURL, _ other: PostgresURL) throws(StoreError) -> Bool {
        func name(_ url: PostgresURL) throws(StoreError) -> [SQLValue]? {
            let connection = try PostgresConnection(url, PostgresSettings())
            // Who may not ask for it learns nothing: that is no sameness.
            return try? connection.run(
                "SELECT system_identifier::text, current_database()::text FROM pg_control_system()"
            ).rows.first?.values
        }
        guard let first = try name(one) else { return false }
        return try name(other) == first
    }
}
