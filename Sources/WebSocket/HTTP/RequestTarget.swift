/// What a request line asks about (RFC 9112 §3.2), as positions in the head's bytes.
struct RequestTarget: Sendable, Equatable {
    /// The whole target.
    let whole: Range<Int>
    /// The host (and port) of an absolute form, which then counts instead of the Host field (RFC 9112 §3.2.2).
    let authority: Range<Int>?
    /// Empty in the asterisk form and in an absolute form without a path.
    let path: Range<Int>
    /// Behind the question mark.
    let query: Range<Int>?
    /// Whether the path is its own decoded form, as nearly every one is.
    let isPlain: Bool

    init(_ bytes: UnsafeRawBufferPointer, _ whole: Range<Int>, method: HTTPMethod) throws(HTTPRefusal) {
        self.whole = whole
        let target = UnsafeRawBufferPointer(rebasing: bytes[whole])
        if target.first == ASCII.slash {
            authority = nil
            path = whole.lowerBound..<Self.endOfPath(bytes, whole.lowerBound, whole.upperBound)
        } else if target.count == 1, target[0] == ASCII.asterisk {
            // asterisk-form, RFC 9112 §3.2.4
            guard method == .options else { throw .malformed("Only OPTIONS may ask about *.") }
            authority = nil
            path = whole.upperBound..<whole.upperBound
        } else {
            // absolute-form, RFC 9112 §3.2.2. CONNECT's authority-form (§3.2.3) is for proxies.
            guard method != .connect else { throw HTTPRefusal(.notImplemented, "This is not a proxy.") }
            guard let schemeLength = Self.schemeLength(target) else {
                throw .malformed("The request target is neither a path nor an http URL.")
            }
            let start = whole.lowerBound + schemeLength
            var end = start
            while end < whole.upperBound, bytes[end] != ASCII.slash, bytes[end] != ASCII.question { end += 1 }
            guard HostSyntax.isValid(UnsafeRawBufferPointer(rebasing: bytes[start..<end])) else {
                throw .malformed("The request target's host is malformed.")
            }
            authority = start..<end
            path = end..<Self.endOfPath(bytes, end, whole.upperBound)
        }
        query = path.upperBound < whole.upperBound ? path.upperBound + 1..<whole.upperBound : nil
        let pathBytes = UnsafeRawBufferPointer(rebasing: bytes[path])
        isPlain = Self.isPlain(pathBytes)
        if !isPlain { _ = try Self.decodedPath(pathBytes) }
    }

    private static func schemeLength(_ target: UnsafeRawBufferPointer) -> Int? {
        for scheme: StaticString in ["http://", "https://"] where target.count > scheme.utf8CodeUnitCount {
            let length = scheme.utf8CodeUnitCount
            if ASCII.equalsIgnoringCase(UnsafeRawBufferPointer(rebasing: target[..<length]), scheme) { return length }
        }
        return nil
    }

    private static func endOfPath(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Int {
        var index = start
        while index < end, bytes[index] != ASCII.question { index += 1 }
        return index
    }

    /// Whether there is nothing to decode: no escape, and no segment that begins with a dot.
    private static func isPlain(_ path: UnsafeRawBufferPointer) -> Bool {
        var previous: UInt8 = 0
        for byte in path {
            if byte == ASCII.percent || (byte == ASCII.dot && previous == ASCII.slash) { return false }
            previous = byte
        }
        return true
    }

    /// Decodes escapes and resolves dot segments (RFC 3986 §5.2.4), which may be escaped themselves. Refused is what
    /// would mean something else to the next reader: NUL and other control characters, an escaped slash, text that is
    /// not UTF-8, and a path that climbs out of the root.
    static func decodedPath(_ path: UnsafeRawBufferPointer) throws(HTTPRefusal) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(path.count)
        var index = 0
        while index < path.count {
            // Here `path[index]` is the slash before a segment.
            let segmentStart = decoded.count
            decoded.append(ASCII.slash)
            index += 1
            while index < path.count, path[index] != ASCII.slash {
                let byte = try PercentEncoding.decodeNext(path, &index)
                guard byte >= 0x20, byte != ASCII.delete else {
                    throw .malformed("The path holds a control character.")
                }
                guard byte != ASCII.slash else { throw .malformed("The path holds an escaped slash.") }
                decoded.append(byte)
            }
            let segment = decoded[(segmentStart + 1)...]
            let isUp = segment.elementsEqual([ASCII.dot, ASCII.dot])
            guard isUp || segment.elementsEqual([ASCII.dot]) else { continue }
            decoded.removeSubrange(segmentStart...)
            if isUp {
                guard let parent = decoded.lastIndex(of: ASCII.slash) else {
                    throw .malformed("The path leads out of the root.")
                }
                decoded.removeSubrange(parent...)
            }
            // "/a/." and "/a/b/.." name the folder /a/.
            if index == path.count { decoded.append(ASCII.slash) }
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw .malformed("The path is not UTF-8.")
        }
        return text
    }
}
