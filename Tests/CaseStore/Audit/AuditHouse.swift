import Foundation
import GRDB

@testable import CaseStore

/// A house with an audit trail, and what somebody with access to its files could do to it.
final class AuditHouse {
    let house: VaultHouse
    let database: any SQLDatabase
    var directory: DataDirectory { house.directory }

    init(_ kind: DatabaseKind) throws {
        house = try VaultHouse(kind)
        if let url = house.dataURL {
            database = try SharedDatabase.house(url)
        } else {
            let pool = try DatabasePool(path: house.directory.database)
            try pool.write(AuditTables.create)
            database = SQLiteDatabase(pool: pool)
        }
    }

    func trail(_ node: String = "n1", interval: AuditTrail.SigningInterval = .usual) throws -> AuditTrail {
        try AuditTrail(
            node: node, in: database, directory, signer: try AuditSigner.open(directory, generate: true),
            interval: interval)
    }

    static func entry(_ number: Int64) -> AuditEntry {
        AuditEntry(
            at: 1_000 * number, organisation: 1 + number % 2, actor: "member:\(number % 3)", action: "case.viewed",
            subject: "case:\(number)", detail: "page \(number)")
    }

    func append(_ numbers: ClosedRange<Int64>, to trail: AuditTrail) throws {
        try database.write { db in try trail.append(numbers.map(Self.entry), in: db) }
    }

    /// Ten rows, signed after the fourth, the seventh and the tenth.
    static func written(_ kind: DatabaseKind) throws -> AuditHouse {
        let house = try AuditHouse(kind)
        let trail = try house.trail()
        for rows in [Int64(1)...4, 5...7, 8...10] {
            try house.append(rows, to: trail)
            try trail.sign(now: 1_000 * rows.upperBound, in: house.database)
        }
        return house
    }

    func tamper(_ sql: String) throws { try database.tamper(sql) }

    /// What somebody does who knows how the hashes are made, but has no signing key.
    func computeHashesAnew(from first: Int64) throws {
        var hash =
            try database.rows("SELECT hash FROM auditRow WHERE number = ?", [.integer(first - 1)]).first?.blob(0)
            ?? AuditRow.beginning
        let rows = try database.rows(
            """
            SELECT node, number, at, organisation, actor, action, subject, detail FROM auditRow WHERE number >= ?
            ORDER BY number
            """, [.integer(first)])
        for row in rows {
            let number = row.integer(1) ?? 0
            let entry = AuditEntry(
                at: row.integer(2) ?? 0, organisation: row.integer(3) ?? 0, actor: row.text(4) ?? "",
                action: row.text(5) ?? "", subject: row.text(6) ?? "", detail: row.text(7) ?? "")
            hash = AuditRow(node: row.text(0) ?? "", number: number, entry: entry).hash(after: hash)
            try database.run("UPDATE auditRow SET hash = ? WHERE number = ?", [.blob(hash), .integer(number)])
        }
    }

    var headLines: [String] {
        get throws {
            try String(contentsOfFile: directory.auditHeads, encoding: .utf8).split(separator: "\n").map(String.init)
        }
    }

    func write(headLines: [String]) throws {
        try headLines.map { $0 + "\n" }.joined()
            .write(toFile: directory.auditHeads, atomically: false, encoding: .utf8)
    }

    func report(copiesOfHeads: [String] = [], publicKeyFile: String? = nil) throws -> AuditReport {
        guard let shared = database as? SharedDatabase else {
            return try AuditCheck.verify(directory, publicKeyFile: publicKeyFile, copiesOfHeads: copiesOfHeads)
        }
        return try AuditCheck.verify(
            shared, directory, node: "n1", publicKeyFile: publicKeyFile, copiesOfHeads: copiesOfHeads)
    }

    func kinds() throws -> [AuditFinding.Kind] { try report().findings.map(\.kind) }
}
