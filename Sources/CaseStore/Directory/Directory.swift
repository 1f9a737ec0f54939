import CaseMachine
import Foundation
import GRDB
import Synchronization

/// Who exists, and who may come in: organisations, teams, members, guests; codes, passwords, sessions and tickets. In the
/// same database as the cases, with all names, contacts and texts sealed (docs/security.md).
///
/// Calls block, and may come from any thread. Moments are the caller's: `now` is the store's wall clock. What is refused
/// is a `DirectoryError`; what a refusal has to leave behind (a counted try, an audit row) is committed with it.
package final class Directory: Sendable {
    package struct Settings: Sendable {
        package var limits = DirectoryLimits()
        package var passwordCost = PasswordCost.usual
        package var randomness = Randomness.system
        /// Names this node's chain in the audit trail.
        package var node = "node"
        /// Development makes a missing signing key of the audit trail; operation does not.
        package var makesSigningKey = true

        package init() {}
    }

    /// Owns what concerns the house and none of its organisations, as in the audit trail: numbers begin at 1.
    static let house: Int64 = 0

    let store: SQLiteStore
    let settings: Settings
    package let audit: AuditTrail
    let passwords: Passwords
    let tickets = TicketBox()
    let guests: GuestCache
    private let current = Mutex(Roster())
    /// Held while something of the roster changes, so that none is replaced by an older one.
    private let changing = Mutex(())

    /// Of the house that `store` has opened in `directory`.
    package init(
        _ store: SQLiteStore, _ directory: DataDirectory, _ settings: Settings = Settings()
    ) throws(DirectoryError) {
        self.store = store
        self.settings = settings
        do {
            try store.vault.createKeys(for: [.organisation(Self.house)])
            audit = try AuditTrail(
                node: settings.node, in: store.pool, directory,
                signer: try AuditSigner.open(directory, generate: settings.makesSigningKey))
        } catch {
            throw DirectoryError(.unavailable("\(error)"))
        }
        guests = GuestCache(bound: settings.limits.cachedGuests, store.vault)
        passwords = try Passwords(settings.passwordCost, settings.randomness)
        let roster = try read { db in try self.readRoster(db) }
        current.withLock { $0 = roster }
    }

    /// Everybody, as of now. Take it once for what belongs together.
    package var roster: Roster { current.withLock { $0 } }

    /// Changes what the roster shows, and replaces it.
    func change<Value: Sendable>(_ body: (Database) throws -> Value) throws(DirectoryError) -> Value {
        try changing.withLock { _ throws(DirectoryError) in
            let (value, roster) = try write { db in
                let value = try body(db)
                return .success((value, try self.readRoster(db)))
            }
            current.withLock { $0 = roster }
            return value
        }
    }

    func read<Value>(_ body: (Database) throws -> Value) throws(DirectoryError) -> Value {
        do { return try store.pool.read(body) } catch let error as DirectoryError {
            throw error
        } catch {
            throw DirectoryError(SQLiteFailure.storeError(error, store.pool.path))
        }
    }

    /// A transaction. What the body throws undoes it; a failure that it returns is committed with all that was written.
    func write<Value>(
        _ body: (Database) throws -> Result<Value, DirectoryError>
    ) throws(DirectoryError) -> Value {
        // The store knows its own errors only: a refusal that undoes the transaction is kept beside it.
        var refusal: DirectoryError?
        let outcome: Result<Value, DirectoryError>
        do {
            outcome = try store.write { db in
                do { return try body(db) } catch let error as DirectoryError {
                    refusal = error
                    throw StoreError.unavailable("refused")
                }
            }
        } catch {
            throw refusal ?? DirectoryError(error)
        }
        return try outcome.get()
    }
}
