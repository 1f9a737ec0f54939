package import CaseMachine
import Foundation
import GRDB

extension SQLiteStore {
    package func load(_ cases: [CaseID]) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        guard !cases.isEmpty else { return [] }
        let records = try read { db in try cases.map { id in try Self.record(id, db) } }
        return try sealers.lend { sealer throws(StoreError) in
            var loaded: [Result<LoadedCase, CaseTrouble>] = []
            loaded.reserveCapacity(cases.count)
            for record in records {
                switch record {
                case .failure(let trouble): loaded.append(.failure(trouble))
                case .success(let record):
                    loaded.append(
                        try record.open(sealer).map { state in
                            LoadedCase(
                                id: record.id, publicID: record.publicID, version: record.version, state: state)
                        })
                }
            }
            return loaded
        }
    }

    package func load(named name: PublicID) throws(StoreError) -> Result<LoadedCase, CaseTrouble> {
        let found = try read { db in
            let statement = try db.cachedStatement(sql: "SELECT \(CaseRecord.columns) FROM caseRow WHERE publicID = ?")
            return Self.record(try Row.fetchOne(statement, arguments: [Data(name.value.bigEndianBytes)]))
        }
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success(let record):
            return try sealers.lend { sealer throws(StoreError) in
                try record.open(sealer).map { state in
                    LoadedCase(id: record.id, publicID: record.publicID, version: record.version, state: state)
                }
            }
        }
    }

    package func event(
        _ number: Int64, of id: CaseID, for reader: Side
    ) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        let found = try read { db in
            try Self.record(id, db).mapReading { record in
                guard number > 0, number <= record.heads.of(reader) else { return (record, EventRecord?.none) }
                let events = try EventRecord.fetch(db, of: id, for: reader, after: number - 1, limit: 1)
                return (record, events.first.flatMap { $0.number(for: reader) == number ? $0 : nil })
            }
        }
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success((_, nil)): return .success(nil)
        case .success((let record, let event?)):
            return try sealers.lend { sealer throws(StoreError) in
                try event.open(record.owner, sealer).map(Optional.some)
            }
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
                return (record, try EventRecord.fetch(db, of: id, for: reader, after: after, limit: limit))
            }
        }
        switch found {
        case .failure(let trouble): return .failure(trouble)
        case .success((let record, let events)):
            let head = record.heads.of(reader)
            let expected = limit > 0 && after < head ? min(head - after, Int64(limit)) : 0
            guard events.count == Int(expected), zip(events, 1...).allSatisfy({ $0.number(for: reader) == after + $1 })
            else { return .failure(.unreadable("its log has a hole after event \(after)")) }
            return try sealers.lend { sealer throws(StoreError) in
                var page: [StoredEvent] = []
                page.reserveCapacity(events.count)
                for event in events {
                    switch try event.open(record.owner, sealer) {
                    case .success(let event): page.append(event)
                    case .failure(let trouble): return .failure(trouble)
                    }
                }
                return .success(EventPage(events: page, head: head, version: record.version))
            }
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
        return record(try Row.fetchOne(statement, arguments: [id.value]))
    }

    private static func record(_ row: Row?) -> Result<CaseRecord, CaseTrouble> {
        guard let row else { return .failure(.noSuchCase) }
        guard let record = CaseRecord(row) else { return .failure(.unreadable("its row is damaged")) }
        return record.isErased ? .failure(.erased) : .success(record)
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

/// An event's row as it was read, still sealed.
private struct EventRecord {
    let numbers: Numbers
    let isDeleted: Bool
    let body: [UInt8]

    init?(_ row: Row) {
        guard let number = ColumnValue.integer(row, 0), let isDeleted = ColumnValue.integer(row, 2),
            let body = ColumnValue.blob(row, 3)
        else { return nil }
        numbers = Numbers(forTeam: number, forGuest: ColumnValue.integer(row, 1))
        self.isDeleted = isDeleted != 0
        self.body = body
    }

    /// An event's number for the guest is never greater than the team's: the guest's are found from there on by walking
    /// over the private ones between, which are few. An index of its own would cost every commit a page more.
    static func fetch(
        _ db: Database, of id: CaseID, for reader: Side, after number: Int64, limit: Int
    ) throws -> [EventRecord] {
        let condition =
            switch reader {
            case .team: ""
            case .guest: "AND guestNumber > ?2"
            }
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, guestNumber, isDeleted, body FROM caseEvent
                WHERE caseID = ?1 AND number > ?2 \(condition) ORDER BY number LIMIT ?3
                """)
        return try Row.fetchAll(statement, arguments: [id.value, number, limit]).compactMap(EventRecord.init)
    }

    func number(for reader: Side) -> Int64? {
        switch reader {
        case .team: numbers.forTeam
        case .guest: numbers.forGuest
        }
    }

    func open(_ owner: KeyOwner, _ sealer: Sealer) throws(StoreError) -> Result<StoredEvent, CaseTrouble> {
        try SQLiteStore.trouble { () throws(VaultError) in
            try sealer.open(body, at: SealedEvent.place(numbers.forTeam, owner))
        }.flatMap { SealedEvent.unpack($0, numbers) }
            .map { StoredEvent(numbers: numbers, event: $0, isDeleted: isDeleted) }
    }
}
