import GRDB
import Glibc

extension SQLiteStore {
    /// Writes a copy of the whole database, as it is at one moment, to a file that must not be there; durable when this
    /// returns. Commits go on meanwhile. Its contents are sealed: without the keys, which are backed up apart, it tells
    /// nobody anything, and what is erased later is unreadable in it, too.
    package func backUp(to path: String) throws(StoreError) {
        do {
            // VACUUM begins its own transaction and suffers none around it.
            try pool.unsafeRead { db in try db.execute(sql: "VACUUM INTO ?", arguments: [path]) }
        } catch {
            throw SQLiteFailure.storeError(error, path)
        }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable("The backup '\(path)' cannot be opened.") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else {
            throw .unavailable("The backup '\(path)' cannot be made durable: \(String(cString: strerror(errno))).")
        }
    }
}
