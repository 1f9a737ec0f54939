package import CaseMachine
import Foundation
import GRDB

extension SQLiteStore {
    package func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        guard !cases.isEmpty else { return [] }
        return try sealers.open(try read { db in try cases.map { id in try Self.record(id, db) } })
    }

    package func load(named names: [PublicID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        let found = try read { db in
            let statement = try db.cachedStatement(sql: "SELECT \(CaseRecord.columns) FROM caseRow WHERE publicID = ?")
            return try names.map { name in
                let row = try Row.fetchOne(statement, arguments: [Data(name.value.bigEndianBytes)])
                return CaseRecord.found(row.map(SQLiteRow.init))
            }
        }
        return try sealers.open(found)
    }

    package func event(
        _ number: Int64, of id: CaseID, for reader: Side
    ) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        let found = try read { db in
            try Self.record(id, db).mapReading { record in
                guard number > 0, number <= record.heads.of(reader) else { return (record, EventRecord?.none) }
                return (record, try Self.events(db, of: id, for: reader, after: number - 1, limit: 1).first)
            }
        }
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success((let record, let event)):
            return try sealers.open(event, numbered: number, of: record, for: reader)
        }
    }

    package func events(
        of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble> {
        let after = max(0, number)
        let found = try read { db in
            try Self.record(id, db).mapReading { record in
                // Who is at the head asks for nothing: the usual question of a client that comes back.
                guard after < record.heads.of(reader), limit > 0 else { return (record, [EventRecord]()) }
                return (record, try Self.events(db, of: id, for: reader, after: after, limit: limit))
            }
        }
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success((let record, let events)):
            return try sealers.open(events, of: record, for: reader, after: after, limit: limit)
        }
    }

    /// Walks back over the private events before it, which are few, and reads no contents.
    static let guestNumberSQL = """
        SELECT guestNumber FROM caseEvent INDEXED BY eventByNumber
        WHERE caseID = ? AND number <= ? AND guestNumber IS NOT NULL ORDER BY number DESC LIMIT 1
        """

    package func guestNumber(of id: CaseID, atOrBefore teamNumber: Int64) throws(StoreError) -> Int64 {
        try read { db in
            let statement = try db.cachedStatement(sql: Self.guestNumberSQL)
            return try Row.fetchOne(statement, arguments: [id.value, teamNumber])
                .flatMap { ColumnValue.integer($0, 0) } ?? 0
        }
    }

    private static func record(_ id: CaseID, _ db: Database) throws -> Result<CaseRecord, CaseTrouble> {
        let statement = try db.cachedStatement(sql: "SELECT \(CaseRecord.columns) FROM caseRow WHERE id = ?")
        return CaseRecord.found(try Row.fetchOne(statement, arguments: [id.value]).map(SQLiteRow.init))
    }

    private static func events(
        _ db: Database, of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws -> [EventRecord] {
        let statement = try db.cachedStatement(sql: EventRecord.sql(for: reader))
        return try Row.fetchAll(statement, arguments: [id.value, number, limit])
            .compactMap { EventRecord(SQLiteRow(row: $0)) }
    }
}

extension Result {
    /// As `map`, for a body that reads.
    fileprivate func mapReading<Value>(_ body: (Success) throws -> Value) throws -> Result<Value, Failure> {
        switch self {
        case .success(let value): .success(try body(value))
        case .failure(let failure): .failure(failure)
        }
    }
}
