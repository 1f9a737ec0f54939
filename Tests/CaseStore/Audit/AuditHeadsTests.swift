import Foundation
import GRDB
import Testing

@testable import CaseStore

/// The heads file, the second place of what is signed.
@Suite struct AuditHeadsTests {
    // covers: B9
    @Test(arguments: DatabaseKind.allCases)
    func `a heads file that was cut is found`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        try house.write(headLines: Array(try house.headLines.prefix(1)))
        #expect(try house.kinds() == [.headsMissing(2...3, .file)])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a heads file that was emptied or removed is found`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        try house.write(headLines: [])
        #expect(try house.kinds() == [.headsMissing(1...3, .file)])
        try FileManager.default.removeItem(atPath: house.directory.auditHeads)
        #expect(try house.kinds() == [.headsFileMissing])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a heads file that was cut within a line is found`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        let handle = try FileHandle(forWritingTo: URL(filePath: house.directory.auditHeads))
        try handle.truncate(atOffset: try handle.seekToEnd() - 10)
        try handle.close()
        #expect(try house.kinds() == [.headsMissing(3...3, .file)])
        #expect(try house.report().remarks.count == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a changed line is found`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        var lines = try house.headLines
        lines[1] = lines[1].replacing(" 7 7000 ", with: " 6 7000 ")
        try house.write(headLines: lines)
        #expect(try house.kinds() == [.headForged(2, .file)])
        lines[1] = "nonsense"
        try house.write(headLines: lines)
        #expect(try house.kinds() == [.headsFileLine(2), .headsMissing(2...2, .file)])
    }

    // covers: B9
    @Test(arguments: DatabaseKind.allCases)
    func `heads forged with another key are found in both places`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        try house.tamper("DELETE FROM auditRow WHERE number > 4; DELETE FROM auditHead WHERE number > 1")
        let other = try AuditSigner(try SecretBytes.random())
        let first = try #require(AuditHead(line: try house.headLines[0]))
        let forged = try AuditHead(node: "n1", number: 2, rows: 4, at: 9_000, hash: first.hash, by: other)
        try house.database.write { db in try AuditTables.insert(forged, db) }
        try house.write(headLines: [first.line, forged.line])
        #expect(try house.kinds() == [.headForged(2, .database), .headForged(2, .file)])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a head of one node does not speak for another`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        try house.tamper("UPDATE auditHead SET node = 'n2' WHERE number = 3")
        #expect(try house.kinds() == [.headForged(3, .database)])
    }

    // covers: B9
    @Test(arguments: DatabaseKind.allCases)
    func `an older database put back is found, also after it went on`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        let lines = try house.headLines
        try house.tamper("DELETE FROM auditRow WHERE number > 7; DELETE FROM auditHead WHERE number > 2")
        #expect(try house.kinds() == [.rowsRemovedAtEnd(8...10)])
        let trail = try house.trail()
        try house.append(20...23, to: trail)
        try trail.sign(now: 23_000, in: house.database)
        #expect(try house.headLines.count == lines.count + 1)
        #expect(try house.kinds() == [.rowNotAsSigned(10, head: 3)])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `both places rewound go unseen, but not by a copy of the heads file kept elsewhere`(_ kind: DatabaseKind)
        throws
    {
        let house = try AuditHouse.written(kind)
        let copy = house.directory.path + "/copy.log"
        try FileManager.default.copyItem(atPath: house.directory.auditHeads, toPath: copy)
        try house.tamper("DELETE FROM auditRow WHERE number > 7; DELETE FROM auditHead WHERE number > 2")
        try house.write(headLines: Array(try house.headLines.prefix(2)))
        #expect(try house.report().isIntact)
        let kinds = try house.report(copiesOfHeads: [copy]).findings.map(\.kind)
        #expect(kinds.contains(.rowsRemovedAtEnd(8...10)))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a house whose signing key was replaced is found by the public key kept elsewhere`(_ kind: DatabaseKind) throws
    {
        let house = try AuditHouse.written(kind)
        let key = house.directory.path + "/audit.pem"
        try AuditCheck.publicKey(house.directory).pem.write(toFile: key, atomically: true, encoding: .utf8)
        #expect(try house.report(publicKeyFile: key).isIntact)
        // Whoever has everything writes a whole new trail.
        try FileManager.default.removeItem(atPath: house.directory.auditSigningKey)
        try FileManager.default.removeItem(atPath: house.directory.auditHeads)
        try house.tamper("DELETE FROM auditRow; DELETE FROM auditHead")
        let trail = try house.trail()
        try house.append(1...3, to: trail)
        try trail.sign(now: 1, in: house.database)
        #expect(try house.report().isIntact)
        #expect(
            try house.report(publicKeyFile: key).findings.map(\.kind) == [
                .headForged(1, .database), .headForged(1, .file),
            ])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a head that a crash left in the file only is no finding, and is completed at the next start`(
        _ kind: DatabaseKind
    ) throws {
        let house = try AuditHouse.written(kind)
        try house.tamper("DELETE FROM auditHead WHERE number = 3")
        #expect(try house.kinds() == [])
        #expect(try house.report().remarks.count == 1)
        let trail = try house.trail()
        #expect(try house.report().remarks.isEmpty)
        try house.append(11...12, to: trail)
        try trail.sign(now: 12_000, in: house.database)
        #expect(try house.kinds() == [])
        #expect(try house.headLines.count == 4)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a line that a crash tore is no finding, and does not spoil the next one`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        let handle = try FileHandle(forWritingTo: URL(filePath: house.directory.auditHeads))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("1 n1 4 12 12".utf8))
        try handle.close()
        #expect(try house.report().isIntact)
        let trail = try house.trail()
        try house.append(11...12, to: trail)
        try trail.sign(now: 12_000, in: house.database)
        #expect(try house.report().isIntact)
        #expect(try house.report().remarks.isEmpty)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the public key survives its text form`(_ kind: DatabaseKind) throws {
        let house = try AuditHouse.written(kind)
        let key = try AuditCheck.publicKey(house.directory)
        #expect(AuditPublicKey(pem: key.pem) == key)
        for wrong in ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "\(key.bytes)"] {
            #expect(AuditPublicKey(pem: wrong) == nil)
        }
    }

    @Test(arguments: [
        "", "1", "1 n1 1 1 1 00", "2 n1 1 1 1 00 00", "1 n 1 1 1 1 00 00", "1 n1 x 1 1 00 00", "1 n1 1 1 1 0 00",
        "1 n1 1 1 1 00 0G", "1 n1 99999999999999999999 1 1 00 00", "1  1 1 1 00 00", "1 n/1 1 1 1 00 00",
    ])
    func `a line of another form is no head`(line: String) {
        #expect(AuditHead(line: line) == nil)
    }
}
