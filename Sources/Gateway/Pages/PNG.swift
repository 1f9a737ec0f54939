import CZlib

/// A picture of black and white dots as PNG (ISO/IEC 15948): one bit a dot, a twentieth of the bytes that a general encoder
/// would write, and nothing more to link.
enum PNG {
    /// Square. `isDark` is asked row by row.
    static func encode(side: Int, isDark: (_ row: Int, _ column: Int) -> Bool) -> [UInt8] {
        var rows: [UInt8] = []
        rows.reserveCapacity(side * (side / 8 + 2))
        for row in 0..<side {
            rows.append(0)  // no filter (§9.2)
            var byte: UInt8 = 0
            for column in 0..<side {
                // Of grayscale with one bit, 0 is black.
                byte = byte << 1 | (isDark(row, column) ? 0 : 1)
                if column % 8 == 7 { rows.append(byte) }
            }
            if side % 8 != 0 { rows.append(byte << (8 - side % 8)) }
        }
        var png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        // §11.2.2: width, height, 1 bit, grayscale, deflate, the usual filters, not interlaced.
        png += chunk("IHDR", bytes(UInt32(side)) + bytes(UInt32(side)) + [1, 0, 0, 0, 0])
        png += chunk("IDAT", deflated(rows))
        png += chunk("IEND", [])
        return png
    }

    private static func chunk(_ name: StaticString, _ data: [UInt8]) -> [UInt8] {
        let named = name.withUTF8Buffer { Array($0) } + data
        let sum = crc32(0, named, UInt32(named.count))
        return bytes(UInt32(data.count)) + named + bytes(UInt32(truncatingIfNeeded: sum))
    }

    private static func deflated(_ data: [UInt8]) -> [UInt8] {
        var size = compressBound(UInt(data.count))
        var packed = [UInt8](repeating: 0, count: Int(size))
        let result = compress2(&packed, &size, data, UInt(data.count), Z_BEST_COMPRESSION)
        // There is room for the worst case, and the data are ours.
        precondition(result == Z_OK, "deflate: \(result)")
        packed.removeLast(packed.count - Int(size))
        return packed
    }

    private static func bytes(_ number: UInt32) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}
