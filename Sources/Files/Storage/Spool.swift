import Glibc

/// Where files are written while they arrive, sealed from their first byte on. What a process that died has left here is
/// removed at the next start.
package final class Spool: Sendable {
    /// Left free on the disk: a database on the same one has to go on when files may not.
    package static let usualReserveBytes: Int64 = 64 << 20

    let directory: String
    private let reserveBytes: Int64

    /// Makes the directory if it is missing.
    package init(_ directory: String, reserveBytes: Int64 = Spool.usualReserveBytes) throws(FilesError) {
        self.directory = directory
        self.reserveBytes = reserveBytes
        try Disk.makeDirectory(directory)
        for name in try Disk.entries(of: directory) where StorageName(name) != nil {
            _ = unlink(directory + "/" + name)
        }
    }

    /// A new file for so many bytes. Throws `.full` before the first of them where they would not fit.
    package func begin(byteCount: Int64) throws(FilesError) -> SpooledFile {
        var space = statvfs()
        guard statvfs(directory, &space) == 0 else { throw Disk.failure("cannot look at '\(directory)'") }
        let free = Int64(clamping: UInt64(space.f_bavail).multipliedReportingOverflow(by: UInt64(space.f_frsize)).0)
        guard free - reserveBytes > byteCount else { throw .full }
        return try SpooledFile(directory + "/" + StorageName.random().description)
    }
}

/// A file that is being written. Unless a storage takes it over, it is removed with the last that holds it.
///
/// Sound, since whoever writes it hands it on as a whole, and touches it no more.
package final class SpooledFile: @unchecked Sendable {
    let path: String
    private var descriptor: Int32
    private var isTaken = false
    package private(set) var byteCount: Int64 = 0

    init(_ path: String) throws(FilesError) {
        self.path = path
        descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw Disk.failure("cannot make '\(path)'") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isTaken { unlink(path) }
    }

    package func append(_ bytes: [UInt8]) throws(FilesError) {
        try Disk.write(bytes, to: descriptor, path)
        byteCount += Int64(bytes.count)
    }

    /// On the disk, whatever happens to the power.
    func finish() throws(FilesError) {
        guard descriptor >= 0 else { return }
        guard fsync(descriptor) == 0 else { throw Disk.failure("cannot write '\(path)' to the disk") }
        close(descriptor)
        descriptor = -1
    }

    /// What was sealed into it under this key.
    package func content(_ key: FileKey, upTo limit: Int) throws(FilesError) -> [UInt8] {
        try finish()
        let path = path
        var opener = try FileOpener(stored: try Disk.byteCount(of: path), key) { offset, count throws(FilesError) in
            try Disk.read(path, at: offset, count: count)
        }
        return try opener.all(upTo: limit)
    }

    /// Its path is another's from now on.
    func taken() { isTaken = true }
}

/// What the system says, in this module's errors.
enum Disk {
    static func failure(_ what: String, _ error: Int32 = errno) -> FilesError {
        switch error {
        case ENOSPC, EDQUOT, EFBIG: .full
        case ENOENT: .missing
        default: .unavailable("\(what): \(String(cString: strerror(error)))")
        }
    }

    static func makeDirectory(_ path: String) throws(FilesError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .unavailable("cannot make the directory '\(path)': \(String(cString: strerror(errno)))")
        }
        guard access(path + "/", R_OK | W_OK | X_OK) == 0 else {
            throw .unavailable("cannot write to the directory '\(path)': \(String(cString: strerror(errno)))")
        }
    }

    static func entries(of path: String) throws(FilesError) -> [String] {
        guard let directory = opendir(path) else { throw failure("cannot list '\(path)'") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                name.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            names.append(name)
        }
        return names
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(FilesError) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset)
            }
            if written > 0 {
                offset += written
            } else if written == 0 || errno != EINTR {
                throw failure("cannot write '\(path)'")
            }
        }
    }

    /// At most `count` bytes; fewer at its end.
    static func read(_ path: String, at offset: Int64, count: Int) throws(FilesError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("cannot open a file") }
        defer { close(descriptor) }
        var error: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
            while filled < buffer.count {
                let got = pread(
                    descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
                    off_t(offset) + off_t(filled))
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    error = errno
                    return
                }
            }
        }
        guard error == 0 else { throw failure("cannot read a file", error) }
        return bytes
    }

    static func byteCount(of path: String) throws(FilesError) -> Int64 {
        var status = stat()
        guard lstat(path, &status) == 0 else { throw failure("cannot look at a file") }
        return Int64(status.st_size)
    }

    /// So that a name that was made or removed stays so.
    static func sync(directory path: String) throws(FilesError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot open '\(path)'") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("cannot write '\(path)' to the disk") }
    }
}
