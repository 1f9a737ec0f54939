import CaseMachine
import Foundation
import GRDB

extension SQLiteStore {
    package func answer(to name: KeyName, fingerprint: UInt64) throws(StoreError) -> KeyAnswer {
        let author = StoredAuthor(name.author)
        return try read { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT fingerprint, caseID, teamHead, guestHead FROM commandKey
                    WHERE organisation = ? AND key = ? AND authorKind = ? AND author = ?
                    """)
            let arguments: StatementArguments = [
                name.organisation.value, Data(name.value.bigEndianBytes), Int64(author.kind), author.number,
            ]
            guard let row = try Row.fetchOne(statement, arguments: arguments) else { return .new }
            guard let known = ColumnValue.integer(row, 0), let id = ColumnValue.integer(row, 1),
                let team = ColumnValue.integer(row, 2), let guest = ColumnValue.integer(row, 3)
            else { throw StoreError.fatal("Damaged: a command's key in '\(pool.path)' cannot be read.") }
            guard known == Int64(bitPattern: fingerprint) else { return .reused }
            return .known(Receipt(id: CaseID(id), heads: Heads(team: team, guest: guest)))
        }
    }
}
