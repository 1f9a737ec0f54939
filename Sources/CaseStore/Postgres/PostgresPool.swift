import Foundation
import Synchronization

/// Connections for whoever needs one for a moment: at most so many, made when they are needed, again after a restart or a
/// failover of the database, and checked each time.
package final class PostgresPool: Sendable {
    /// After a connection could not be made, nobody tries before this has passed; it doubles up to the second. Calls fail
    /// at once meanwhile, so that nobody waits in line for a database that is away; and one that is back is found within a
    /// second.
    static let backoff: (first: Duration, longest: Duration) = (.milliseconds(50), .seconds(1))

    /// On its way from one thread to the next. Sound, since whoever has taken it out of the pool is the only one who has it.
    private struct Lent: @unchecked Sendable {
        let connection: PostgresConnection
    }

    private struct State: Sendable {
        var idle: [Lent] = []
        var count = 0
        var failure: StoreError?
        var failures = 0
        var nextTry = ContinuousClock.now
    }

    package let url: PostgresURL
    private let settings: PostgresSettings
    private let most: Int
    private let state = Mutex(State())
    /// Wakes who waits for a connection.
    private let freed = NSCondition()

    /// Connects once, and so checks the server.
    package init(_ url: PostgresURL, _ settings: PostgresSettings, most: Int) throws(StoreError) {
        self.url = url
        self.settings = settings
        self.most = max(1, most)
        let first = Lent(connection: try PostgresConnection(url, settings))
        state.withLock { state in
            state.idle = [first]
            state.count = 1
        }
    }

    /// Lends a connection to `body`. Throws a `StoreError` that it throws, and others as such.
    package func lend<Value>(_ body: (PostgresConnection) throws -> Value) throws(StoreError) -> Value {
        let lent = try take()
        defer { giveBack(lent) }
        do { return try body(lent.connection) } catch { throw Self.storeError(error) }
    }

    /// For what changes nothing: where the connection breaks, it is run once more on another.
    package func read<Value>(_ body: (PostgresConnection) throws -> Value) throws(StoreError) -> Value {
        do { return try once(body) } catch {
            guard let failure = error as? PostgresFailure, failure.kind != .refused || failure.endsSession else {
                throw Self.storeError(error)
            }
        }
        return try lend(body)
    }

    /// A transaction that is run again, from its start, where it meets another one.
    package func transaction<Value>(
        _ kind: PostgresTransaction, _ body: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
        try repeating(where: { failure, _ in failure.isWorthRepeating }) { connection in
            try connection.transaction(kind, body)
        }
    }

    /// Runs `body` again after a failure that is worth it, up to `settings.retries` times; how many there were before is
    /// said, too.
    func repeating<Value>(
        where isWorthIt: (PostgresFailure, Int) -> Bool, _ body: (PostgresConnection) throws -> Value
    ) throws(StoreError) -> Value {
        for attempt in 0..<settings.retries {
            do { return try once(body) } catch {
                guard let failure = error as? PostgresFailure, isWorthIt(failure, attempt) else {
                    throw Self.storeError(error)
                }
            }
            // So that the two do not meet again in the same way.
            usleep(.random(in: 500...5000))
        }
        return try lend(body)
    }

    private func once<Value>(_ body: (PostgresConnection) throws -> Value) throws -> Value {
        let lent = try take()
        defer { giveBack(lent) }
        return try body(lent.connection)
    }

    static func storeError(_ error: any Error) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as PostgresFailure: error.storeError
        case let error as VaultError: .unavailable(error.description)
        default: .unavailable("The database: \(error)")
        }
    }

    // MARK: Taking and giving back

    private enum Place {
        case idle(Lent)
        case toConnect
        case none
        case failed(StoreError)
    }

    private func take() throws(StoreError) -> Lent {
        let deadline = Date(timeIntervalSinceNow: settings.readerWithin / .seconds(1))
        while true {
            switch place() {
            case .idle(let lent):
                guard lent.connection.hasBeenClosed() else { return lent }
                state.withLock { $0.count -= 1 }
            case .toConnect: return try connect()
            case .failed(let failure): throw failure
            case .none:
                freed.lock()
                // Between the look and this wait one may have been given back: who waits looks again soon.
                let woken = freed.wait(until: min(deadline, Date(timeIntervalSinceNow: 0.05)))
                freed.unlock()
                guard woken || Date() < deadline else {
                    throw .unavailable("All \(most) connections to \(url) are in use.")
                }
            }
        }
    }

    private func place() -> Place {
        state.withLock { state in
            if let lent = state.idle.popLast() { return .idle(lent) }
            guard state.count < most else { return .none }
            if let failure = state.failure, ContinuousClock.now < state.nextTry { return .failed(failure) }
            state.count += 1
            return .toConnect
        }
    }

    private func connect() throws(StoreError) -> Lent {
        do throws(StoreError) {
            let lent = Lent(connection: try PostgresConnection(url, settings))
            state.withLock { state in (state.failure, state.failures) = (nil, 0) }
            return lent
        } catch {
            state.withLock { state in
                state.count -= 1
                state.failure = error
                let pause = min(Self.backoff.longest, Self.backoff.first * (1 << min(state.failures, 10)))
                state.failures += 1
                // Not all nodes at once.
                state.nextTry = .now + pause * Double.random(in: 0.5...1)
            }
            throw error
        }
    }

    private func giveBack(_ lent: Lent) {
        lent.connection.rollBack()
        state.withLock { state in
            if lent.connection.isBroken { state.count -= 1 } else { state.idle.append(lent) }
        }
        freed.lock()
        freed.signal()
        freed.unlock()
    }
}
