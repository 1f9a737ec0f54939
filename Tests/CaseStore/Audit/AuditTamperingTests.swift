import Foundation
import GRDB
import Testing

@testable import CaseStore

/// Everything that can be done to ten rows and three heads, and what the verifier makes of it.
@Suite struct AuditTamperingTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let expected: [AuditFinding.Kind]

        init(_ name: String, _ sql: String, _ expected: AuditFinding.Kind...) {
            testDescription = name
            self.sql = sql
            self.expected = expected
        }
    }

    private static let columns: [Case] = [
        Case("at", "UPDATE auditRow SET at = at + 1 WHERE number = 5", .rowChanged(5)),
        Case("organisation", "UPDATE auditRow SET organisation = 9 WHERE number = 5", .rowChanged(5)),
        Case("actor", "UPDATE auditRow SET actor = 'member:9' WHERE number = 5", .rowChanged(5)),
        Case("action", "UPDATE auditRow SET action = 'case.left' WHERE number = 5", .rowChanged(5)),
        Case("subject", "UPDATE auditRow SET subject = 'case:6' WHERE number = 5", .rowChanged(5)),
        Case("detail", "UPDATE auditRow SET detail = '' WHERE number = 5", .rowChanged(5)),
        Case(
            "text moved from one column to the next",
            "UPDATE auditRow SET actor = actor || substr(action, 1, 1), action = substr(action, 2) WHERE number = 5",
            .rowChanged(5)),
        Case("the first row", "UPDATE auditRow SET actor = '' WHERE number = 1", .rowChanged(1)),
        Case("the last row", "UPDATE auditRow SET actor = '' WHERE number = 10", .rowChanged(10)),
        Case(
            "hash", "UPDATE auditRow SET hash = (SELECT hash FROM auditRow WHERE number = 1) WHERE number = 5",
            .rowChanged(5), .rowChanged(6)),
        Case(
            "hash, shortened", "UPDATE auditRow SET hash = substr(hash, 1, 1) WHERE number = 5", .rowChanged(5),
            .rowChanged(6)),
        Case(
            "hash of a signed row",
            "UPDATE auditRow SET hash = (SELECT hash FROM auditRow WHERE number = 1) WHERE number = 7",
            .rowChanged(7), .rowNotAsSigned(7, head: 2), .rowChanged(8)),
        Case(
            "number of the last row", "UPDATE auditRow SET number = 11 WHERE number = 10",
            .rowsMissing(10...10)),
        Case(
            "number, below one", "UPDATE auditRow SET number = 0 WHERE number = 5",
            .rowOutOfOrder(0), .rowsMissing(5...5)),
        Case(
            "number, the greatest", "UPDATE auditRow SET number = 9223372036854775807 WHERE number = 10",
            .rowsMissing(10...9_223_372_036_854_775_806)),
    ]

    private static let rows: [Case] = [
        Case("first removed", "DELETE FROM auditRow WHERE number = 1", .rowsMissing(1...1)),
        Case("one in the middle removed", "DELETE FROM auditRow WHERE number = 5", .rowsMissing(5...5)),
        Case("several in the middle removed", "DELETE FROM auditRow WHERE number BETWEEN 3 AND 8", .rowsMissing(3...8)),
        Case("last removed", "DELETE FROM auditRow WHERE number = 10", .rowsRemovedAtEnd(10...10)),
        Case("several removed at the end", "DELETE FROM auditRow WHERE number > 3", .rowsRemovedAtEnd(4...10)),
        Case("all removed", "DELETE FROM auditRow", .rowsRemovedAtEnd(1...10)),
        Case(
            "two swapped, with their hashes",
            """
            UPDATE auditRow SET number = 99 WHERE number = 5; UPDATE auditRow SET number = 5 WHERE number = 6;
            UPDATE auditRow SET number = 6 WHERE number = 99;
            """, .rowChanged(5), .rowChanged(6), .rowChanged(7)),
        Case(
            "one removed and the rest closed up",
            """
            DELETE FROM auditRow WHERE number = 5; UPDATE auditRow SET number = number + 100 WHERE number > 5;
            UPDATE auditRow SET number = number - 101 WHERE number > 100;
            """, .rowChanged(5), .rowChanged(6), .rowChanged(7), .rowNotAsSigned(7, head: 2), .rowChanged(8),
            .rowChanged(9), .rowsRemovedAtEnd(10...10)),
        Case(
            "one inserted, and the rest moved on",
            """
            UPDATE auditRow SET number = number + 100 WHERE number > 9;
            UPDATE auditRow SET number = number - 99 WHERE number > 100;
            INSERT INTO auditRow SELECT node, 10, at, organisation, actor, action, subject, detail, hash FROM auditRow
            WHERE number = 9
            """, .rowChanged(10), .rowNotAsSigned(10, head: 3), .rowChanged(11)),
        Case(
            "one inserted before the first",
            "INSERT INTO auditRow SELECT node, -1, at, organisation, actor, action, subject, detail, hash FROM auditRow "
                + "WHERE number = 1", .rowOutOfOrder(-1)),
    ]

    private static let heads: [Case] = [
        Case(
            "head's rows", "UPDATE auditHead SET rows = 5 WHERE number = 2",
            .headForged(2, .database), ),
        Case("head's time", "UPDATE auditHead SET at = 5 WHERE number = 2", .headForged(2, .database)),
        Case("head's hash", "UPDATE auditHead SET hash = signature WHERE number = 3", .headForged(3, .database)),
        Case(
            "head's signature", "UPDATE auditHead SET signature = hash WHERE number = 3",
            .headForged(3, .database)),
        Case(
            "head's number", "UPDATE auditHead SET number = 4 WHERE number = 3",
            .headForged(4, .database)),
        Case("one in the middle removed", "DELETE FROM auditHead WHERE number = 2", .headsMissing(2...2, .database)),
        Case("two at the end removed", "DELETE FROM auditHead WHERE number > 1", .headsMissing(2...3, .database)),
        Case("all removed", "DELETE FROM auditHead", .headsMissing(1...3, .database)),
        Case(
            "rows removed together with their heads",
            "DELETE FROM auditRow WHERE number > 4; DELETE FROM auditHead WHERE number > 1",
            .headsMissing(2...3, .database), .rowsRemovedAtEnd(5...10)),
    ]

    // covers: B9
    @Test(arguments: columns, DatabaseKind.allCases)
    func `a changed column is found`(tampering: Case, _ kind: DatabaseKind) throws { try check(tampering, kind) }

    // covers: B9
    @Test(arguments: rows, DatabaseKind.allCases)
    func `a removed, moved or inserted row is found`(tampering: Case, _ kind: DatabaseKind) throws {
        try check(tampering, kind)
    }

    @Test(arguments: heads, DatabaseKind.allCases)
    func `a changed or removed head is found`(tampering: Case, _ kind: DatabaseKind) throws {
        try check(tampering, kind)
    }

    /// PostgreSQL's texts hold none.
    @Test func `a NUL in a text, and what was hidden behind it, is found`() throws {
        let sql = "UPDATE auditRow SET detail = detail || char(0) || 'x' WHERE number = 5"
        try check(Case("NUL and more behind the detail", sql, .rowUnreadable(5)), .sqlite)
    }

    private func check(_ tampering: Case, _ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        #expect(try house.report().isIntact)
        try house.tamper(tampering.sql)
        #expect(try house.kinds() == tampering.expected)
    }

    // covers: B9
    @Test(arguments: zip([2, 8, 10] as [Int64], [[4, 7, 10], [10], [10]] as [[Int64]]))
    func `a changed row is found although all hashes were computed anew`(
        row: Int64, signed: [Int64]
    ) throws {
        let house = try AuditHouse.written(.sqlite)
        try house.tamper("UPDATE auditRow SET actor = 'nobody' WHERE number = \(row)")
        try house.computeHashesAnew(from: row)
        let heads: [Int64: Int64] = [4: 1, 7: 2, 10: 3]
        #expect(try house.kinds() == signed.map { .rowNotAsSigned($0, head: heads[$0] ?? 0) })
    }

    @Test func `columns of another kind are a finding, not the end of the program`() throws {
        let house = try AuditHouse.written(.sqlite)
        try house.tamper(
            """
            CREATE TABLE loose (node, number, at, organisation, actor, action, subject, detail, hash);
            INSERT INTO loose SELECT * FROM auditRow ORDER BY number; DROP TABLE auditRow;
            ALTER TABLE loose RENAME TO auditRow;
            UPDATE auditRow SET actor = x'FF' WHERE number = 2; UPDATE auditRow SET at = 'noon' WHERE number = 4;
            UPDATE auditRow SET hash = NULL WHERE number = 6; UPDATE auditRow SET number = NULL WHERE number = 8;
            UPDATE auditRow SET node = 7 WHERE number = 10;
            INSERT INTO auditRow SELECT * FROM auditRow WHERE number = 3;
            """)
        let found = try house.kinds()
        for kind: AuditFinding.Kind in [
            .rowUnreadable(2), .rowOutOfOrder(3), .rowUnreadable(4), .rowUnreadable(6), .rowUnreadable(nil),
            .rowsMissing(8...8), .rowUnreadable(10), .rowsRemovedAtEnd(10...10),
        ] { #expect(found.contains(kind), "\(kind)") }
    }

    @Test func `each finding names the row and what to make of it`() throws {
        let house = try AuditHouse.written(.sqlite)
        try house.tamper("DELETE FROM auditRow WHERE number > 8; UPDATE auditRow SET at = 1 WHERE number = 3")
        #expect(
            try house.report().findings.map(\.description) == [
                "node n1: row 3 does not agree with its hash: it was changed, inserted or moved, or the row before it "
                    + "was replaced",
                "node n1: rows 9 to 10 are missing at the end, though signed as written: removed, or an older database "
                    + "was put back",
            ])
    }

    @Test func `a trail that is wrong all over gives a bounded list`() throws {
        let house = try AuditHouse(.sqlite)
        let trail = try house.trail()
        try house.append(1...1200, to: trail)
        try house.tamper("UPDATE auditRow SET at = 0")
        let report = try house.report()
        #expect(report.findings.count == AuditReport.mostFindings)
        #expect(report.findingsLeftOut == 200)
    }
}
