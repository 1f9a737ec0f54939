import CaseMachine
import Foundation
import TestSupport
import Testing

@testable import CaseStore

/// The rows of files, in either database.
@Suite struct FileRegisterTests {
    private static let start = DirectoryHouse.start
    private static let caseID = CaseID(7)
    private static let maria = FileUploader.guest(GuestID(1))
    private static let detail = FileDetail(title: "Xanthippe.pdf", mediaType: "application/pdf", key: [1, 2, 3])

    /// With a key for each case of the test.
    private struct Shelf {
        let house: DirectoryHouse
        let register: FileRegister
        var limits = FileLimits()

        init(_ kind: DatabaseKind) throws {
            house = try DirectoryHouse(kind)
            register = FileRegister(house.directory)
            try house.vault.createKeys(for: (7...9).map { .case($0, of: house.clinic.id.value) })
        }

        func reserve(
            _ bytes: Int64 = 100, in id: CaseID = caseID, by uploader: FileUploader = maria,
            at now: Timestamp = FileRegisterTests.start
        ) throws -> Result<FileRecord, FileLimitPassed> {
            try register.reserve(
                in: id, of: house.clinic.id, by: uploader, byteCount: bytes, storageName: [9, 9], limits: limits,
                at: now)
        }

        func ready(_ bytes: Int64 = 100, in id: CaseID = caseID, by uploader: FileUploader = maria) throws -> FileRecord
        {
            let record = try reserve(bytes, in: id, by: uploader).get()
            #expect(try register.arrived(record, detail, byteCount: bytes, as: .ready))
            return try #require(try register.find(record.id))
        }
    }

    // covers: S0.17, B9
    @Test(arguments: DatabaseKind.allCases)
    func `a file goes from its upload to its message, and its detail is sealed under the case's key`(
        _ kind: DatabaseKind
    ) throws {
        let shelf = try Shelf(kind)
        let register = shelf.register
        let record = try shelf.reserve().get()
        #expect((record.state, record.audience, record.caseID) == (.uploading, .uploader, Self.caseID))
        #expect(try !register.share([record.id], with: .everyone), "not there yet")
        #expect(try register.arrived(record, Self.detail, byteCount: 90, as: .quarantined))
        #expect(try !register.arrived(record, Self.detail, byteCount: 90, as: .ready), "once")
        let waiting = try #require(try register.find(named: record.publicID))
        #expect((waiting.state, waiting.byteCount) == (.quarantined, 90))
        #expect(try register.detail(of: waiting) == Self.detail)
        #expect(try register.quarantined(after: FileID(0), limit: 9).map(\.id) == [record.id])
        try register.keepWaiting(record.id, .tooLargeToScan)
        #expect(try register.find(record.id)?.reason == .tooLargeToScan)
        #expect(try register.share([record.id], with: .team))
        #expect(try register.share([record.id], with: .everyone))
        #expect(try register.share([record.id], with: .team))
        #expect(try register.find(record.id)?.audience == .everyone, "what everyone has seen stays so")
        #expect(try register.settle(record.id, .ready))
        #expect(try !register.settle(record.id, .refused), "it is out of quarantine")
        #expect(try register.counts() == [.ready: 1])
        for file in try FileManager.default.subpathsOfDirectory(atPath: shelf.house.house.directory.path) {
            let url = URL(filePath: shelf.house.house.directory.path + "/" + file)
            guard let bytes = try? Data(contentsOf: url) else { continue }
            #expect(bytes.range(of: Data("Xanthippe".utf8)) == nil, "\(file)")
        }
        try shelf.house.vault.destroy(caseKey: Self.caseID.value, of: shelf.house.clinic.id.value)
        #expect(directoryError { _ = try register.detail(of: waiting) }?.code == .erased)
    }

    // covers: S0.17
    @Test(arguments: DatabaseKind.allCases)
    func `limits of a case, a guest and what is unsent hold before the first byte`(_ kind: DatabaseKind) throws {
        var shelf = try Shelf(kind)
        shelf.limits.caseBytes = 250
        #expect(try shelf.ready().state == .ready)
        #expect(try shelf.reserve(150).get().byteCount == 150)
        #expect(try shelf.reserve(1) == .failure(.caseBytes(250)), "what is on its way counts, too")
        #expect(try shelf.reserve(1, in: CaseID(8)).get().caseID == CaseID(8))
        shelf.limits = FileLimits()
        shelf.limits.guestBytes = 300
        #expect(try shelf.reserve(50, in: CaseID(9)) == .failure(.guestBytes(300)), "over all of a guest's cases")
        #expect(try shelf.reserve(50, in: CaseID(9), by: .member(MemberID(1))).get().byteCount == 50)
        shelf.limits = FileLimits()
        shelf.limits.caseFiles = 2
        #expect(try shelf.reserve() == .failure(.caseFiles(2)))
        shelf.limits = FileLimits()
        shelf.limits.guestFiles = 3
        #expect(try shelf.reserve() == .failure(.guestFiles(3)))
        shelf.limits = FileLimits()
        shelf.limits.unsentFiles = 3
        #expect(try shelf.reserve() == .failure(.unsentFiles(3)))
    }

