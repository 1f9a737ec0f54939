import Foundation
import GRDB
import Testing

@testable import CaseStore

@Suite struct AuditTrailTests {
    @Test(arguments: DatabaseKind.allCases)
    func `an intact trail is intact, signed or not, and says how much is not signed yet`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        let trail = try house.trail()
        #expect(try house.report().isIntact)
        try house.append(1...5, to: trail)
        #expect(try house.report().nodes == [.init(name: "n1", rows: 5, unsignedRows: 5)])
        try trail.sign(now: 77, in: house.database)
        try house.append(6...7, to: trail)
        let report = try house.report()
        #expect(report.isIntact)
        #expect(report.nodes == [.init(name: "n1", rows: 7, heads: 1, lastSignedAt: 77, unsignedRows: 2)])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `rows come and go with the transaction they were added in`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        struct Undone: Error {}
        let trail = try house.trail()
        try house.append(1...2, to: trail)
        #expect(throws: StoreError.self) {
            try house.database.write { db in
                try trail.append([AuditHouse.entry(3), AuditHouse.entry(4)], in: db)
                throw Undone()
            }
        }
        try house.append(5...6, to: trail)
        try trail.sign(now: 1, in: house.database)
        let report = try house.report()
        #expect(report.isIntact)
        #expect(report.nodes.map(\.rows) == [4])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `several appends in one transaction make one chain`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        let trail = try house.trail()
        try house.database.write { db in
            for number in Int64(1)...5 { try trail.append([AuditHouse.entry(number)], in: db) }
            try trail.append([], in: db)
        }
        #expect(try house.report().nodes.map(\.rows) == [5])
        #expect(try house.report().isIntact)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the chain goes on after a restart`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        for start in Int64(0)..<3 {
            let trail = try house.trail()
            try house.append(start * 3 + 1...start * 3 + 3, to: trail)
            try trail.sign(now: start, in: house.database)
        }
        let report = try house.report()
        #expect(report.isIntact)
        #expect(report.nodes.map(\.rows) == [9])
        #expect(report.nodes.map(\.heads) == [3])
    }

    @Test func `the chains of two nodes are independent`() throws {
        let house = try AuditHouse(.sqlite)
        let one = try house.trail("one")
        let two = try house.trail("two")
        for number in Int64(1)...6 {
            try house.append(number...number, to: number.isMultiple(of: 2) ? one : two)
            try one.sign(now: number, in: house.database)
            try two.sign(now: number, in: house.database)
        }
        #expect(try house.report().isIntact)
        #expect(try house.report().nodes.map(\.rows) == [3, 3])
        try house.tamper("DELETE FROM auditRow WHERE node = 'two' AND number = 3")
        #expect(
            try house.report().findings == [AuditFinding(node: "two", kind: .rowsRemovedAtEnd(3...3))])
        try house.tamper("DELETE FROM auditRow WHERE node = 'two'; UPDATE auditRow SET at = 0 WHERE number = 2")
        #expect(
            Set(try house.report().findings.map { "\($0.node) \($0.kind)" }) == [
                "two \(AuditFinding.Kind.rowsRemovedAtEnd(1...3))", "one \(AuditFinding.Kind.rowChanged(2))",
            ])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a head is signed after so many rows`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        let trail = try house.trail(interval: .init(rows: 3, milliseconds: 1_000_000))
        try house.append(1...2, to: trail)
        #expect(try !trail.signIfDue(now: 2_000, in: house.database))
        try house.append(3...3, to: trail)
        #expect(try trail.signIfDue(now: 3_000, in: house.database))
        #expect(try !trail.signIfDue(now: 3_000, in: house.database))
        #expect(try house.report().nodes.map(\.unsignedRows) == [0])
    }

    @Test(arguments: [(Int64(5_999), false), (6_000, true), (0, true), (.max, true), (.min, true)])
    func `a head is signed after so much time, also when the clock jumps`(now: Int64, isDue: Bool) throws {
        let house = try AuditHouse(.sqlite)
        let trail = try house.trail(interval: .init(rows: 1000, milliseconds: 5_000))
        try house.append(1...1, to: trail)
        #expect(try trail.signIfDue(now: now, in: house.database) == isDue)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `nothing is signed twice, and nothing without rows`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        let trail = try house.trail()
        #expect(try !trail.sign(now: 1, in: house.database))
        try house.append(1...1, to: trail)
        #expect(try trail.sign(now: 1, in: house.database))
        #expect(try !trail.sign(now: 2, in: house.database))
        #expect(try house.headLines.count == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `what an earlier start left unsigned is signed at the first occasion`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        try house.append(1...2, to: try house.trail())
        #expect(try house.trail().signIfDue(now: 1, in: house.database))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a long text is cut, and a row with it stays intact`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        let trail = try house.trail()
        let long = String(repeating: "é", count: 5000)
        let entry = AuditEntry(at: 1, organisation: 1, actor: long, action: "a\0b", subject: "😀", detail: "\r\n")
        try house.database.write { db in try trail.append([entry], in: db) }
        #expect(entry.actor.utf8.count <= AuditEntry.longestTextBytes)
        #expect(entry.action == "a")
        #expect(try house.report().isIntact)
    }

    @Test(arguments: ["", "a b", "a/b", "ä", "a\n", String(repeating: "a", count: 65)])
    func `a name that cannot stand in the heads file names no node`(name: String) throws {
        let house = try AuditHouse(.sqlite)
        #expect(throws: AuditError.self) { try house.trail(name) }
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the signing key and the heads file are closed to others`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse(kind)
        let trail = try house.trail()
        try house.append(1...1, to: trail)
        try trail.sign(now: 1, in: house.database)
        #expect(try house.house.mode(of: house.directory.auditSigningKey) == 0o600)
        #expect(try house.house.mode(of: house.directory.auditHeads) == 0o600)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: house.directory.auditSigningKey)
        #expect(vaultError { _ = try house.trail() }?.description.contains("chmod 600") == true)
    }

    @Test func `what cannot be checked is an error, not an intact trail`() throws {
        let empty = try VaultHouse()
        #expect(throws: AuditError.self) {
            try AuditCheck.verify(empty.directory, publicKeyFile: nil, copiesOfHeads: [])
        }
        _ = try AuditSigner.open(empty.directory, generate: true)
        #expect(throws: AuditError.self) {
            try AuditCheck.verify(empty.directory, publicKeyFile: nil, copiesOfHeads: [])
        }
        #expect(!FileManager.default.fileExists(atPath: empty.directory.database))
        try Data(repeating: 0x5A, count: 5000).write(to: URL(filePath: empty.directory.database))
        #expect(throws: AuditError.self) {
            try AuditCheck.verify(empty.directory, publicKeyFile: nil, copiesOfHeads: [])
        }
    }
}
