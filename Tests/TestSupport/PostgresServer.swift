import CPostgres
import Foundation
import Glibc
import Synchronization

/// A PostgreSQL 15 of the tests' own, with a cluster in a temporary folder. It ends with the process that has started it,
/// however that ends: a shell waits for it, and then stops the server and removes the folder.
package final class PostgresServer: Sendable {
    package struct Trouble: Error, CustomStringConvertible {
        package let description: String
    }

    private static let programs = "/usr/lib/postgresql/15/bin/"
    private static let common = Result { try PostgresServer() }

    /// Started when it is first asked for. Tests that stop or pause a server start one of their own.
    package static func shared() throws -> PostgresServer { try common.get() }

    package let port: Int
    private let folder: String
    private let options: [String]
    private let watcher: Process
    private let watchersInput: CInt
    private let names = Atomic<Int>(0)
    private let templates = Mutex<Set<String>>([])

    /// `options` as the server takes them with `-c`: `fsync=off`.
    package init(_ options: [String] = []) throws {
        folder = Self.temporary + "foyer-postgres-\(UUID().uuidString)"
        port = try Self.freePort()
        self.options = options
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { throw Trouble(description: "there is no pipe") }
        // Not for the server: the watcher waits until nobody has it any more.
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        watchersInput = ends[1]
        watcher = Process()
        watcher.executableURL = URL(filePath: "/bin/sh")
        watcher.arguments = ["-c", Self.watch, folder]
        watcher.standardInput = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        watcher.standardOutput = FileHandle.nullDevice
        watcher.standardError = FileHandle.nullDevice
        try watcher.run()
        if let user = Self.user, chown(folder, user.id, user.group) != 0 {
            throw Trouble(description: "'\(folder)' cannot be given to postgres")
        }
        let making = try Self.process(
            "initdb", ["-D", folder + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            output: folder + "/log")
        making.waitUntilExit()
        guard making.terminationStatus == 0 else { throw Trouble(description: "initdb: \(log)") }
        try start()
    }

    deinit {
        close(watchersInput)
        watcher.waitUntilExit()
    }

    /// Waits for its input to end. A server that was stopped with SIGSTOP must go on to be able to end.
    private static let watch = """
        cat > /dev/null
        p=$(head -n 1 "$0/data/postmaster.pid") && kill -CONT $(cat "/proc/$p/task/$p/children") "$p"; kill -QUIT "$p"
        for i in 1 2 3 4 5 6 7 8 9 10; do [ -e "$0/data/postmaster.pid" ] || break; sleep 0.1; done
        rm -rf "$0"
        """

    /// What the server has written down.
    package var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    package func url(_ database: String, port: Int? = nil, parameters: String = "") -> String {
        "postgres://postgres@127.0.0.1:\(port ?? self.port)/\(database)\(parameters)"
    }

    /// Where its database cluster is, with files that it makes itself: a certificate, say.
    package var dataFolder: String { folder + "/data" }

    /// Changes settings for all, as `ALTER SYSTEM` takes them. What the server takes at its start alone is not among them.
    package func set(_ settings: [String]) throws {
        for setting in settings { try run("ALTER SYSTEM \(setting)") }
        try run("SELECT pg_reload_conf()")
    }

    // MARK: Databases

    /// A database that is a copy of the one of this name, which is made and prepared when it is first asked for.
    package func database(
        from template: String, _ prepare: (_ url: String) throws -> Void
    ) throws -> PostgresDatabase {
        try templates.withLock { templates in
            guard !templates.contains(template) else { return }
            try run("CREATE DATABASE \(template)")
            try prepare(url(template))
            templates.insert(template)
        }
        return try database("TEMPLATE \(template)")
    }

    /// An empty one, made with these options.
    package func database(_ options: String = "") throws -> PostgresDatabase {
        let name = "test\(names.add(1, ordering: .relaxed).newValue)"
        try run("CREATE DATABASE \(name) \(options)")
        return PostgresDatabase(name: name, server: self)
    }

    /// Runs SQL as somebody with all rights; the rows, as text.
    @discardableResult
    package func run(_ sql: String, on database: String = "postgres") throws -> [[String?]] {
        // A test that has failed may have left a server that waits for a standby, or for ever.
        let connection = PQconnectdb(
            url(database, parameters: "?connect_timeout=5&options=-c%20synchronous_commit%3Dlocal"))
        defer { PQfinish(connection) }
        let result = PQexec(connection, sql)
        defer { PQclear(result) }
        guard [PGRES_COMMAND_OK, PGRES_TUPLES_OK].contains(PQresultStatus(result)) else {
            throw Trouble(description: String(cString: PQerrorMessage(connection)))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }

    // MARK: What can happen to a server

    package enum Stop: Sendable {
        /// Ends the sessions that are there, then itself.
        case fast
        /// As if it were killed: it recovers when it is started again.
        case immediate
    }

    package func stop(_ how: Stop) throws {
        let server = try server()
        kill(server, how == .fast ? SIGINT : SIGQUIT)
        // The process itself: its file goes a moment before it.
        try wait("it does not stop") { kill(server, 0) != 0 }
    }

    package func start() throws {
        let settings = ["listen_addresses=127.0.0.1", "max_connections=200", "max_wal_size=128MB"] + options
        _ = try Self.process(
            "postgres", ["-D", folder + "/data", "-k", folder, "-p", "\(port)"] + settings.flatMap { ["-c", $0] },
            output: folder + "/log")
        try wait("it does not start") { PQping(url("postgres")) == PQPING_OK }
    }

    /// All its processes stand still (SIGSTOP), and its sockets stay open.
    package func pause() throws { try signal(SIGSTOP) }
    package func resume() throws { try signal(SIGCONT) }

    private func signal(_ number: CInt) throws {
        let server = try server()
        kill(server, number)
        let children = try String(contentsOfFile: "/proc/\(server)/task/\(server)/children", encoding: .utf8)
        for child in children.split(separator: " ").compactMap({ pid_t($0) }) { kill(child, number) }
    }

    private func server() throws -> pid_t {
        let file = try String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
        guard let first = file.split(separator: "\n").first, let server = pid_t(first) else {
            throw Trouble(description: "there is no server")
        }
        return server
    }

    private func wait(_ otherwise: String, until isReached: () throws -> Bool) throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while try !isReached() {
            guard ContinuousClock.now < deadline else { throw Trouble(description: "PostgreSQL: \(otherwise)\n\(log)") }
            usleep(10_000)
        }
    }

    // MARK: Processes

    /// In memory where there is such a place. The server syncs nevertheless, which takes no time there; no test takes the
    /// power away.
    private static let temporary = access("/dev/shm", W_OK) == 0 ? "/dev/shm/" : NSTemporaryDirectory() + "/"

    /// PostgreSQL does not run as root.
    private static var user: (id: uid_t, group: gid_t)? {
        guard geteuid() == 0, let user = getpwnam("postgres") else { return nil }
        return (user.pointee.pw_uid, user.pointee.pw_gid)
    }

    private static func process(_ program: String, _ arguments: [String], output: String) throws -> Process {
        let program = programs + program
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Trouble(description: "there is no '\(program)': install postgresql-15")
        }
        let descriptor = open(output, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Trouble(description: "'\(output)' cannot be written") }
        let log = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // Not `runuser`, which stays between: it stops itself when the server is stopped, and does not go on with it.
        let asPostgres = ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        let command = (user == nil ? [] : asPostgres) + [program]
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = command.dropFirst() + arguments
        process.currentDirectoryURL = URL(filePath: "/")
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = log
        process.standardError = log
        try process.run()
        return process
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else { throw Trouble(description: "there is no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}

/// A database of a test's own, gone with the test.
package final class PostgresDatabase: Sendable {
    package let name: String
    package let server: PostgresServer

    init(name: String, server: PostgresServer) {
        self.name = name
        self.server = server
    }

    package var url: String { server.url(name) }

    @discardableResult package func run(_ sql: String) throws -> [[String?]] { try server.run(sql, on: name) }

    deinit {
        // One that is still in use goes with the server.
        _ = try? server.run("DROP DATABASE \(name) WITH (FORCE)")
    }
}
