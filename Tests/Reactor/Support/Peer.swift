import CLinux
import COpenSSL
import Glibc
import Testing
import WebSocket

@testable import Reactor

/// The other end of a connection, by hand: a blocking socket, plain or TLS, that reads and writes exactly what a test
/// says. Whatever is awaited for more than ten seconds fails the test.
final class Peer {
    let descriptor: Int32
    private var session: OpaquePointer?
    /// Received and not looked at yet.
    private var buffer: [UInt8] = []

    enum End: Equatable {
        case fin
        case reset
        case nothing
    }

    init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var receiveBufferBytes {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferBytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let descriptor = descriptor
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw PeerError("connect: \(String(cString: strerror(errno)))") }
    }

    deinit {
        if let session { SSL_free(session) }
        close(descriptor)
    }

    // MARK: - TLS

    /// Performs the TLS handshake as a client that trusts everybody.
    func startTLS(offering protocols: [UInt8] = []) throws {
        let context = try #require(SSL_CTX_new(TLS_client_method()))
        defer { SSL_CTX_free(context) }
        let session = try #require(SSL_new(context))
        self.session = session
        if !protocols.isEmpty { SSL_set_alpn_protos(session, protocols, UInt32(protocols.count)) }
        SSL_set_fd(session, descriptor)
        guard SSL_connect(session) == 1 else { throw PeerError("the TLS handshake failed") }
    }

    /// The name in the server's certificate.
    var serverName: String {
        guard let session, let certificate = SSL_get1_peer_certificate(session) else { return "" }
        defer { X509_free(certificate) }
        var text = [CChar](repeating: 0, count: 256)
        X509_NAME_oneline(X509_get_subject_name(certificate), &text, 255)
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The protocol that ALPN agreed on.
    var agreedProtocol: String {
        guard let session else { return "" }
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(session, &name, &count)
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// Whether the server ended TLS itself, instead of only the connection below it.
    var sawCloseNotify: Bool {
        guard let session else { return false }
        return SSL_get_shutdown(session) & SSL_RECEIVED_SHUTDOWN != 0
    }

    func sendCloseNotify() {
        if let session { _ = SSL_shutdown(session) }
    }

    // MARK: - Bytes

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { raw in
                session.map { Int(SSL_write($0, raw.baseAddress, Int32(raw.count))) }
                    ?? Glibc.send(descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { throw PeerError("send: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(sent)
        }
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Ends our direction and goes on reading.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Receives once. `nil` while something came, else how the connection ended.
    private func receiveMore() -> End? {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        let count =
            session.map { Int(SSL_read($0, &chunk, Int32(chunk.count))) }
            ?? recv(descriptor, &chunk, chunk.count, 0)
        if count > 0 {
            buffer += chunk[..<count]
            return nil
        }
        if count == 0 || session != nil { return .fin }
        return errno == ECONNRESET || errno == EPIPE ? .reset : .nothing
    }

    /// Exactly so many bytes.
    func read(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            if let end = receiveMore() {
                let shown = String(decoding: buffer.prefix(200), as: UTF8.self)
                throw PeerError("\(end) after \(buffer.count) of \(count) bytes: \(shown)")
            }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Everything up to the end of the connection, and how it ended.
    func readToEnd() -> (bytes: [UInt8], end: End) {
        while true {
            if let end = receiveMore() {
                defer { buffer = [] }
                return (buffer, end)
            }
        }
    }

    /// Whether something can be read without waiting.
    var hasInput: Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return !buffer.isEmpty || poll(&waiting, 1, 0) > 0
    }

    // MARK: - HTTP

    /// Up to and with the empty line.
    func readHead() throws -> String {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) { head += try read(1) }
        return String(decoding: head, as: UTF8.self)
    }

    /// A response with Content-Length: its status and its body.
    func readResponse() throws -> (status: Int, head: String, body: String) {
        let head = try readHead()
        let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) }
        return (status, head, String(decoding: try read(length ?? 0), as: UTF8.self))
    }

    func get(_ target: String) throws { try send("GET \(target) HTTP/1.1\r\nHost: test\r\n\r\n") }

    static func upgradeRequest(_ target: String = "/", fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\(fields)\r\n"
    }

    @discardableResult
    func upgrade(_ target: String = "/", fields: String = "") throws -> String {
        try send(Self.upgradeRequest(target, fields: fields))
        let head = try readHead()
        try #require(head.hasPrefix("HTTP/1.1 101 "), "\(head)")
        return head
    }

    // MARK: - Frames

    struct Frame: Equatable {
        var opcode: Opcode
        var payload: [UInt8]
        var isCompressed = false

        var text: String { String(decoding: payload, as: UTF8.self) }
        /// The code of a close frame.
        var code: CloseCode? {
            opcode == .close && payload.count >= 2
                ? CloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1])) : nil
        }
    }

    /// A frame as a client sends it, masked.
    static func frame(_ opcode: Opcode, _ payload: [UInt8] = [], isFinal: Bool = true) -> [UInt8] {
        let header = FrameHeader(isFinal: isFinal, opcode: opcode, maskKey: 0x1234_5678, payloadCount: payload.count)
        var bytes = [UInt8](repeating: 0, count: header.byteCount)
        bytes.withUnsafeMutableBytes { _ = header.encode(into: $0) }
        var masked = payload
        masked.withUnsafeMutableBytes { Masking.apply(0x1234_5678, to: $0) }
        return bytes + masked
    }

    static func closeFrame(_ code: CloseCode) -> [UInt8] {
        frame(.close, [UInt8(code.rawValue >> 8), UInt8(code.rawValue & 0xFF)])
    }

    func sendText(_ text: String) throws { try send(Self.frame(.text, Array(text.utf8))) }

    /// The next frame, whose header must be one that a server may send.
    func readFrame() throws -> Frame {
        while true {
            let step = buffer.withUnsafeBytes { FrameHeader.decode($0, from: .server, allowsCompression: true) }
            switch step {
            case .needMore:
                if let end = receiveMore() { throw PeerError("\(end) instead of a frame, after \(buffer)") }
            case .failed(let failure):
                throw PeerError("not a frame: \(failure), \(buffer.prefix(20))")
            case .header(let header, let size):
                _ = try read(size)
                let payload = try read(header.payloadCount)
                return Frame(opcode: header.opcode, payload: payload, isCompressed: header.isCompressed)
            }
        }
    }

    func readText() throws -> String {
        let frame = try readFrame()
        try #require(frame.opcode == .text, "\(frame.opcode) \(String(describing: frame.code))")
        return frame.text
    }

    /// Asks for an echo and awaits it: what was sent before has been dealt with by then.
    func roundTrip(_ text: String = "are you there?") throws {
        try sendText(text)
        let answer = try readText()
        try #require(answer == text)
    }

    /// The server's close frame is the next thing to arrive, and the end of the connection follows.
    func expectClose(_ code: CloseCode, _ end: End = .fin, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let frame = try readFrame()
        #expect(frame.opcode == .close && frame.code == code, "\(frame)", sourceLocation: sourceLocation)
        let (rest, found) = readToEnd()
        #expect(rest == [] && found == end, sourceLocation: sourceLocation)
    }
}

struct PeerError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
