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
            let block = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + 64])
            mix(&digest) { block.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self).bigEndian }
            offset += 64
        }
        // The rest is followed by one bit, zeros, and the length in bits in the last eight bytes of a block (§5.1.1).
        let rest = UnsafeRawBufferPointer(rebasing: bytes[offset...])
        let bitCount = UInt64(bytes.count) &* 8
        let paddedCount = rest.count < 56 ? 64 : 128
        for start in stride(from: 0, to: paddedCount, by: 64) {
            mix(&digest) { wordIndex in
                var word: UInt32 = 0
                for index in (start + wordIndex * 4)..<(start + wordIndex * 4 + 4) {
                    word = word &<< 8 | UInt32(padded(rest, index, paddedCount, bitCount))
                }
                return word
            }
        }
        return digest
    }

    private static func padded(
        _ rest: UnsafeRawBufferPointer, _ index: Int, _ count: Int, _ bitCount: UInt64
    ) -> UInt8 {
        if index < rest.count { return rest[index] }
        if index == rest.count { return 0x80 }
        if index < count - 8 { return 0 }
        return UInt8(truncatingIfNeeded: bitCount &>> UInt64((count - 1 - index) * 8))
    }

    @inline(__always)
    private static func mix(_ digest: inout Digest, _ wordAt: (Int) -> UInt32) {
        // The message schedule looks back 16 words: a ring of 16 holds it.
        var schedule = InlineArray<16, UInt32> { wordAt($0) }
        var (a, b, c, d, e) = digest.words
        for round in 0..<80 {
            if round >= 16 {
                let word =
                    schedule[(round - 3) & 15] ^ schedule[(round - 8) & 15] ^ schedule[(round - 14) & 15]
                    ^ schedule[round & 15]
                schedule[round & 15] = rotated(word, by: 1)
            }
            let (choice, constant): (UInt32, UInt32) =
                switch round / 20 {
                case 0: ((b & c) | (~b & d), 0x5A82_7999)
                case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                case 2: ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC)
                default: (b ^ c ^ d, 0xCA62_C1D6)
                }
            let next = rotated(a, by: 5) &+ choice &+ e &+ constant &+ schedule[round & 15]
            (e, d, c, b, a) = (d, c, rotated(b, by: 30), a, next)
        }
        let old = digest.words
        digest.words = (old.0 &+ a, old.1 &+ b, old.2 &+ c, old.3 &+ d, old.4 &+ e)
    }

    @inline(__always)
    private static func rotated(_ word: UInt32, by count: UInt32) -> UInt32 {
        word &<< count | word &>> (32 &- count)
    }
}
