import CLinux
import Glibc
import WebSocket

struct HTTPAnswer: Sendable {
    let status: UInt16
    let body: [UInt8]
    /// Name and value of the first cookie that is set.
    let cookie: String?
}

/// Why there is no answer, or not the wanted one.
struct HouseError: Error, Sendable, CustomStringConvertible {
    let description: String
    /// Of the HTTP answer; nil when there was none.
    var status: UInt16?
    /// After which the node wants to be asked again: a time of one's own.
    var retryAfterSeconds: Double?

    init(_ description: String, status: UInt16? = nil, retryAfterSeconds: Double? = nil) {
        self.description = description
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
    }
}

/// One HTTP/1.1 connection that is kept alive and blocks its thread: signing in is done before anything is measured, and
/// tickets are fetched on threads of their own.
struct HTTPConnection: ~Copyable {
    private let house: HouseAddress
    /// Where requests come from, where it matters which client they are.
    private var source: clinux_address?
    private var descriptor: Int32 = -1
    private var input: [UInt8] = []

    private static let timeoutMilliseconds: Int32 = 10_000
    private static let maxAnswerBytes = 16 << 20

    init(_ house: HouseAddress) { self.house = house }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// From now on requests come from this loopback address: a house that counts by address sees several clients.
    mutating func come(from address: String) {
        var parsed = clinux_address()
        guard clinux_parse_address(address, 0, &parsed) == 0 else { return }
        source = parsed
        hangUp()
    }

    mutating func request(
        _ method: String, _ path: String, body: [UInt8]? = nil, cookie: String? = nil
    ) throws(HouseError) -> HTTPAnswer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(house.authority)\r\n"
        if let cookie { head += "Cookie: \(cookie)\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        let bytes = Array((head + "\r\n").utf8) + (body ?? [])
        let isReused = descriptor >= 0
        do throws(HouseError) {
            return try exchange(bytes)
        } catch {
            hangUp()
            // A connection that was kept alive may have ended meanwhile.
            guard isReused else { throw error }
            do throws(HouseError) {
                return try exchange(bytes)
            } catch {
                hangUp()
                throw error
            }
        }
    }

    private mutating func hangUp() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        input = []
    }

    private mutating func exchange(_ request: [UInt8]) throws(HouseError) -> HTTPAnswer {
        if descriptor < 0 { try connect() }
        try send(request)
        var parser = ResponseHeadParser()
        while true {
            switch input.withUnsafeBytes({ parser.parse($0) }) {
            case .needMore: try receive()
            case .refused: throw HouseError("the answer is not HTTP/1.1")
            case .head(let head, let length):
                input.removeFirst(length)
                return try finish(head)
            }
        }
    }

    private mutating func finish(_ head: ResponseHead) throws(HouseError) -> HTTPAnswer {
        let length = Int(head.fields.first("content-length") ?? "0") ?? -1
        guard !head.fields.contains("transfer-encoding"), (0...Self.maxAnswerBytes).contains(length) else {
            throw HouseError("the answer's length cannot be told")
        }
        while input.count < length { try receive() }
        let body = Array(input.prefix(length))
        input.removeFirst(length)
        if head.fields.containsToken("close", in: "connection") { hangUp() }
        let cookie = head.fields.first("set-cookie")?.split(separator: ";").first.map(String.init)
        return HTTPAnswer(status: head.status.rawValue, body: body, cookie: cookie)
    }

    // MARK: Bytes

    private mutating func connect() throws(HouseError) {
        var address = house.socketAddress()
        if var source {
            descriptor = clinux_connect(&address, &source)
        } else {
            descriptor = clinux_connect(&address, nil)
        }
        guard descriptor >= 0 else { throw Self.failure("cannot connect to \(house.authority)", errno) }
        try wait(for: Int16(POLLOUT))
        let problem = clinux_socket_error(descriptor)
        guard problem == 0 else { throw Self.failure("cannot connect to \(house.authority)", problem) }
    }

    private func send(_ bytes: [UInt8]) throws(HouseError) {
        var start = 0
        while start < bytes.count {
            let count = bytes[start...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                start += count
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT))
            } else if errno != EINTR {
                throw Self.failure("cannot send to \(house.authority)", errno)
            }
        }
    }

    private mutating func receive() throws(HouseError) {
        try wait(for: Int16(POLLIN))
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        guard count > 0 else { throw HouseError("\(house.authority) has hung up") }
        input += buffer[..<count]
    }

    private func wait(for events: Int16) throws(HouseError) {
        var wanted = pollfd(fd: descriptor, events: events, revents: 0)
        let count = poll(&wanted, 1, Self.timeoutMilliseconds)
        guard count > 0 || (count < 0 && errno == EINTR) else {
            throw HouseError("\(house.authority) has not answered for \(Self.timeoutMilliseconds / 1000) s")
        }
    }

    private static func failure(_ what: String, _ number: Int32) -> HouseError {
        HouseError("\(what): \(String(cString: strerror(number)))")
    }
}
