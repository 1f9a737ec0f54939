import Foundation
import GRDB
import Glibc

/// The file before SQLite opens it. SQLite makes a new, empty database wherever it finds no file or an empty one; a house
/// whose disk was not mounted would then open as if it had never had a guest. So the file is made here, whole, under
/// another name, and whatever stands in its place is looked at first.
struct DatabaseFile {
    let path: String

    private var draft: String { path + ".new" }

    /// Makes the file where there has never been one; refuses what is not a database of ours. The lock is held.
    func provide(hasKeys: Bool) throws(StoreError) {
        guard let bytes = size(of: path) else {
            try demandNewHouse(hasKeys: hasKeys)
            return try make()
        }
        guard bytes > 0 else {
            throw .fatal(
                "The database '\(path)' is an empty file. Restore it from a backup; for a new house, remove the file.")
        }
        try demandOurs(bytes)
    }

    private func demandNewHouse(hasKeys: Bool) throws(StoreError) {
        guard size(of: path + "-wal") ?? 0 == 0 else {
            throw .fatal(
                "The database '\(path)' is missing, and its log '\(path)-wal' is there. Put the database back; without "
                    + "it the log cannot be read.")
        }
        guard !hasKeys else {
            throw .fatal(
                "The database '\(path)' is missing, and there are keys of its contents. Is its disk mounted? Restore it "
                    + "from a backup; for a new house, remove the keys, too.")
        }
    }

    /// The header: 16 bytes of "SQLite format 3" and, at offset 68, whose it is (https://www.sqlite.org/fileformat.html
    /// §1.3). Both were there before the file got its name.
    private func demandOurs(_ bytes: Int) throws(StoreError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .unavailable("The database '\(path)' cannot be read: \(String(cString: strerror(errno))).")
        }
        // SQLite has not opened it yet: this takes no lock of this process away (POSIX).
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        guard read(descriptor, &header, header.count) == header.count, header.starts(with: "SQLite format 3\0".utf8)
        else {
            throw .fatal(
                "Damaged: '\(path)' does not begin as a database does. Restore it from a backup (docs/store.md).")
        }
        let id = header[68..<72].reduce(Int32(0)) { $0 << 8 | Int32($1) }
        guard id == Migrations.applicationID else {
            throw .fatal("'\(path)' is not a database of Foyer, or its header is damaged.")
        }
    }

    private func make() throws(StoreError) {
        do {
            for suffix in ["", "-wal", "-shm", "-journal"] { try removeIfThere(draft + suffix) }
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.label = "foyer.new"
            configuration.prepareDatabase { db in
                try db.execute(sql: "PRAGMA page_size = \(Migrations.pageBytes)")
            }
            let queue = try DatabaseQueue(path: draft, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try Migrations.run(db)
                try Generation.renew(db)
            }
            // Writes the log back and removes it.
            try queue.close()
            // Who talked to whom is in it as it is. SQLite gives its log the same mode.
            guard chmod(draft, 0o600) == 0 else { throw failure("cannot be made") }
            try sync(draft, O_RDWR)
            guard rename(draft, path) == 0 else { throw failure("cannot be made") }
            try sync(folder, O_RDONLY | O_DIRECTORY)
        } catch {
            throw SQLiteFailure.storeError(error, path)
        }
    }

    private var folder: String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "." : String(path[..<end])
    }

    /// A rename is lost with the power until the folder is synced, and so are bytes until the file is.
    private func sync(_ path: String, _ flags: CInt) throws(StoreError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot be made durable") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot be made durable") }
    }

    private func removeIfThere(_ path: String) throws(StoreError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw failure("cannot be made anew") }
    }

    private func failure(_ what: String) -> StoreError {
        .unavailable("The database '\(path)' \(what): \(String(cString: strerror(errno))).")
    }

    private func size(of path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}

/// Names this log; a restored backup gets another one, so that clients who are ahead of it start afresh.
enum Generation {
    static func read(_ db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'generation'")
    }

    @discardableResult static func renew(_ db: Database) throws -> Int64 {
        let generation = Int64.random(in: 1 ... .max)
        try db.execute(
            sql: "INSERT OR REPLACE INTO meta (name, value) VALUES ('generation', ?)", arguments: [generation])
        return generation
    }
}
