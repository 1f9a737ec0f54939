import Glibc

/// Keeps a second process from the database. Not SQLite's exclusive mode, in which this process's own readers could not
/// read; not `fcntl`, whose locks go when any descriptor of the file is closed. The kernel takes it away from a process
/// that dies, however it dies.
struct DatabaseLock: ~Copyable {
    private let descriptor: CInt

    init(path: String) throws(StoreError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .unavailable("The lock '\(path)' cannot be made: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // `deinit` closes it, also when this throws: a second close would be of what another thread has opened since.
            let number = errno
            guard number == EWOULDBLOCK else {
                throw .unavailable("The lock '\(path)' cannot be taken: \(String(cString: strerror(number))).")
            }
            throw .unavailable(
                "Another process has this house's database open (it holds '\(path)'). Only one may: stop that one, or "
                    + "give this one a data directory of its own.")
        }
    }

    deinit { close(descriptor) }
}
