import GRDB
import GRDBSQLite
import Synchronization

/// Counts how often SQLite asks the kernel to make a database durable. For measurements only.
///
/// It puts a table of functions of its own before the one by which SQLite reaches the database file and its log, which
/// is the same for both; SQLite documents the two file controls that lead to them.
package enum SyncCounter {
    private static let counted = Atomic<Int>(0)
    /// SQLite's own function. Set once, before the first call that could need it.
    private static let original = Mutex<(@convention(c) (UnsafeMutablePointer<sqlite3_file>?, CInt) -> CInt)?>(nil)

    /// Of all counted connections of the process.
    package static var count: Int { counted.load(ordering: .relaxed) }

    /// The connection must have written before: its log is opened by then.
    static func install(on connection: OpaquePointer) {
        for control in [SQLITE_FCNTL_FILE_POINTER, SQLITE_FCNTL_JOURNAL_POINTER] {
            var file: UnsafeMutablePointer<sqlite3_file>?
            guard sqlite3_file_control(connection, "main", control, &file) == SQLITE_OK, let file,
                let methods = file.pointee.pMethods
            else { continue }
            let counting = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
            counting.initialize(to: methods.pointee)
            let own = methods.pointee.xSync
            original.withLock { $0 = own }
            counting.pointee.xSync = { file, flags in
                SyncCounter.counted.add(1, ordering: .relaxed)
                return SyncCounter.original.withLock { $0 }?(file, flags) ?? SQLITE_IOERR
            }
            // As long as the file is open, which is as long as this process measures.
            file.pointee.pMethods = UnsafePointer(counting)
        }
    }
}

extension SQLiteStore {
    /// From here on `SyncCounter` counts what this store makes durable.
    package func countSyncs() {
        pool.writeWithoutTransaction { db in
            guard let connection = db.sqliteConnection else { return }
            SyncCounter.install(on: connection)
        }
    }
}
