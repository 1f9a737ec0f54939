import CaseMachine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

/// A house with a PostgreSQL database of its own, and what somebody with access to it could do.
final class PostgresHouse: StoreHouse {
    let clock = TestClock()
    let vault: Vault
    let store: PostgresStore
    let database: PostgresDatabase
    private let keys: VaultHouse
    private let settings: PostgresStore.Settings

    /// On the server that the tests share, or on one of its own; `change` changes the settings.
    init(on server: PostgresServer? = nil, _ change: (inout PostgresStore.Settings) -> Void = { _ in }) throws {
        keys = try VaultHouse()
        vault = try keys.open()
        database = try (server ?? PostgresServer.shared()).database(from: "foyer") { url in
            try PostgresMigrations.run(PostgresURL(url))
        }
        let clock = clock
        var settings = PostgresStore.Settings()
        settings.clock = { clock.now }
        change(&settings)
        self.settings = settings
        store = try PostgresStore(PostgresURL(database.url), vault, settings)
    }

    /// Another node on the same database.
    func node(
        port: Int? = nil, _ change: (inout PostgresStore.Settings) -> Void = { _ in }
    ) throws -> PostgresStore {
        var settings = settings
        change(&settings)
        return try PostgresStore(PostgresURL(database.server.url(database.name, port: port)), vault, settings)
    }

    func connection() throws -> PostgresConnection {
        try PostgresConnection(PostgresURL(database.url), settings.postgres)
    }

    func replaceState(of id: CaseID, by bytes: [UInt8]) throws {
        let connection = try connection()
        let found = try connection.run(
            "SELECT version, organisation FROM caseRow WHERE id = $1", [.integer(id.value)])
        let row = try #require(found.rows.first)
        let owner = KeyOwner.case(id.value, of: try #require(row.integer(1)))
        let place = SealedPlace(owner, column: SealedColumn.state, row: try #require(row.integer(0)))
        try connection.run(
            "UPDATE caseRow SET state = $1 WHERE id = $2",
            [.blob(try Sealer(vault).seal(bytes, at: place)), .integer(id.value)])
    }

    func replaceEvent(_ number: Int64, of id: CaseID, by bytes: [UInt8]) throws {
        let connection = try connection()
        let found = try connection.run(
            """
            SELECT guestNumber, organisation FROM caseEvent JOIN caseRow ON caseRow.id = caseID
            WHERE caseID = $1 AND number = $2
            """, [.integer(id.value), .integer(number)])
        let row = try #require(found.rows.first)
        let plain = withUnsafeBytes(of: (row.integer(0) ?? 0).bigEndian) { Array($0) } + bytes
        let owner = KeyOwner.case(id.value, of: try #require(row.integer(1)))
        let sealed = try Sealer(vault).seal(plain, at: SealedEvent.place(number, owner))
        try connection.run(
            "UPDATE caseEvent SET body = $1 WHERE caseID = $2 AND number = $3",
            [.blob(sealed), .integer(id.value), .integer(number)])
    }
}

extension CaseStore {
    /// Prepares and commits.
    @discardableResult func commit(units: [CommitUnit]) throws -> [CommitOutcome] {
        try commit(try prepare(units).map { try $0.get() })
    }
}

/// A value that a test shares with threads and with closures that outlive its scope.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func withLock<Result>(_ body: (inout sending Value) throws -> sending Result) rethrows -> sending Result {
        try value.withLock(body)
    }
}

/// What a thread has come to, for whoever waits for it.
final class Errand<Value: Sendable>: @unchecked Sendable {
    // Sound: written before the condition is signalled, and read after it was waited for.
    private var result: Result<Value, any Error>?
    private let isDone = NSCondition()

    init(_ body: @escaping @Sendable () throws -> Value) {
        Thread { [self] in
            let result = Result { try body() }
            isDone.lock()
            self.result = result
            isDone.broadcast()
            isDone.unlock()
        }.start()
    }

    func value() throws -> Value {
        isDone.lock()
        defer { isDone.unlock() }
        while true {
            if let result { return try result.get() }
            isDone.wait()
        }
    }
}
