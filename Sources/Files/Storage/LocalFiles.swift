import Glibc

/// Files in a directory of this machine, in 256 folders by the first two digits of their names. The spool lies within, so
/// that taking a file over is a rename.
package final class LocalFiles: FileStorage {
    private let directory: String

    /// Makes the directory if it is missing.
    package init(_ directory: String) throws(FilesError) {
        self.directory = directory
        try Disk.makeDirectory(directory)
    }

    /// Where files arrive that are to be kept here.
    package static func spool(in directory: String) -> String { directory + "/incoming" }

    package func keep(_ spooled: SpooledFile, as name: StorageName) throws(FilesError) {
        try spooled.finish()
        let folder = folder(of: name)
        try Disk.makeDirectory(folder)
        guard rename(spooled.path, path(of: name)) == 0 else { throw Disk.failure("cannot keep '\(path(of: name))'") }
        spooled.taken()
        try Disk.sync(directory: folder)
        try Disk.sync(directory: directory)
    }

    package func read(_ name: StorageName, at offset: Int64, count: Int) throws(FilesError) -> [UInt8] {
        try Disk.read(path(of: name), at: offset, count: count)
    }

    package func byteCount(of name: StorageName) throws(FilesError) -> Int64 {
        try Disk.byteCount(of: path(of: name))
    }

    package func remove(_ name: StorageName) throws(FilesError) {
        guard unlink(path(of: name)) == 0 || errno == ENOENT else { throw Disk.failure("cannot remove a file") }
    }

    package func check() throws(FilesError) {
        guard access(directory + "/", R_OK | W_OK | X_OK) == 0 else {
            throw Disk.failure("cannot write to the directory '\(directory)'")
        }
    }

    private func folder(of name: StorageName) -> String { directory + "/" + name.description.prefix(2) }
    private func path(of name: StorageName) -> String { folder(of: name) + "/" + name.description }
}