    // covers: B9
    @Test(arguments: DatabaseKind.allCases)
    func `what nobody has sent in a day goes, and so do uploads that never ended`(_ kind: DatabaseKind) throws {
        let shelf = try Shelf(kind)
        let (sent, unsent) = (try shelf.ready(), try shelf.ready())
        let dead = try shelf.reserve().get()
        #expect(try shelf.register.share([sent.id], with: .everyone))
        #expect(try shelf.register.giveUp(limits: shelf.limits, at: Self.start + .minutes(59)) == 0)
        #expect(try shelf.register.giveUp(limits: shelf.limits, at: Self.start + .minutes(61)) == 1)
        #expect(try shelf.register.giveUp(limits: shelf.limits, at: Self.start + .hours(25)) == 1)
        let left = try shelf.register.leftovers(limit: 9)
        #expect(left.map(\.id).sorted() == [unsent.id, dead.id])
        for record in left { try shelf.register.contentRemoved(record) }
        #expect(try shelf.register.leftovers(limit: 9).isEmpty)
        #expect(try shelf.register.find(unsent.id) == nil)
        #expect(try shelf.register.find(sent.id)?.state == .ready)
    }

    // covers: B9
    @Test(arguments: DatabaseKind.allCases)
    func `only its uploader takes a file back, and what was sent leaves its place`(_ kind: DatabaseKind) throws {
        let shelf = try Shelf(kind)
        let file = try shelf.ready()
        #expect(try shelf.register.share([file.id], with: .everyone))
        #expect(try shelf.register.withdraw([file.id], by: .guest(GuestID(2))) == 0)
        #expect(try shelf.register.withdraw([file.id], by: .member(MemberID(1))) == 0, "the same number, another kind")
        #expect(try shelf.register.withdraw([file.id], by: Self.maria) == 1)
        let removed = try #require(try shelf.register.leftovers(limit: 9).first)
        try shelf.register.contentRemoved(removed)
        let place = try #require(try shelf.register.find(file.id))
        #expect((place.state, place.storageName) == (.removed, []))
        #expect(try !shelf.register.share([file.id], with: .everyone))
    }

    // covers: B9
    @Test func `a link is good for one file, one session and one moment`() throws {
        let register = try Shelf(.sqlite).register
        let (file, session, until) = (PublicID(5), SessionID(3), Timestamp(milliseconds: 99))
        let mark = try register.mark(of: file, for: session, until: until)
        #expect(try register.isGood(mark, of: file, for: session, until: until))
        #expect(try !register.isGood(mark, of: PublicID(6), for: session, until: until))
        #expect(try !register.isGood(mark, of: file, for: SessionID(4), until: until))
        #expect(try !register.isGood(mark, of: file, for: session, until: Timestamp(milliseconds: 100)))
        #expect(try !register.isGood("", of: file, for: session, until: until))
    }

    // covers: B9
    @Test func `the end of a case is the end of its files`() throws {
        try end(SQLiteHouse()) { $0.store.database }
        try end(PostgresHouse()) { house in
            SharedDatabase(try PostgresPool(try PostgresURL(house.database.url), PostgresSettings(), most: 2))
        }
    }

    private func end<House: StoreHouse>(_ house: House, _ database: (House) throws -> any SQLDatabase) throws {
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([opening])
        let rows = try database(house)
        for id in [1, 2] as [Int64] {
            try rows.run(
                """
                INSERT INTO sharedFile (publicID, organisation, caseID, uploaderKind, uploader, state, reason, audience,
                    byteCount, storageName, detail, createdAt)
                VALUES (?, 1, ?, 0, 1, 2, 0, 2, 9, ?, ?, 0)
                """, [.blob([UInt8](repeating: UInt8(id), count: 16)), .integer(id), .blob([7]), .blob([8])])
        }
        try house.commit([
            chronicle.add([.closed(.byGuest)]), chronicle.add([.erased(.request, absorbed: [])], by: .system),
        ])
        #expect(try house.store.finishErasing(limit: 10) == 0)
        let found = try rows.rows("SELECT state, length(detail), length(storageName) FROM sharedFile ORDER BY id", [])
        #expect(
            found.map(\.values) == [[.integer(4), .integer(0), .integer(1)], [.integer(2), .integer(1), .integer(1)]])
    }
}
