import GRDB
import GRDBSQLite

/// What SQLite's result codes mean for the house.
enum SQLiteFailure {
    static func storeError(_ error: any Error, _ path: String) -> StoreError {
        switch error {
        case let error as StoreError: error
        case let error as VaultError: .unavailable(error.description)
        case let error as DatabaseError:
            storeError(error.extendedResultCode.rawValue, error.message ?? "no reason given", path)
        default: .fatal("The database '\(path)': \(error)")
        }
    }

    static func storeError(_ code: CInt, _ message: String, _ path: String) -> StoreError {
        let reason = "the database '\(path)': \(message) (SQLite \(code))"
        // The lowest byte is the code, what is above it says more.
        switch code & 0xFF {
        case SQLITE_FULL: return .full("No room on the disk of \(reason).")
        case SQLITE_BUSY, SQLITE_LOCKED: return .unavailable("Somebody else is using \(reason).")
        // None of these comes after a commit has begun to write.
        case SQLITE_NOMEM, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_INTERRUPT:
            return .unavailable("Cannot use \(reason).")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            return .fatal("Damaged: \(reason). Restore it from a backup (docs/store.md).")
        // Also an error of a sync: what the kernel has dropped then, nobody knows (docs/store.md).
        case SQLITE_IOERR: return .fatal("The disk fails under \(reason).")
        default: return .fatal("Unexpected: \(reason).")
        }
    }
}
