import CaseMachine
import CaseStore
import Simulation
import Synchronization
import Testing

/// The stores that the contract holds for.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible, Sendable {
    case memory
    case sqlite
    case postgres

    var testDescription: String { rawValue }

    func open() throws -> any StoreHouse {
        switch self {
        case .memory: MemoryHouse()
        case .sqlite: try SQLiteHouse()
        case .postgres: try PostgresHouse()
        }
    }
}

/// A store of a test's own, and what can be done to its bytes.
protocol StoreHouse: AnyObject {
    associatedtype Store: CaseStore
    var store: Store { get }
    var clock: TestClock { get }
    func replaceState(of id: CaseID, by bytes: [UInt8]) throws
    func replaceEvent(_ number: Int64, of id: CaseID, by bytes: [UInt8]) throws
}

extension StoreHouse {
    /// Prepares and commits; a unit that cannot be prepared fails the test.
    @discardableResult func commit(_ units: [CommitUnit]) throws -> [CommitOutcome] {
        try store.commit(try store.prepare(units).map { try $0.get() })
    }

    /// Whether nothing comes of the unit: a store that seals has no key for a case that is not there, or no more, and says
    /// so before the commit would.
    func isRefused(_ unit: CommitUnit) throws -> Bool {
        let prepared = try store.prepare([unit])
        let outcomes = try store.commit(prepared.compactMap { try? $0.get() })
        return outcomes == [] || outcomes == [.conflict]
    }

    /// Why each unit could not be prepared; nil for those that were, which are committed.
    func troubles(_ units: [CommitUnit]) throws -> [CaseTrouble?] {
        let prepared = try store.prepare(units)
        _ = try store.commit(prepared.compactMap { try? $0.get() })
        return prepared.map { result in
            switch result {
            case .success: nil
            case .failure(let trouble): trouble
            }
        }
    }

    func load(_ id: CaseID) throws -> Result<LoadedCase, CaseTrouble> {
        try #require(try store.load([id]).first)
    }

    func page(
        _ id: CaseID, _ reader: Side = .team, after number: Int64 = 0, limit: Int = 100
    ) throws -> EventPage {
        try store.events(of: id, for: reader, after: number, limit: limit).get()
    }
}

final class MemoryHouse: StoreHouse {
    let clock = TestClock()
    let store: MemoryStore

    init() {
        let clock = clock
        store = MemoryStore { clock.now }
    }

    func replaceState(of id: CaseID, by bytes: [UInt8]) { store.replaceState(of: id, by: bytes) }
    func replaceEvent(_ number: Int64, of id: CaseID, by bytes: [UInt8]) {
        store.replaceEvent(number, of: id, by: bytes)
    }
}

/// The store's clock, which a test sets.
final class TestClock: Sendable {
    private let moment = Mutex(Chronicle.start)

    var now: Timestamp {
        get { moment.withLock { $0 } }
        set { moment.withLock { $0 = newValue } }
    }
}
