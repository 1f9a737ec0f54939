import CaseMachine
import Foundation
import GRDB
import Testing

@testable import CaseStore

/// What somebody gets who has the database, or a copy of it.
@Suite struct SealedStoreTests {
    private static let secret = "The biopsy was positive"

    /// Cases 1 and 2 of organisation 1 and case 3 of organisation 2, each with the secret said in it; the store is closed.
    private func written() throws -> VaultHouse {
        let house = try VaultHouse()
        let store = try SQLiteStore(house.directory, try house.open())
        for id in Int64(1)...3 {
            var chronicle = Chronicle(id)
            let units = [chronicle.open(organisation: OrganisationID(id == 3 ? 2 : 1)), chronicle.say(Self.secret)]
            for unit in units { _ = try store.commit(try store.prepare([unit]).map { try $0.get() }) }
        }
        return house
    }

    /// Another data directory with a copy of the database, and with the keys as they are in `house` if they are copied.
    private func copy(_ house: VaultHouse, withKeys: Bool) throws -> VaultHouse {
        let copy = try VaultHouse()
        if withKeys {
            try FileManager.default.copyItem(atPath: house.directory.keys, toPath: copy.directory.keys)
        } else {
            _ = try copy.open()
        }
        try FileManager.default.copyItem(atPath: house.directory.database, toPath: copy.directory.database)
        return copy
    }

    private func troubles(_ house: VaultHouse) throws -> [CaseTrouble?] {
        let store = try SQLiteStore(house.directory, try house.open())
        return try (Int64(1)...3).map { id in
            let id = CaseID(id)
            let troubles = try [
                store.load([id])[0].trouble, store.event(2, of: id, for: .guest).trouble,
                store.events(of: id, for: .team, after: 0, limit: 9).trouble,
            ]
            #expect(Set(troubles).count == 1)
            return troubles[0]
        }
    }

