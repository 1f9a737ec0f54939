import Testing

@testable import WebSocket

@Suite("The handshake's checksum")
struct SHA1Tests {
    @Test(
        "is SHA-1 (FIPS 180-4 and its examples)",
        arguments: [
            ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
            ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrst"
                    + "nopqrstu", "a49b2446a02c645bf419f995b67091253a04a259"
            ),
            (String(repeating: "a", count: 1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"),
        ])
    func vectors(text: String, expected: String) {
        #expect(hex(Array(text.utf8)) == expected)
    }

    @Test(
        "pads at each length around a block's end",
        arguments: [
            (55, "c1c8bbdc22796e28c0e15163d20899b65621d65a"), (56, "c2db330f6083854c99d4b5bfb6e8f29f201be699"),
            (63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5"), (64, "0098ba824b5c16427bd7a1122a5a442a25ec644d"),
            (65, "11655326c708d70319be2610e8a57d9a5b959d3b"),
        ])
    func padding(count: Int, expected: String) {
        #expect(hex([UInt8](repeating: 0x61, count: count)) == expected)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        let digest = bytes.withUnsafeBytes { SHA1.digest(of: $0) }
        return (0..<20).map { index in
            let byte = digest[byte: index]
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }
}

@Suite("Base64")
struct Base64Tests {
    @Test(
        "encodes (RFC 4648 §10)",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ])
    func encodes(text: String, expected: String) {
        #expect(Base64.text(of: Array(text.utf8)) == expected)
    }

    @Test(
        "knows the text of 16 bytes",
        arguments: [
            ("dGhlIHNhbXBsZSBub25jZQ==", true), ("AAAAAAAAAAAAAAAAAAAAAA==", true), ("/+/+/+/+/+/+/+/+/+/+/w==", true),
            ("dGhlIHNhbXBsZSBub25jZR==", false), ("dGhlIHNhbXBsZSBub25jZQ=", false),
            ("dGhlIHNhbXBsZSBub25jZQAA", false),
            ("dGhlIHNhbXBsZSBub25jZQ===", false), ("dGhlIHNhbXBsZSBub25jZ-==", false), ("", false),
            ("dGhlIHNhbXBsZSBub25j====", false), ("dGhlIHNhbXB sZSBub25jZQ=", false),
        ])
    func keys(text: String, expected: Bool) {
        #expect(Array(text.utf8).withUnsafeBytes { Base64.isTextOf16Bytes($0) } == expected)
    }
}
