import CaseMachine
import Foundation
import GRDB
import Testing

@testable import CaseStore

/// A house with a SQLite database, and what somebody with access to its files could do to it.
final class SQLiteHouse: StoreHouse {
    let clock = TestClock()
    let vault: Vault
    let store: SQLiteStore
    private let house: VaultHouse
    var directory: DataDirectory { house.directory }

    init() throws {
        house = try VaultHouse()
        vault = try house.open()
        let clock = clock
        var settings = SQLiteStore.Settings()
        settings.clock = { clock.now }
        store = try SQLiteStore(house.directory, vault, settings)
    }

    func replaceState(of id: CaseID, by bytes: [UInt8]) throws {
        try store.write { db in
            let row = try #require(
                try Row.fetchOne(
                    db, sql: "SELECT version, organisation FROM caseRow WHERE id = ?", arguments: [id.value]))
            let place = SealedPlace(.case(id.value, of: row[1]), column: SealedColumn.state, row: row[0])
            let sealed = try Sealer(vault).seal(bytes, at: place)
            try db.execute(
                sql: "UPDATE caseRow SET state = ? WHERE id = ?", arguments: [Data(sealed), id.value])
        }
    }

    func replaceEvent(_ number: Int64, of id: CaseID, by bytes: [UInt8]) throws {
        try store.write { db in
            let row = try #require(
                try Row.fetchOne(
                    db,
                    sql: """
                        SELECT guestNumber, organisation FROM caseEvent JOIN caseRow ON caseRow.id = caseID
                        WHERE caseID = ? AND number = ?
                        """, arguments: [id.value, number]))
            let guestNumber = (row[0] as Int64?) ?? 0
            let plain = withUnsafeBytes(of: guestNumber.bigEndian) { Array($0) } + bytes
            let sealed = try Sealer(vault).seal(plain, at: SealedEvent.place(number, .case(id.value, of: row[1])))
            try db.execute(
                sql: "UPDATE caseEvent SET body = ? WHERE caseID = ? AND number = ?",
                arguments: [Data(sealed), id.value, number])
        }
    }
}
