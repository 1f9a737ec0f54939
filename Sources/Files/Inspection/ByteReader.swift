/// Reads numbers and parts of a file. Total: what lies outside reads nil, and no arithmetic overflows, whatever the file
/// says of its own lengths.
struct ByteReader {
    let bytes: [UInt8]

    var count: Int { bytes.count }

    subscript(index: Int) -> UInt8? { index >= 0 && index < bytes.count ? bytes[index] : nil }

    /// The range if it lies within.
    func range(_ start: Int, _ count: Int) -> Range<Int>? {
        guard start >= 0, count >= 0, start <= bytes.count, count <= bytes.count - start else { return nil }
        return start..<(start + count)
    }

    func slice(_ start: Int, _ count: Int) -> ArraySlice<UInt8>? { range(start, count).map { bytes[$0] } }

    /// At most eight bytes, of which the first counts most; for eight, what is above `Int.max` is nil.
    func big(_ start: Int, _ count: Int) -> Int? {
        guard let slice = slice(start, count), count <= 8 else { return nil }
        return Int(exactly: slice.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    func little(_ start: Int, _ count: Int) -> Int? {
        guard let slice = slice(start, count), count <= 8 else { return nil }
        return Int(exactly: slice.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    func has(_ text: StaticString, at start: Int) -> Bool {
        guard let slice = slice(start, text.utf8CodeUnitCount) else { return false }
        return slice.elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Four letters.
    func word(_ start: Int) -> String? {
        slice(start, 4).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Where the text stands last, at or behind `start`.
    func last(_ text: StaticString, from start: Int) -> Int? {
        let length = text.utf8CodeUnitCount
        guard count >= length, length > 0 else { return nil }
        var index = count - length
        while index >= max(0, start) {
            if bytes[index] == text.utf8Start[0], has(text, at: index) { return index }
            index -= 1
        }
        return nil
    }
}

extension UInt16 {
    var bigBytes: [UInt8] { [UInt8(self >> 8), UInt8(truncatingIfNeeded: self)] }
}

extension UInt32 {
    var bigBytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> UInt32(24 - 8 * $0)) } }
    var littleBytes: [UInt8] { bigBytes.reversed() }
}
