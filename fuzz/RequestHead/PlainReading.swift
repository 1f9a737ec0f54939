import FuzzSupport
import WebSocket

/// A second reading of an accepted head, by splitting lines and comparing strings: slow, simple, and written from
/// RFC 9112 rather than from the parser.
struct PlainReading {
    private let firstLine: [UInt8]
    private let fields: [(name: String, value: [UInt8])]
    private let limits: HTTPLimits

    init(_ bytes: ArraySlice<UInt8>, limits: HTTPLimits) {
        self.limits = limits
        expect(bytes.count <= max(0, min(limits.maxHeadBytes, 65_535)), "a head of \(bytes.count) bytes")
        var lines: [[UInt8]] = []
        var line: [UInt8] = []
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == 0x0A {
                expectEqual(previous, 0x0D, "a bare LF was accepted")
                lines.append(line.dropLast())
                line = []
            } else {
                expect(previous != 0x0D || line.isEmpty, "a bare CR was accepted")
                line.append(byte)
            }
            previous = byte
        }
        expect(line.isEmpty && lines.count >= 2 && lines.last == [], "a head without its end")
        lines.removeLast()
        if lines.first == [] { lines.removeFirst() }
        firstLine = lines.first ?? []
        fields = lines.dropFirst().map(Self.field)
        for line in lines {
            expect(line.allSatisfy { $0 == 9 || $0 >= 0x20 && $0 != 0x7F }, "a control character was accepted")
        }
        expect(fields.count <= limits.maxFields && fields.count <= 255, "\(fields.count) fields")
    }

    private static func field(_ line: [UInt8]) -> (name: String, value: [UInt8]) {
        let name = line.prefix { $0 != 0x3A }
        expect(!name.isEmpty && name.count < line.count, "a field without a name was accepted")
        expect(name.allSatisfy(isToken), "a field's name is not a token")
        var value = line.dropFirst(name.count + 1)
        while let byte = value.first, byte == 9 || byte == 0x20 { value.removeFirst() }
        while let byte = value.last, byte == 9 || byte == 0x20 { value.removeLast() }
        return (String(decoding: name, as: UTF8.self).lowercased(), Array(value))
    }

    /// RFC 9110 §5.6.2
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    private func values(_ name: String) -> [[UInt8]] { fields.filter { $0.name == name }.map(\.value) }

    // MARK: - What both readings must say

    func agree(with head: RequestHead) {
        let words = firstLine.split(separator: 0x20, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        expect(words.count == 3 && !words.contains(""), "request line \(words)")
        expectEqual(head.methodName, words[0], "method")
        expect(words[0].utf8.allSatisfy(Self.isToken), "method \(words[0])")
        expectEqual(head.target, words[1], "target")
        expect(words[1].utf8.count <= limits.maxTargetBytes, "a target of \(words[1].utf8.count) bytes")
        expect(words[2].hasPrefix("HTTP/1.") && words[2].utf8.count == 8, "version \(words[2])")
        expectEqual(head.version == .http10, words[2] == "HTTP/1.0", "version \(words[2])")
        agree(with: head.fields)
        agreeOnHost(head)
        agreeOnFraming(head)
    }

    func agree(with head: ResponseHead) {
        let line = String(decoding: firstLine, as: UTF8.self).utf8
        expect(line.count >= 13, "status line of \(line.count) bytes")
        expectEqual(Substring(line.dropFirst(9).prefix(3)), Substring(String(head.status.rawValue)), "status")
        expect(100...999 ~= head.status.rawValue, "status \(head.status)")
        agree(with: head.fields)
    }

    private func agree(with found: HeadFields) {
        expectEqual(found.count, fields.count, "number of fields")
        for name: StaticString in ["host", "connection", "content-length", "sec-websocket-extensions", "a", "cookie"] {
            let expected = values(name.description).map { String(decoding: $0, as: UTF8.self) }
            expectEqual(found.values(of: name), expected, "values of \(name)")
            expectEqual(found.first(name), expected.first, "first value of \(name)")
            expectEqual(found.count(of: name), expected.count, "number of \(name)")
            expectEqual(found.contains(name), !expected.isEmpty, "presence of \(name)")
        }
        let options = values("connection").flatMap { $0.split(separator: 0x2C) }
            .map { String(decoding: $0.filter { $0 != 9 && $0 != 0x20 }, as: UTF8.self).lowercased() }
        if found.containsToken("upgrade", in: "connection") { expect(options.contains("upgrade"), "connection") }
    }

    /// RFC 9112 §3.2
    private func agreeOnHost(_ head: RequestHead) {
        let hosts = values("host")
        expect(hosts.count == 1 || hosts.isEmpty && head.version == .http10, "\(hosts.count) hosts")
        for host in hosts {
            expect(!host.isEmpty && !host.contains { " /?#@\\<>\"".utf8.contains($0) || $0 > 0x7F }, "host \(host)")
        }
        expect(head.authority != nil || head.version == .http10, "a request for nobody")
        expect(head.authority?.isEmpty != true, "an empty authority")
    }

    /// RFC 9112 §6.3
    private func agreeOnFraming(_ head: RequestHead) {
        let codings = values("transfer-encoding").map { String(decoding: $0, as: UTF8.self).lowercased() }
        let lengths = values("content-length").map { String(decoding: $0, as: UTF8.self) }
        switch head.framing {
        case .chunked:
            let names = codings.flatMap { $0.split { ", \t".contains($0) } }
            expect(names == ["chunked"] && lengths.isEmpty && head.version == .http11, "chunked: \(codings)")
        case .length(let length):
            expect(codings.isEmpty && lengths.count == 1 && length > 0 && length < Int.max, "length: \(lengths)")
            expect(lengths.allSatisfy { $0.utf8.allSatisfy { 0x30...0x39 ~= $0 } && Int($0) == length }, "\(lengths)")
        case .none:
            expect(codings.isEmpty, "no body: \(codings)")
            expect(lengths.isEmpty || lengths.count == 1 && lengths[0].utf8.allSatisfy { $0 == 0x30 }, "\(lengths)")
        }
    }
}
