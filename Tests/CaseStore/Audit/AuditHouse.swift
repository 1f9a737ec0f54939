import Foundation
import GRDB

@testable import CaseStore

/// A house with an audit trail, and what somebody with access to its files could do to it.
final class AuditHouse {
    let house: VaultHouse
    let database: DatabasePool
    var directory: DataDirectory { house.directory }

    init() throws {
        house = try VaultHouse()
        database = try DatabasePool(path: house.directory.database)
        try database.write(AuditTables.create)
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
    static func written() throws -> AuditHouse {
        let house = try AuditHouse()
        let trail = try house.trail()
        for rows in [Int64(1)...4, 5...7, 8...10] {
            try house.append(rows, to: trail)
            try trail.sign(now: 1_000 * rows.upperBound, in: house.database)
        }
        return house
    }

    func tamper(_ sql: String) throws {
        try database.writeWithoutTransaction { db in try db.execute(sql: sql) }
    }

    /// What somebody does who knows how the hashes are made, but has no signing key.
    func computeHashesAnew(from first: Int64) throws {
        try database.write { db in
            var hash =
                try Data.fetchOne(db, sql: "SELECT hash FROM auditRow WHERE number = ?", arguments: [first - 1])
                .map { [UInt8]($0) } ?? AuditRow.beginning
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM auditRow WHERE number >= ? ORDER BY number", arguments: [first])
            for row in rows {
                let entry = AuditEntry(
                    at: row[2], organisation: row[3], actor: row[4], action: row[5], subject: row[6], detail: row[7])
                hash = AuditRow(node: row[0], number: row[1], entry: entry).hash(after: hash)
                try db.execute(
                    sql: "UPDATE auditRow SET hash = ? WHERE number = ?", arguments: [Data(hash), row[1] as Int64])
            }
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
        try AuditCheck.verify(directory, publicKeyFile: publicKeyFile, copiesOfHeads: copiesOfHeads)
    }

    func kinds() throws -> [AuditFinding.Kind] { try report().findings.map(\.kind) }
}
