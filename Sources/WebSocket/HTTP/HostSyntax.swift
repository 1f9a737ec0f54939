/// The syntax of `uri-host [":" port]` (RFC 9110 §7.2, RFC 3986 §3.2.2).
enum HostSyntax {
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let hostEnd = endOfHost(bytes) else { return false }
        guard hostEnd < bytes.count else { return true }
        guard bytes[hostEnd] == ASCII.colon else { return false }
        // port = *DIGIT: "example.org:" is valid.
        var port = 0
        for byte in bytes[(hostEnd + 1)...] {
            guard ASCII.isDigit(byte) else { return false }
            port = port * 10 + Int(byte &- 0x30)
            guard port <= 65535 else { return false }
        }
        return true
    }

    private static func endOfHost(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard let first = bytes.first else { return nil }  // http needs a host: RFC 9110 §4.2.1
        return first == 0x5B ? endOfAddress(bytes) : endOfName(bytes)
    }

    /// "[" IPv6address "]": the characters are checked, the address is not; nothing is connected to.
    private static func endOfAddress(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 1
        while index < bytes.count, bytes[index] != 0x5D {
            let byte = bytes[index]
            guard ASCII.hexValue(byte) != nil || byte == ASCII.colon || byte == ASCII.dot else { return nil }
            index += 1
        }
        return index > 1 && index < bytes.count ? index + 1 : nil
    }

    /// reg-name: unreserved characters, escapes and sub-delims.
    private static func endOfName(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 0
        while index < bytes.count, bytes[index] != ASCII.colon {
            let byte = bytes[index]
            if byte == ASCII.percent {
                guard index + 2 < bytes.count, ASCII.hexValue(bytes[index + 1]) != nil,
                    ASCII.hexValue(bytes[index + 2]) != nil
                else { return nil }
                index += 3
                continue
            }
            guard isNameCharacter(byte) else { return nil }
            index += 1
        }
        return index > 0 ? index : nil
    }

    private static func isNameCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x2D, 0x2E, 0x5F, 0x7E: true  // - . _ ~
        case 0x21, 0x24, 0x26...0x2C, 0x3B, 0x3D: true  // sub-delims: ! $ & ' ( ) * + , ; =
        default: false
        }
    }
}
