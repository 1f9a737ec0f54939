import COpenSSL
import Glibc

/// A file of 32 secret bytes that nobody but the server's own user may read.
struct SecretFile {
    let path: String
    /// What it is, in a message: "master key".
    let name: String

    var exists: Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Refuses a file that others could have read or written: a secret that leaked is no secret, and the person who can
    /// still mend it is the one who starts the server.
    func read() throws(VaultError) -> SecretBytes {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure("cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure("cannot be read") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw refusal("is not a file") }
        guard status.st_uid == geteuid() else {
            throw refusal(
                "belongs to user \(status.st_uid), and this program runs as user \(geteuid()). "
                    + "Run: chown \(geteuid()) '\(path)'")
        }
        guard status.st_mode & 0o177 == 0 else {
            throw refusal(
                "may be used by others (mode \(String(status.st_mode & 0o7777, radix: 8))). Run: chmod 600 '\(path)' "
                    + "and, if others may have read it, change to a new key")
        }
        guard status.st_size == SecretBytes.count else {
            throw refusal(
                "holds \(status.st_size) bytes instead of \(SecretBytes.count). Restore it from its backup; a new one "
                    + "would not open what was sealed with it")
        }
        let secret = SecretBytes { memory in
            Glibc.read(descriptor, memory, SecretBytes.count) == SecretBytes.count
        }
        guard let secret else { throw failure("cannot be read") }
        return secret
    }

    /// Makes the file, whole or not at all, and durable when this returns. Never replaces one: its bytes are written
    /// under a name of their own and linked to the right one, which fails where there is a file already.
    func create(_ secret: SecretBytes) throws(VaultError) {
        let draft = "\(path).\(UInt64.random(in: 0 ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be made") }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let written = secret.withBytes { write(descriptor, $0, SecretBytes.count) }
        // The mode again: the process's umask may have taken more away than others' rights.
        guard written == SecretBytes.count, fchmod(descriptor, 0o600) == 0, fsync(descriptor) == 0,
            link(draft, path) == 0
        else { throw failure("cannot be made") }
        try Self.syncFolder(of: path)
    }

    /// Overwrites the bytes before the name goes. A disk may still keep the old ones in a block of its own choosing
    /// (docs/security.md); the file system does not.
    func wipe() throws(VaultError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw failure("cannot be wiped") }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: SecretBytes.count)
        guard write(descriptor, zeros, zeros.count) == zeros.count, fsync(descriptor) == 0, unlink(path) == 0 else {
            throw failure("cannot be wiped")
        }
        try Self.syncFolder(of: path)
    }

    /// Makes names durable: a new file's name is lost with the power until its folder is synced.
    static func syncFolder(of path: String) throws(VaultError) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let folder = end == path.startIndex ? "." : String(path[..<end])
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unavailable("'\(folder)': \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .unavailable("'\(folder)': \(String(cString: strerror(errno)))") }
    }

    private func failure(_ what: String) -> VaultError {
        let number = errno
        return refusal("\(what): \(String(cString: strerror(number)))")
    }

    private func refusal(_ what: String) -> VaultError {
        .unavailable("The \(name) '\(path)' \(what).")
    }
}
