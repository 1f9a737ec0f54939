/// The proof that a server has read a handshake: Base64 of SHA-1 of the client's key and a fixed identifier
/// (RFC 6455 §4.2.2 item 5.4). Kept as a digest, which needs no memory of its own.
struct AcceptKey: Sendable, Equatable {
    private let digest: SHA1.Digest

    /// `key` is the value of Sec-WebSocket-Key as it was sent: 24 characters.
    init(key: UnsafeRawBufferPointer) {
        let guid: StaticString = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        let count = key.count + guid.utf8CodeUnitCount
        digest = withUnsafeTemporaryAllocation(byteCount: count, alignment: 16) { joined in
            joined.copyMemory(from: key)
            UnsafeMutableRawBufferPointer(rebasing: joined[key.count...]).copyMemory(
                from: UnsafeRawBufferPointer(start: guid.utf8Start, count: guid.utf8CodeUnitCount))
            return SHA1.digest(of: UnsafeRawBufferPointer(joined))
        }
    }

    func write(into buffer: inout ByteBuffer) {
        withCharacters { buffer.append($0) }
    }

    /// Whether a response carries exactly this proof.
    func matches(_ value: UnsafeRawBufferPointer) -> Bool {
        withCharacters { $0.elementsEqual(value) }
    }

    private func withCharacters<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(byteCount: 28, alignment: 16) { text in
            var index = 0
            Base64.encode(count: 20, byteAt: { digest[byte: $0] }) { character in
                text[index] = character
                index += 1
            }
            return body(UnsafeRawBufferPointer(text))
        }
    }
}
