/// A way to cut a stream into pieces, chosen by one byte: 0 into single bytes, 1…15 into pieces of one length, and the
/// rest by lot, with an empty piece now and then. A long stream ends in one long piece, lest cutting take all the time.
package struct Pieces {
    private static let maxCount = 1000

    private let seed: UInt8

    package init(_ seed: UInt8) { self.seed = seed }

    package func ranges(of count: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        var start = 0
        while start < count {
            let size: Int
            if seed < 16 {
                size = Int(seed) + 1
            } else {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                size = Int(truncatingIfNeeded: (state >> 32) % UInt64(1 << (seed & 7 | 2)))
            }
            let end = ranges.count < Self.maxCount ? min(count, start + size) : count
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }

    /// Each piece lies in memory of its own, of exactly its size and for the length of the call: whoever looks
    /// beyond its end, or back at it later, is caught by the address sanitizer.
    package func forEach(of bytes: [UInt8], _ body: (UnsafeMutableRawBufferPointer) -> Bool) {
        for range in ranges(of: bytes.count) {
            guard withCopy(of: bytes[range], body) else { return }
        }
    }
}

/// Runs `body` on a copy of the bytes in memory of exactly their size.
package func withCopy<Result>(
    of bytes: ArraySlice<UInt8>, _ body: (UnsafeMutableRawBufferPointer) -> Result
) -> Result {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: bytes)
    return body(copy)
}
