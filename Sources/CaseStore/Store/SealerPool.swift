import CaseMachine
import Synchronization

/// A sealer on its way from one thread to the next. Sound, since whoever takes it out of the pool, or holds the lock that
/// it lies behind, is the only one who has it.
struct LentSealer: @unchecked Sendable {
    let sealer: Sealer
}

/// Sealers for the threads that read: as many as have ever read at the same time.
final class SealerPool: Sendable {
    private let vault: Vault
    private let idle = Mutex<[LentSealer]>([])

    init(_ vault: Vault) { self.vault = vault }

    func lend<Value>(_ body: (Sealer) throws(StoreError) -> Value) throws(StoreError) -> Value {
        let lent: LentSealer
        if let known = idle.withLock({ $0.popLast() }) {
            lent = known
        } else {
            do { lent = LentSealer(sealer: try Sealer(vault)) } catch { throw .unavailable(error.description) }
        }
        defer { idle.withLock { $0.append(lent) } }
        return try body(lent.sealer)
    }

    func open(
        _ records: [Result<CaseRecord, CaseTrouble>]
    ) throws(StoreError) -> [Result<LoadedCase, CaseTrouble>] {
        try lend { sealer throws(StoreError) in
            var loaded: [Result<LoadedCase, CaseTrouble>] = []
            loaded.reserveCapacity(records.count)
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

    /// The event that was found where the one of this number was looked for.
    func open(
        _ event: EventRecord?, numbered number: Int64, of record: CaseRecord, for reader: Side
    ) throws(StoreError) -> Result<StoredEvent?, CaseTrouble> {
        guard let event, event.number(for: reader) == number else { return .success(nil) }
        return try lend { sealer throws(StoreError) in
            try event.open(record.owner, sealer).map(Optional.some)
        }
    }

    /// The page that `events` must be: those after `after`, without a hole.
    func open(
        _ events: [EventRecord], of record: CaseRecord, for reader: Side, after: Int64, limit: Int
    ) throws(StoreError) -> Result<EventPage, CaseTrouble> {
        let head = record.heads.of(reader)
        let expected = limit > 0 && after < head ? min(head - after, Int64(limit)) : 0
        guard events.count == Int(expected), zip(events, 1...).allSatisfy({ $0.number(for: reader) == after + $1 })
        else { return .failure(.unreadable("its log has a hole after event \(after)")) }
        return try lend { sealer throws(StoreError) in
            let state: CaseState
            switch try record.open(sealer) {
            case .success(let opened): state = opened
            case .failure(let trouble): return .failure(trouble)
            }
            var page: [StoredEvent] = []
            page.reserveCapacity(events.count)
            for event in events {
                switch try event.open(record.owner, sealer) {
                case .success(let event): page.append(event)
                case .failure(let trouble): return .failure(trouble)
                }
            }
            return .success(EventPage(events: page, head: head, state: state))
        }
    }

    /// What the database says of who may see a case is compared with what was sealed.
    func open(_ records: [CaseRecord], in list: CaseList) throws(StoreError) -> [ListedCase] {
        try lend { sealer throws(StoreError) in
            var listed: [ListedCase] = []
            listed.reserveCapacity(records.count)
            for record in records {
                let state = try record.open(sealer).flatMap { state in
                    CaseColumns(state).belong(to: list)
                        ? .success(state) : .failure(CaseTrouble.unreadable("it does not belong to this list"))
                }
                listed.append(
                    ListedCase(id: record.id, publicID: record.publicID, version: record.version, state: state))
            }
            return listed
        }
    }
}
