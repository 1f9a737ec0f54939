import Foundation
import Glibc
import Synchronization

/// A real Redis server of a test, on 127.0.0.1 and a free port, with its files in a folder that goes with it. It may be
/// killed, stalled and started again on the same port.
package final class RedisServer: Sendable {
    package struct Options: Sendable {
        /// Further lines of its configuration.
        package var settings: [String] = []
        /// With one it also listens for TLS.
        package var certificate: (certificateFile: String, keyFile: String, authorityFile: String)?

        package init(
            settings: [String] = [],
            certificate: (certificateFile: String, keyFile: String, authorityFile: String)? = nil
        ) {
            self.settings = settings
            self.certificate = certificate
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let port: UInt16
    package let tlsPort: UInt16
    private let folder: TemporaryFolder
    private let process = Mutex<pid_t?>(nil)

    package init(_ options: Options = Options()) throws {
        folder = try TemporaryFolder()
        // Another program may take the port before the server does; so it is tried again with another one.
        var attempt = 1
        while true {
            let ports = try (Self.freePort(), Self.freePort())
            try Self.configure(folder, options, port: ports.0, tlsPort: ports.1)
            do {
                let started = try Self.start(folder, port: ports.0)
                (port, tlsPort) = ports
                process.withLock { $0 = started }
                return
            } catch  where attempt < 3 {
                attempt += 1
            }
        }
    }

    deinit { kill() }

    package var url: String { "redis://127.0.0.1:\(port)" }

    /// After `kill`, with the same settings.
    package func start() throws {
        let started = try Self.start(folder, port: port)
        process.withLock { $0 = started }
    }

    /// SIGKILL, also to one that is stalled; returns when it has gone.
    package func kill() {
        guard let running = process.withLock({ $0.take() }) else { return }
        Self.end(running)
    }

    private static func end(_ process: pid_t) {
        _ = Glibc.kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }

    /// Stops it in the midst of what it does: its connections stand, and say nothing.
    package func stall() { signal(SIGSTOP) }

    package func goOn() { signal(SIGCONT) }

    private func signal(_ number: Int32) {
        process.withLock { running in
            if let running { _ = Glibc.kill(running, number) }
        }
    }

    /// A command as its user `default`; what it answers.
    @discardableResult
    package func command(_ words: String...) throws -> String {
        try Program.run(["redis-cli", "-h", "127.0.0.1", "-p", "\(port)"] + words)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    // MARK: - Starting

    private static func configure(
        _ folder: TemporaryFolder, _ options: Options, port: UInt16, tlsPort: UInt16
    ) throws {
        var lines = [
            "bind 127.0.0.1", "port \(port)", "dir \(folder.path)", "logfile \(folder.file("redis.log"))",
            "save \"\"", "appendonly no", "daemonize no",
        ]
        if let certificate = options.certificate {
            lines += [
                "tls-port \(tlsPort)", "tls-cert-file \(certificate.certificateFile)",
                "tls-key-file \(certificate.keyFile)", "tls-ca-cert-file \(certificate.authorityFile)",
                "tls-auth-clients no",
            ]
        }
        _ = try folder.write((lines + options.settings).joined(separator: "\n") + "\n", to: "redis.conf")
    }

    private static func start(_ folder: TemporaryFolder, port: UInt16) throws -> pid_t {
        let process = try spawn(["redis-server", folder.file("redis.conf")])
        var status: Int32 = 0
        let end = ContinuousClock.now + .seconds(10)
        while !accepts(port) {
            guard waitpid(process, &status, WNOHANG) == 0, ContinuousClock.now < end else {
                Self.end(process)
                let log = (try? String(contentsOfFile: folder.file("redis.log"), encoding: .utf8)) ?? ""
                throw Failure(description: "redis-server does not start: \(log.suffix(500))")
            }
            usleep(5000)
        }
        return process
    }

    /// Silently; a `Process` of Foundation's would not go from one thread to another.
    private static func spawn(_ words: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let result = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
        guard result == 0 else { throw Failure(description: "\(words[0]): \(String(cString: strerror(result)))") }
        return process
    }

    private static func accepts(_ port: UInt16) -> Bool {
        withSocket(port: port) { descriptor, address, length in connect(descriptor, address, length) == 0 }
    }

    private static func freePort() throws -> UInt16 {
        var port: UInt16 = 0
        let isFound = withSocket(port: 0) { descriptor, address, length in
            var bound = sockaddr_in()
            var boundLength = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = bind(descriptor, address, length)
            let isKnown = withUnsafeMutablePointer(to: &bound) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    getsockname(descriptor, $0, &boundLength) == 0
                }
            }
            port = UInt16(bigEndian: bound.sin_port)
            return result == 0 && isKnown
        }
        guard isFound, port > 0 else { throw Failure(description: "no free port") }
        return port
    }

    private static func withSocket(
        port: UInt16, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