    // covers: B9
    @Test func `no text is in the files as it was said`() throws {
        let house = try VaultHouse()
        let store = try SQLiteStore(house.directory, try house.open())
        var (chronicle, opening) = Chronicle.opened(1)
        for unit in [opening, chronicle.say(Self.secret)] {
            _ = try store.commit(try store.prepare([unit]).map { try $0.get() })
        }
        for suffix in ["", "-wal"] {
            let bytes = try Data(contentsOf: URL(filePath: house.directory.database + suffix))
            #expect(bytes.range(of: Data(Self.secret.utf8)) == nil)
            #expect(bytes.range(of: Data("Missing report".utf8)) == nil)
        }
        #expect(
            try store.event(2, of: CaseID(1), for: .team).get()?.event.fact == .messageSent(Message(text: Self.secret)))
    }

    // covers: B9
    @Test func `a copy of the database without its keys is unreadable`() throws {
        let house = try written()
        #expect(try troubles(try copy(house, withKeys: true)) == [nil, nil, nil])
        for trouble in try troubles(try copy(house, withKeys: false)) {
            guard case .unreadable = trouble else { throw UnexpectedTrouble() }
        }
    }

    // covers: B9
    @Test func `after a case's or an organisation's key is destroyed, a backup of the database is unreadable`() throws {
        let house = try written()
        try house.open().destroy(caseKey: 1, of: 1)
        #expect(try troubles(try copy(house, withKeys: true)) == [.erased, nil, nil])
        try house.open().destroy(organisationKey: 1)
        #expect(try troubles(try copy(house, withKeys: true)) == [.erased, .erased, nil])
    }

    // covers: B9
    @Test func `an erased case is unreadable in a backup from before`() throws {
        let house = try written()
        let backup = try copy(house, withKeys: false)
        do {
            let store = try SQLiteStore(house.directory, try house.open())
            var chronicle = Chronicle(1)
            _ = [chronicle.open(), chronicle.say(Self.secret), chronicle.add([.closed(.byGuest)])]
            // Decided on what is stored: the version of the second unit.
            var stored = Chronicle(1)
            _ = [stored.open(), stored.say(Self.secret)]
            for unit in [stored.add([.closed(.byGuest)]), stored.add([.erased(.retention, absorbed: [])], by: .system)]
            {
                #expect(try store.commit(try store.prepare([unit]).map { try $0.get() }) == [.stored])
            }
            #expect(try store.finishErasing(limit: 10) == 0)
            let left = try store.read { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM caseEvent WHERE caseID = 1")
            }
            #expect(left == 0)
        }
        try FileManager.default.removeItem(atPath: backup.directory.keys)
        try FileManager.default.copyItem(atPath: house.directory.keys, toPath: backup.directory.keys)
        #expect(try troubles(backup) == [.erased, nil, nil])
    }

    /// A process that dies between the keys and the contents.
    @Test func `an erasing that was interrupted is finished`() throws {
        let house = try SQLiteHouse()
        var (chronicle, opening) = Chronicle.opened(1)
        try house.commit([
            opening, chronicle.add([.closed(.byGuest)]),
            chronicle.add([.erased(.retention, absorbed: [])], by: .system),
        ])
        try house.vault.destroy(caseKey: 1, of: 1)
        #expect(try house.store.finishErasing(limit: 0) == 1)
        #expect(try house.store.finishErasing(limit: 9) == 0)
    }

    // covers: B9
    @Test(arguments: [
        "UPDATE caseRow SET party = 2 WHERE id = 1",
        "UPDATE caseRow SET team = 2 WHERE id = 1",
        "UPDATE caseRow SET assignee = 5 WHERE id = 1",
        "UPDATE caseRow SET version = version + 1 WHERE id = 1",
        "UPDATE caseRow SET teamHead = 2 WHERE id = 1",
        "UPDATE caseRow SET organisation = 2 WHERE id = 1",
        "UPDATE caseRow SET state = (SELECT state FROM caseRow WHERE id = 2) WHERE id = 1",
        "UPDATE caseRow SET publicID = x'00' WHERE id = 1",
    ])
    func `a row that somebody has changed is refused, and the others are not`(_ sql: String) throws {
        let house = try SQLiteHouse()
        try house.commit([Chronicle.opened(1).1, Chronicle.opened(2).1])
        try house.store.write { try $0.execute(sql: sql) }
        guard case .failure(.unreadable) = try house.load(CaseID(1)) else { throw UnexpectedTrouble() }
        #expect(try house.load(CaseID(2)).get().version == 1)
    }

    // covers: B9
    @Test func `no guest gets another's case by a row in the table of guests`() throws {
        let house = try SQLiteHouse()
        try house.commit([Chronicle.opened(1).1])
        try house.store.write { try $0.execute(sql: "INSERT INTO caseGuest VALUES (2, 1)") }
        let listed = try house.store.list(.ofGuest(GuestID(2), open: true), after: nil, limit: 9)
        guard case .failure(.unreadable)? = listed.first?.state else { throw UnexpectedTrouble() }
        #expect(try house.store.list(.ofGuest(GuestID(1), open: true), after: nil, limit: 9)[0].state.trouble == nil)
    }

    // covers: B9
    @Test(arguments: [
        "UPDATE caseEvent SET guestNumber = 3 WHERE number = 3",
        "UPDATE caseEvent SET body = (SELECT body FROM caseEvent WHERE number = 3) WHERE number = 2",
        "DELETE FROM caseEvent WHERE number = 2",
        "UPDATE caseEvent SET guestNumber = NULL WHERE number = 2",
        "UPDATE caseEvent SET body = zeroblob(100) WHERE number = 2",
    ])
    func `no guest gets a private note or a hole by a changed log`(_ sql: String) throws {
        let house = try SQLiteHouse()
        var (chronicle, opening) = Chronicle.opened(1)
        let note = Fact.noteWritten(Message(text: "private"))
        try house.commit([
            opening, chronicle.say("hello"), chronicle.add([note], by: .member(Chronicle.anna)),
            chronicle.say("there?"),
        ])
        try house.store.write { try $0.execute(sql: sql) }
        let page = try house.store.events(of: CaseID(1), for: .guest, after: 0, limit: 9)
        guard case .failure(.unreadable) = page else { throw UnexpectedTrouble() }
    }
}

extension Result where Failure == CaseTrouble {
    fileprivate var trouble: CaseTrouble? {
        switch self {
        case .success: nil
        case .failure(let trouble): trouble
        }
    }
}
