/// SHA-1 (FIPS 180-4 §6.1.2), for the handshake's checksum alone (RFC 6455 §1.3): it shows that the peer has read the
/// request, and protects nothing.
enum SHA1 {
    struct Digest: Sendable, Equatable {
        var words: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
            0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0
        )

        static func == (one: Digest, other: Digest) -> Bool { one.words == other.words }

        subscript(byte index: Int) -> UInt8 {
            let word =
                switch index / 4 {
                case 0: words.0
                case 1: words.1
                case 2: words.2
                case 3: words.3
                default: words.4
                }
            return UInt8(truncatingIfNeeded: word &>> UInt32(24 - index % 4 * 8))
        }
    }

    static func digest(of bytes: UnsafeRawBufferPointer) -> Digest {
        var digest = Digest()
        var offset = 0
        while bytes.count - offset >= 64 {
            mix(&digest, UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 64]))
            offset += 64
        }
        // The rest is followed by one bit, zeros, and the length in bits in the last eight bytes of a block (§5.1.1).
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        let paddedCount = rest.count < 56 ? 64 : 128
        withUnsafeTemporaryAllocation(byteCount: paddedCount, alignment: 16) { padded in
            padded.initializeMemory(as: UInt8.self, repeating: 0)
            padded.copyMemory(from: rest)
            padded[rest.count] = 0x80
            let bitCount = UInt64(truncatingIfNeeded: bytes.count) &* 8
            padded.storeBytes(of: bitCount.bigEndian, toByteOffset: paddedCount - 8, as: UInt64.self)
            for start in stride(from: 0, to: paddedCount, by: 64) {
                mix(&digest, UnsafeRawBufferPointer(rebasing: padded[start..<start + 64]))
            }
        }
        return digest
    }

    private static func mix(_ digest: inout Digest, _ block: UnsafeRawBufferPointer) {
        var state = Rounds(digest, block)
        // §4.1.1, §4.2.1: a function and a constant for each quarter.
        for round in 0..<16 { state.turn(round, 0x5A82_7999) { b, c, d in d ^ (b & (c ^ d)) } }
        for round in 16..<20 { state.expandAndTurn(round, 0x5A82_7999) { b, c, d in d ^ (b & (c ^ d)) } }
        for round in 20..<40 { state.expandAndTurn(round, 0x6ED9_EBA1) { b, c, d in b ^ c ^ d } }
        for round in 40..<60 { state.expandAndTurn(round, 0x8F1B_BCDC) { b, c, d in (b & c) | (d & (b | c)) } }
        for round in 60..<80 { state.expandAndTurn(round, 0xCA62_C1D6) { b, c, d in b ^ c ^ d } }
        let (old, new) = (digest.words, state.words)
        digest.words = (
            old.0 &+ new.0, old.1 &+ new.1, old.2 &+ new.2, old.3 &+ new.3, old.4 &+ new.4
        )
    }

    private struct Rounds {
        var words: (UInt32, UInt32, UInt32, UInt32, UInt32)
        /// The message schedule looks back 16 words: a ring of 16 holds it.
        private var schedule: InlineArray<16, UInt32>

        @inline(__always)
        init(_ digest: Digest, _ block: UnsafeRawBufferPointer) {
            words = digest.words
            schedule = InlineArray { block.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self).bigEndian }
        }

        @inline(__always)
        mutating func expandAndTurn(
            _ round: Int, _ constant: UInt32, _ mixed: (UInt32, UInt32, UInt32) -> UInt32
        ) {
            let word =
                schedule[(round - 3) & 15] ^ schedule[(round - 8) & 15] ^ schedule[(round - 14) & 15]
                ^ schedule[round & 15]
            schedule[round & 15] = rotated(word, by: 1)
            turn(round, constant, mixed)
        }

        @inline(__always)
        mutating func turn(_ round: Int, _ constant: UInt32, _ mixed: (UInt32, UInt32, UInt32) -> UInt32) {
            let (a, b, c, d, e) = words
            let next = rotated(a, by: 5) &+ mixed(b, c, d) &+ e &+ constant &+ schedule[round & 15]
            words = (next, a, rotated(b, by: 30), c, d)
        }

        @inline(__always)
        private func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
            word &<< count | word &>> (32 &- count)
        }
    }
}
