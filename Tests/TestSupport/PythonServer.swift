import Foundation
import Glibc

/// A server of a test that is a Python program below Tests/support: it prints its port on a line of its own, and ends when
/// its input does.
package final class PythonServer: Sendable {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    package let port: UInt16
    private let process: pid_t
    /// Whoever holds it keeps the server running.
    private let input: Int32
    private let output: Int32

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// `script` is a name in Tests/support.
    package init(_ script: String, _ options: [String] = []) throws {
        var toServer: [Int32] = [0, 0]
        var fromServer: [Int32] = [0, 0]
        guard pipe(&toServer) == 0, pipe(&fromServer) == 0 else { throw Failure(description: "there is no pipe") }
        // Not for others that are started here: a server would not see its input end.
        for end in toServer + fromServer { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        input = toServer[1]
        output = fromServer[0]
        defer {
            close(toServer[0])
            close(fromServer[1])
        }
        let environment = Self.root + "/.venv/bin/python"
        let python = access(environment, X_OK) == 0 ? environment : "python3"
        process = try Self.spawn(
            [python, "\(Self.root)/Tests/support/\(script)"] + options, input: toServer[0], output: fromServer[1])
        guard let line = Self.line(output), let port = UInt16(line) else {
            Self.end(process)
            throw Failure(description: "\(script) does not start")
        }
        self.port = port
    }

    deinit {
        Self.end(process)
        close(input)
        close(output)
    }

    private static func spawn(_ words: [String], input: Int32, output: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let result = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
        guard result == 0 else { throw Failure(description: "\(words[0]): \(String(cString: strerror(result)))") }
        return process
    }

    /// What it says first; nil when it says nothing for too long, or ends.
    private static func line(_ descriptor: Int32) -> String? {
        var bytes: [UInt8] = []
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end, bytes.count < 100 {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 1000) > 0 else { continue }
            var byte: UInt8 = 0
            guard read(descriptor, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    private static func end(_ process: pid_t) {
        _ = kill(process, SIGKILL)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
    }
}
