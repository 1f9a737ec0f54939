import Glibc
import Testing
import Wire

/// A client of protocol v1 by hand, on a blocking socket. What is awaited for more than twenty seconds fails the test.
final class HubClient {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var lastID: Int64 = 0
    /// Pushes that came while something else was awaited, in their order.
    private(set) var pushes: [ServerMessage] = []
    /// What the close frame said.
    private(set) var end: (code: UInt16, reason: String)?

    init(port: UInt16, receiveBytes: Int32? = nil) throws {
        descriptor = try loopbackSocket(to: port, receiveBytes: receiveBytes)
        try write(
            Array(
                ("GET /v1/socket HTTP/1.1\r\nHost: desk\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                    + "Sec-WebSocket-Protocol: foyer.v1\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n").utf8))
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try read(1) }
        try #require(String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 101"))
    }

    deinit { close(descriptor) }

    // MARK: Saying

    /// The number that it will be answered under.
    @discardableResult
    func say(_ command: ClientCommand) throws -> Int64 {
        lastID += 1
        try sendText(ClientMessage(id: lastID, command: command).json)
        return lastID
    }

    func sendText(_ payload: [UInt8], opcode: UInt8 = 1) throws {
        var frame: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: frame.append(0x80 | UInt8(payload.count))
        case ..<65_536: frame += [0xFE, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: frame += [0xFF] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        // Under a mask of zeros.
        try write(frame + [0, 0, 0, 0] + payload)
    }

    private func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            try #require(count > 0, "send: \(String(cString: strerror(errno)))")
            sent += count
        }
    }

    // MARK: Hearing

    /// The answer to what is said; pushes that come before it are kept.
    func ask(_ command: ClientCommand) throws -> Result<Answer, WireError> { try answer(to: try say(command)) }

    func answer(to id: Int64) throws -> Result<Answer, WireError> {
        while true {
            switch try receive() {
            case .answer(re: id, let answer): return .success(answer)
            case .error(let error) where error.re == id: return .failure(error)
            case let other: pushes.append(other)
            }
        }
    }

    /// The first push that fits, of those that were kept or are to come. Those before it are kept.
    func push<Found>(_ fits: (ServerMessage) -> Found?) throws -> Found {
        for (index, push) in pushes.enumerated() {
            if let found = fits(push) {
                pushes.remove(at: index)
                return found
            }
        }
        while true {
            let message = try receive()
            if let found = fits(message) { return found }
            pushes.append(message)
        }
    }

    /// The next message, whatever it is.
    func receive() throws -> ServerMessage {
        while true {
            let start = try read(2)
            var count = Int(start[1] & 0x7F)
            if count == 126 { count = try read(2).reduce(0) { $0 << 8 | Int($1) } }
            if count == 127 { count = try read(8).reduce(0) { $0 << 8 | Int($1) } }
            let payload = try read(count)
            switch start[0] & 0x0F {
            case 1: return try ServerMessage(json: payload)
            case 8:
                end = (
                    payload.prefix(2).reduce(0) { $0 << 8 | UInt16($1) },
                    String(decoding: payload.dropFirst(2), as: UTF8.self)
                )
                throw Ended()
            default: continue
            }
        }
    }

    struct Ended: Error {}

    /// What the server's close frame says; whatever comes before is kept.
    func waitForEnd() throws -> (code: UInt16, reason: String) {
        while end == nil {
            do { pushes.append(try receive()) } catch is Ended {}
        }
        return try #require(end)
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while buffer.count < count {
            let got = recv(descriptor, &chunk, chunk.count, 0)
            try #require(got > 0, "nothing more came: \(String(cString: strerror(errno)))")
            buffer += chunk[..<got]
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }
}
