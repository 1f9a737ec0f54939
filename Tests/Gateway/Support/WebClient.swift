import Glibc
import Testing

/// A browser's end by hand: a blocking socket that sends exactly what a test says. What is awaited for more than twenty
/// seconds fails the test.
final class WebClient {
    struct Answer {
        let status: Int
        let head: String
        let body: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(port: UInt16) throws {
        descriptor = try loopbackSocket(to: port)
    }

    deinit {
        close(descriptor)
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Self.quiet) }
            try #require(count > 0, "send: \(String(cString: strerror(errno)))")
            sent += count
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends until nothing was taken for half a second: how many bytes were.
    func sendUntilStalled(_ bytes: [UInt8]) -> Int {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Self.quiet | Int32(MSG_DONTWAIT))
            }
            if count > 0 {
                sent += count
            } else {
                var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&waiting, 1, 500) > 0 else { break }
            }
        }
        return sent
    }

    private static let quiet = Int32(MSG_NOSIGNAL)

    /// `false` when the connection has ended.
    private func receive() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        try #require(count >= 0, "recv: \(String(cString: strerror(errno)))")
        buffer += chunk[..<count]
        return count > 0
    }

    private func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try #require(try receive(), "the connection ended") }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Up to and with the empty line.
    func readHead() throws -> String {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try read(1) }
        return String(decoding: head, as: UTF8.self)
    }

    /// The answer to HEAD has no body, whatever its length says.
    func readAnswer(toHead: Bool = false) throws -> Answer {
        let head = try readHead()
        let fields = head.lowercased().split(separator: "\r\n")
        let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) }
        let body = toHead ? [] : try read(length ?? 0)
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        return Answer(status: status, head: head, body: String(decoding: body, as: UTF8.self))
    }

    /// Whether the server ends the connection without another byte.
    func isEnded() throws -> Bool { try buffer.isEmpty && !receive() }

    func ask(_ method: String, _ target: String, _ fields: String = "", body: String = "") throws -> Answer {
        let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
        try send("\(method) \(target) HTTP/1.1\r\nHost: desk\r\n\(length)\(fields)\r\n\(body)")
        return try readAnswer(toHead: method == "HEAD")
    }

    // MARK: - WebSocket

    /// Asks for a WebSocket; answers the head of what came back.
    func upgrade(_ target: String, host: String = "desk", origin: String? = nil) throws -> String {
        let origin = origin.map { "Origin: \($0)\r\n" } ?? ""
        try send(
            "GET \(target) HTTP/1.1\r\nHost: \(host)\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\(origin)"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        return try readHead()
    }

    /// A frame with a short payload, under a mask of zeros.
    func sendFrame(opcode: UInt8 = 1, _ text: String) throws {
        try send([0x80 | opcode, 0x80 | UInt8(min(text.utf8.count, 125)), 0, 0, 0, 0] + Array(text.utf8.prefix(125)))
    }

    /// The text of the next frame, which is no longer than a kilobyte.
    func readFrame() throws -> String {
        let start = try read(2)
        try #require(start[0] == 0x81, "\(start)")
        var count = Int(start[1])
        if count == 126 { count = try read(2).reduce(0) { $0 << 8 | Int($1) } }
        return String(decoding: try read(count), as: UTF8.self)
    }
}
