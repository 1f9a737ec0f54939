import Glibc

/// What a scanner says of a file.
package enum ScanVerdict: Hashable, Sendable {
    case clean
    /// Something was found. What it is called is for the log.
    case found(String)
    /// The scanner takes no file of this length: nobody has looked at it.
    case tooLarge
    /// It cannot be asked now: tried again.
    case away(String)
}

/// ClamAV's daemon, asked by INSTREAM (clamd(8)): the content goes to it in pieces, and nothing is written for it. A connection
/// for each file, as clamd ends a session after a failure.
package struct VirusScanner: Sendable {
    package struct Limits: Sendable {
        /// To be connected, and for each piece to be taken.
        package var step: Duration = .seconds(5)
        /// From the first piece to the verdict: a large archive takes clamd some seconds, and it gives up itself after two
        /// minutes (MaxScanTime).
        package var all: Duration = .seconds(120)

        package init() {}
    }

    /// A word of clamd's is a line; its longest names a signature.
    private static let maxReplyBytes = 4096

    private let address: ScannerAddress
    private let limits: Limits

    package init(_ address: ScannerAddress, limits: Limits = Limits()) {
        self.address = address
        self.limits = limits
    }

    /// Whether it answers.
    package func ping() throws(FilesError) {
        let line = try ScannerLine(address, limits.step)
        try line.send(Array("zPING\0".utf8), within: limits.step)
        guard try line.reply(upTo: Self.maxReplyBytes, within: limits.step) == "PONG" else {
            throw .unavailable("what listens at \(address) is no clamd")
        }
    }

    /// `next` gives the content piece by piece, and nil at its end; what it throws is thrown on.
    package func scan(_ next: () throws(FilesError) -> [UInt8]?) throws(FilesError) -> ScanVerdict {
        let deadline = ContinuousClock.now + limits.all
        let line: ScannerLine
        do {
            line = try ScannerLine(address, limits.step)
            try line.send(Array("zINSTREAM\0".utf8), within: limits.step)
        } catch { return .away(error.description) }
        while let piece = try next() {
            guard !piece.isEmpty else { continue }
            do {
                try line.send(UInt32(piece.count).bigBytes + piece, within: min(limits.step, deadline - .now))
            } catch {
                // It may have said why before it hung up.
                return (try? verdict(line, deadline)) ?? .away(error.description)
            }
        }
        do {
            try line.send(UInt32(0).bigBytes, within: limits.step)
            return try verdict(line, deadline)
        } catch { return .away(error.description) }
    }

    private func verdict(_ line: ScannerLine, _ deadline: ContinuousClock.Instant) throws(FilesError) -> ScanVerdict {
        let reply = try line.reply(upTo: Self.maxReplyBytes, within: deadline - .now)
        if reply == "stream: OK" { return .clean }
        if reply.hasPrefix("stream: "), reply.hasSuffix(" FOUND") {
            let name = String(reply.dropFirst(8).dropLast(6))
            // With AlertExceedsMax it says so as if it had found something: nobody has looked at all of it.
            return name.hasPrefix("Heuristics.Limits.Exceeded") ? .tooLarge : .found(name)
        }
        if reply.contains("size limit exceeded") { return .tooLarge }
        return .away("clamd says: \(reply.prefix(200))")
    }
}

/// Where a scanner listens: `/run/clamav/clamd.ctl`, or `host:port` with a numeric address.
package enum ScannerAddress: Hashable, Sendable, CustomStringConvertible {
    case path(String)
    case port(address: UInt32, port: UInt16)

    /// Nil for what is neither a path nor an IPv4 address with a port. A path may have 107 bytes (unix(7)).
    package init?(_ text: String) {
        if text.hasPrefix("/") {
            guard text.utf8.count <= 107, !text.utf8.contains(0) else { return nil }
            self = .path(text)
            return
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0 else { return nil }
        let host = parts[0] == "localhost" ? "127.0.0.1" : String(parts[0])
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard octets.count == 4, octets.allSatisfy({ $0 != nil }) else { return nil }
        self = .port(address: octets.reduce(0) { $0 << 8 | UInt32($1 ?? 0) }, port: port)
    }

    package var description: String {
        switch self {
        case .path(let path): path
        case .port(let address, let port):
            (0..<4).map { String(address >> UInt32(24 - 8 * $0) & 0xFF) }.joined(separator: ".") + ":\(port)"
        }
    }
}

/// A connection to a scanner, closed with the last that holds it.
private final class ScannerLine {
    private let descriptor: Int32

    init(_ address: ScannerAddress, _ limit: Duration) throws(FilesError) {
        let isLocal = if case .path = address { true } else { false }
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        descriptor = socket(isLocal ? AF_UNIX : AF_INET, type, 0)
        guard descriptor >= 0 else { throw Disk.failure("cannot make a socket") }
        let status = Self.connect(descriptor, address)
        guard status != 0 else { return }
        guard errno == EINPROGRESS else { throw .unavailable("no scanner at \(address): \(Self.reason(errno))") }
        try wait(for: Int16(POLLOUT), limit)
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        guard error == 0 else { throw .unavailable("no scanner at \(address): \(Self.reason(error))") }
    }

    deinit { close(descriptor) }

    private static func reason(_ error: Int32) -> String { String(cString: strerror(error)) }

    private static func connect(_ descriptor: Int32, _ address: ScannerAddress) -> Int32 {
        switch address {
        case .path(let path):
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { room in room.copyBytes(from: path.utf8.prefix(room.count - 1))
            }
            return withUnsafePointer(to: name) { name in
                name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        case .port(let address, let port):
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = port.bigEndian
            name.sin_addr.s_addr = address.bigEndian
            return withUnsafePointer(to: name) { name in
                name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    private func wait(for events: Int16, _ limit: Duration) throws(FilesError) {
        let milliseconds = max(.zero, min(limit, .seconds(600))) / .milliseconds(1)
        var waited = pollfd(fd: descriptor, events: events, revents: 0)
        let ready = poll(&waited, 1, Int32(milliseconds))
        guard ready > 0 || (ready < 0 && errno == EINTR) else {
            throw .unavailable("the scanner does not answer in time")
        }
    }

    func send(_ bytes: [UInt8], within limit: Duration) throws(FilesError) {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset,
                    Int32(MSG_NOSIGNAL))
            }
            if sent >= 0 {
                offset += sent
            } else if errno == EAGAIN {
                try wait(for: Int16(POLLOUT), limit)
            } else if errno != EINTR {
                throw .unavailable("the scanner has hung up: \(Self.reason(errno))")
            }
        }
    }

    /// Up to the zero that ends it.
    func reply(upTo most: Int, within limit: Duration) throws(FilesError) -> String {
        let deadline = ContinuousClock.now + limit
        var reply: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 512)
        while reply.count < most {
            let got = recv(descriptor, &buffer, buffer.count, 0)
            if got > 0 {
                reply += buffer[..<got]
                if let end = reply.firstIndex(of: 0) { return String(decoding: reply[..<end], as: UTF8.self) }
            } else if got == 0 {
                break
            } else if errno == EAGAIN {
                guard ContinuousClock.now < deadline else { throw .unavailable("the scanner does not answer in time") }
                try wait(for: Int16(POLLIN), deadline - .now)
            } else if errno != EINTR {
                throw .unavailable("the scanner has hung up: \(Self.reason(errno))")
            }
        }
        throw .unavailable("the scanner has hung up without an answer")
    }
}
