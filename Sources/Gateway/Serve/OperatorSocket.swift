package import CaseStore
import Glibc
package import Logging
import Reactor
import Synchronization

/// The door of a house that serves for the person who runs it: a Unix socket in the data directory, by which `foyer backup`
/// gets the wrapped keys, whose file no other process may have open.
///
/// One line asks, lines answer: `keys` → a line for each key, and `end COUNT`. What goes out is worth nothing without the
/// master key, and whoever may use the socket can read that, too: it is the server's own user or root (checked by the kernel's
/// word, unix(7) SO_PEERCRED, beside the file's mode).
package final class OperatorSocket: Sendable {
    package static let name = "operator.sock"
    static let request = "keys"
    /// A reader that takes nothing for so long is gone.
    private static let patienceSeconds = 30
    private static let longestRequest = 64

    private let listener: Int32
    private let folder: String
    private let thread: OwnThread
    private let isClosed = Atomic(false)

    /// The directory's lock is held: a socket that is there was left by a process that has died.
    package init(_ directory: DataDirectory, _ vault: Vault, log: Logger) throws {
        folder = directory.path
        let listener = try UnixSocket.listen(in: directory.path, Self.name)
        self.listener = listener
        thread = try OwnThread("operator-socket") {
            while true {
                let connection = accept(listener, nil, nil)
                if connection < 0 {
                    // Shut down by `close`, or out of descriptors for a moment.
                    if errno == EINVAL || errno == EBADF { return }
                    usleep(100_000)
                    continue
                }
                _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
                Self.serve(connection, vault, log)
                Glibc.close(connection)
            }
        }
    }

    deinit { close() }

    package func close() {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
        Glibc.close(listener)
        unlink(folder + "/" + Self.name)
    }

    private static func serve(_ connection: Int32, _ vault: Vault, _ log: Logger) {
        UnixSocket.setPatience(connection, seconds: patienceSeconds)
        guard let user = UnixSocket.peerUser(connection), user == geteuid() || user == 0 else {
            return log.warning("the operators' socket was refused to another user")
        }
        var buffer = [UInt8](repeating: 0, count: longestRequest)
        let count = read(connection, &buffer, buffer.count)
        guard count > 0, String(decoding: buffer[..<count], as: UTF8.self) == request + "\n" else { return }
        var sent = 0
        do {
            try vault.eachWrappedKey { keys in
                sent += keys.count
                try UnixSocket.send(keys.map { $0.line + "\n" }.joined(), to: connection)
            }
            try UnixSocket.send("end \(sent)\n", to: connection)
            log.info("the wrapped keys were backed up", metadata: ["keys": "\(sent)"])
        } catch {
            log.error("the wrapped keys were not backed up", metadata: ["error": "\(error)"])
        }
    }
}

/// The wrapped keys of a house, open or closed.
package enum BackupKeys {
    /// From the process that has the house open, or else from the file.
    package static func source(_ directory: DataDirectory) -> HouseBackup.KeySource {
        { body in
            guard let connection = try UnixSocket.connect(in: directory.path, OperatorSocket.name) else {
                return try Vault.open(directory, missingMasterKey: .refuse).eachWrappedKey(body)
            }
            defer { close(connection) }
            try receive(connection, body)
        }
    }

    private static func receive(_ connection: Int32, _ body: ([WrappedKey]) throws -> Void) throws {
        try UnixSocket.send(OperatorSocket.request + "\n", to: connection)
        var pending: [UInt8] = []
        var count = 0
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let read = read(connection, &buffer, buffer.count)
            guard read > 0 else {
                throw BackupError("The house ended before it had said all its keys. Take the backup again.")
            }
            pending += buffer[..<read]
            var keys: [WrappedKey] = []
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end + 1)
                if line == "end \(count + keys.count)" { return try body(keys) }
                guard let key = WrappedKey(line: line) else {
                    throw BackupError("The house answers something else than keys: is it of another release?")
                }
                keys.append(key)
            }
            count += keys.count
            try body(keys)
        }
    }
}

/// A Unix socket in a folder whose path may be longer than an address has room for (108 bytes, unix(7)): it is named
/// through the folder's descriptor.
private enum UnixSocket {
    static func listen(in folder: String, _ name: String) throws -> Int32 {
        unlink(folder + "/" + name)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let isBound = try withAddress(of: name, in: folder) { bind(descriptor, $0, $1) == 0 }
        guard descriptor >= 0, isBound, chmod(folder + "/" + name, 0o600) == 0, Glibc.listen(descriptor, 4) == 0 else {
            let reason = String(cString: strerror(errno))
            if descriptor >= 0 { Glibc.close(descriptor) }
            throw StartError("The operators' socket '\(folder)/\(name)' cannot be made: \(reason).")
        }
        return descriptor
    }

    /// nil where nobody listens.
    static func connect(in folder: String, _ name: String) throws -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw StartError("socket: \(String(cString: strerror(errno)))") }
        setPatience(descriptor, seconds: 60)
        if try withAddress(of: name, in: folder, { Glibc.connect(descriptor, $0, $1) == 0 }) { return descriptor }
        let code = errno
        Glibc.close(descriptor)
        guard code == ENOENT || code == ECONNREFUSED else {
            throw StartError(
                "The house cannot be asked for its keys at '\(folder)/\(name)': \(String(cString: strerror(code))).")
        }
        return nil
    }

    private static func withAddress(
        of name: String, in folder: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) throws -> Bool {
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw StartError("'\(folder)': \(String(cString: strerror(errno)))") }
        defer {
            let code = errno
            Glibc.close(directory)
            errno = code
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: "/proc/self/fd/\(directory)/\(name)".utf8)
        }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                body(pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    static func setPatience(_ descriptor: Int32, seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    /// pid, uid, gid, as the kernel knows them of whoever has connected.
    static func peerUser(_ descriptor: Int32) -> uid_t? {
        var credentials: (pid_t, uid_t, gid_t) = (0, 0, 0)
        var length = socklen_t(MemoryLayout<(pid_t, uid_t, gid_t)>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else { return nil }
        return credentials.1
    }

    static func send(_ text: String, to descriptor: Int32) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw StartError("The other side of the operators' socket has gone.") }
            rest = rest.dropFirst(count)
        }
    }
}
