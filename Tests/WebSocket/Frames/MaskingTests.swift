import Testing

@testable import WebSocket

@Suite("Masking")
struct MaskingTests {
    private let key: [UInt8] = [0x12, 0x48, 0x81, 0xF7]
    private let keyInMemory: Masking.Key = 0xF781_4812

    @Test("is an exclusive or with the key's bytes in turn (§5.3), at any size, offset and address")
    func matchesTheDefinition() {
        var wrong: [String] = []
        let source = (0..<90).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
        for size in 0...64 {
            for offset in 0...7 {
                for start in 0...8 {
                    var expected = source
                    for index in 0..<size { expected[start + index] ^= key[(offset + index) % 4] }
                    var masked = source
                    masked.withUnsafeMutableBytes {
                        Masking.apply(
                            keyInMemory, to: UnsafeMutableRawBufferPointer(rebasing: $0[start..<start + size]),
                            offset: offset)
                    }
                    if masked != expected { wrong.append("\(size) bytes from \(start), offset \(offset)") }
                }
            }
        }
        #expect(wrong.prefix(10) == [])
    }

    @Test("undoes itself, and may be done in pieces")
    func pieces() {
        let source = Array("The same payload, cut in two at any place.".utf8)
        var whole = source
        whole.withUnsafeMutableBytes { Masking.apply(keyInMemory, to: $0) }
        for cut in 0...source.count {
            var pieced = source
            pieced.withUnsafeMutableBytes {
                Masking.apply(keyInMemory, to: UnsafeMutableRawBufferPointer(rebasing: $0[..<cut]))
                Masking.apply(keyInMemory, to: UnsafeMutableRawBufferPointer(rebasing: $0[cut...]), offset: cut)
            }
            #expect(pieced == whole)
        }
        whole.withUnsafeMutableBytes { Masking.apply(keyInMemory, to: $0) }
        #expect(whole == source)
    }

    @Test("takes any offset, and nothing at all")
    func extremes() {
        Masking.apply(keyInMemory, to: UnsafeMutableRawBufferPointer(start: nil, count: 0), offset: 3)
        for offset in [Int.max, Int.max - 1, Int.max - 2, Int.max - 3] {
            var bytes: [UInt8] = [0, 0, 0, 0, 0]
            bytes.withUnsafeMutableBytes { Masking.apply(keyInMemory, to: $0, offset: offset) }
            #expect(bytes == (0..<5).map { key[(offset % 4 + $0) % 4] })
        }
    }
}
