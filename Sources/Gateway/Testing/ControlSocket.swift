#if FOYER_TESTING
import CaseMachine
import Glibc
import Reactor

package struct ControlSocketError: Error, CustomStringConvertible {
    package let description: String

    init(_ call: String, _ code: Int32) { description = "\(call): \(String(cString: strerror(code)))" }
}

/// A door for tests into a running server, through which days go by: debug builds have it, a release build has no such
/// code (docs/decisions/0010).
///
/// A Unix socket, one line a request: `now` answers the house's wall clock in milliseconds, `advance SECONDS` sets both of
/// its clocks ahead first. Connections are served one after the other.
package final class ControlSocket: Sendable {
    /// A request is two words.
    private static let longestRequest = 64
    /// Ten years: no test needs more, and the clocks stay far from their ends.
    private static let furthestAdvance: Int64 = 10 * 366 * 86_400

    private let path: String

    /// Listens at `path`, which must not exist, until the process ends.
    package init(path: String) throws {
        self.path = path
        let listener = try Self.listen(at: path)
        _ = try OwnThread("control-socket") {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { continue }
                Self.serve(connection)
                close(connection)
            }
        }
    }

    deinit { unlink(path) }

    private static func listen(at path: String) throws(ControlSocketError) -> Int32 {
        var address = sockaddr_un()
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw ControlSocketError("bind \(path)", ENAMETOOLONG) }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw ControlSocketError("socket", errno) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        // Whoever may read the data may move its clock, nobody else.
        guard bound == 0, chmod(path, 0o600) == 0, Glibc.listen(listener, 8) == 0 else {
            let code = errno
            close(listener)
            throw ControlSocketError("bind \(path)", code)
        }
        return listener
    }

    private static func serve(_ connection: Int32) {
        var buffer = [UInt8](repeating: 0, count: longestRequest)
        var pending: [UInt8] = []
        while true {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            pending += buffer[..<count]
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let reply = Array((answer(to: String(decoding: pending[..<end], as: UTF8.self)) + "\n").utf8)
                pending.removeFirst(end + 1)
                guard write(connection, reply, reply.count) == reply.count else { return }
            }
            guard pending.count < longestRequest else { return }
        }
    }

    static func answer(to request: String) -> String {
        let words = request.split(separator: " ")
        switch (words.first, words.count) {
        case ("now", 1): break
        case ("advance", 2):
            guard let seconds = Int64(words[1]), (0...furthestAdvance).contains(seconds) else {
                return "error: advance by 0 to \(furthestAdvance) whole seconds"
            }
            SystemClock.advance(by: .seconds(seconds))
        default: return "error: say 'now' or 'advance SECONDS'"
        }
        return "\(SystemClock.now().wall.milliseconds)"
    }
}
#endif
