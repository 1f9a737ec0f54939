/// Base64 (RFC 4648 §4), as far as the handshake needs it.
enum Base64 {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

    /// Passes the text of `count` bytes on, character by character, so that the caller decides where it goes.
    @inline(__always)
    static func encode(count: Int, byteAt: (Int) -> UInt8, _ emit: (UInt8) -> Void) {
        let letters = alphabet.utf8Start
        var index = 0
        while index < count {
            let left = count - index
            var group = UInt32(byteAt(index)) << 16
            if left > 1 { group |= UInt32(byteAt(index + 1)) << 8 }
            if left > 2 { group |= UInt32(byteAt(index + 2)) }
            emit(letters[Int(group >> 18)])
            emit(letters[Int(group >> 12 & 63)])
            emit(left > 1 ? letters[Int(group >> 6 & 63)] : ASCII.equals)
            emit(left > 2 ? letters[Int(group & 63)] : ASCII.equals)
            index += 3
        }
    }

    static func text(of bytes: [UInt8]) -> String {
        var characters: [UInt8] = []
        characters.reserveCapacity((bytes.count + 2) / 3 * 4)
        encode(count: bytes.count, byteAt: { bytes[$0] }) { characters.append($0) }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Whether this is the canonical text of 16 bytes: 22 letters, the last of which has four unused bits that are
    /// zero (RFC 4648 §3.5), and two signs of padding.
    static func isTextOf16Bytes(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count == 24, text[22] == ASCII.equals, text[23] == ASCII.equals else { return false }
        for index in 0..<22 where value(text[index]) == nil { return false }
        return (value(text[21]) ?? 1) & 15 == 0
    }

    private static func value(_ letter: UInt8) -> UInt8? {
        switch letter {
        case 0x41...0x5A: letter &- 0x41
        case 0x61...0x7A: letter &- 0x61 &+ 26
        case 0x30...0x39: letter &- 0x30 &+ 52
        case ASCII.plus: 62
        case ASCII.slash: 63
        default: nil
        }
    }
}
