import CZlib

/// An archive, read strictly (APPNOTE 6.3.10): it begins with its first entry and ends with its directory, entries lie one
/// behind the other, and each is unpacked to see that it is as long as it says. So no entry hides before, behind or within
/// others, and no two readers see different files.
struct ZIPArchive {
    struct Entry {
        let name: String
        let method: Int
        let packed: Range<Int>
        let bytes: Int
    }

    /// A large presentation has a thousand.
    static let maxEntries = 5000
    /// What is unpacked of a whole document, here and by whoever opens it.
    static let maxUnpackedBytes = 256 << 20

    let entries: [Entry]
    private let reader: ByteReader

    init(_ reader: ByteReader) throws(FileRefusal) {
        self.reader = reader
        guard let end = reader.last("PK\u{5}\u{6}", from: reader.count - 65_557),
            let comment = reader.little(end + 20, 2), end + 22 + comment == reader.count, comment == 0,
            let count = reader.little(end + 10, 2), let size = reader.little(end + 12, 4),
            let start = reader.little(end + 16, 4), start + size == end, reader.little(end + 4, 4) == 0
        else { throw .damaged }
        guard count > 0, count <= Self.maxEntries else { throw .tooMuchInside }
        var entries: [Entry] = []
        var place = start
        // Where the entry before ends: the next one begins there.
        var expected = 0
        var total = 0
        for _ in 0..<count {
            guard place + 46 <= end, reader.slice(place, 4) == [0x50, 0x4B, 0x01, 0x02],
                let flags = reader.little(place + 8, 2), let method = reader.little(place + 10, 2),
                let packed = reader.little(place + 20, 4), let bytes = reader.little(place + 24, 4),
                let nameBytes = reader.little(place + 28, 2), let extra = reader.little(place + 30, 2),
                let note = reader.little(place + 32, 2), let offset = reader.little(place + 42, 4),
                let name = reader.slice(place + 46, nameBytes)
            else { throw .damaged }
            guard flags & 0x2041 == 0 else { throw .encrypted }
            guard method == 0 || method == 8 else { throw .notAllowed }
            // Within the limit of a file, so that 64-bit sizes are not needed.
            guard packed != 0xFFFF_FFFF, bytes != 0xFFFF_FFFF, offset == expected else { throw .damaged }
            total += bytes
            guard total <= Self.maxUnpackedBytes else { throw .tooMuchInside }
            guard reader.slice(offset, 4) == [0x50, 0x4B, 0x03, 0x04], reader.little(offset + 8, 2) == method,
                let localName = reader.little(offset + 26, 2), let localExtra = reader.little(offset + 28, 2),
                let repeated = reader.slice(offset + 30, localName), repeated.elementsEqual(name)
            else { throw .damaged }
            let data = offset + 30 + localName + localExtra
            guard data + packed <= start else { throw .damaged }
            entries.append(
                Entry(name: try Self.checked(name), method: method, packed: data..<(data + packed), bytes: bytes))
            expected = data + packed
            if flags & 8 != 0 { expected += Self.descriptorBytes(reader, expected, packed) }
            place += 46 + nameBytes + extra + note
        }
        guard expected == start, place == end, Set(entries.map { $0.name.lowercased() }).count == entries.count else {
            throw .damaged
        }
        self.entries = entries
        for entry in entries { try check(entry) }
    }

    /// The sum and the sizes may follow the content, with or without a mark before them (§4.3.9).
    private static func descriptorBytes(_ reader: ByteReader, _ start: Int, _ packed: Int) -> Int {
        reader.slice(start, 4) == [0x50, 0x4B, 0x07, 0x08] ? 16 : 12
    }

    /// A name that stays below the folder it is unpacked into.
    private static func checked(_ bytes: ArraySlice<UInt8>) throws(FileRefusal) -> String {
        let name = String(decoding: bytes, as: UTF8.self)
        let isBad =
            name.isEmpty || name.hasPrefix("/") || name.contains("\\") || name.contains("\0") || name.contains(":")
            || name.split(separator: "/", omittingEmptySubsequences: false).contains("..")
        guard !isBad else { throw .damaged }
        return name
    }

    /// An entry's content, of at most `limit` bytes.
    func content(of entry: Entry, upTo limit: Int) throws(FileRefusal) -> [UInt8] {
        guard entry.bytes <= limit else { throw .tooMuchInside }
        var content: [UInt8] = []
        try unpack(entry) { content += $0 }
        return content
    }

    private func check(_ entry: Entry) throws(FileRefusal) { try unpack(entry) { _ in } }

    /// Ends as soon as more comes out than the entry says.
    private func unpack(_ entry: Entry, _ body: (UnsafeBufferPointer<UInt8>) -> Void) throws(FileRefusal) {
        let bytes = reader.bytes[entry.packed]
        if entry.method == 0 {
            guard entry.bytes == entry.packed.count else { throw .damaged }
            return bytes.withUnsafeBufferPointer(body)
        }
        var stream = z_stream()
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw .damaged
        }
        defer { inflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: 64 << 10)
        var total = 0
        let isGood = bytes.withUnsafeBufferPointer { input in
            stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.avail_in = UInt32(input.count)
            while true {
                let (status, count) = output.withUnsafeMutableBufferPointer { output in
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    let status = inflate(&stream, Z_NO_FLUSH)
                    return (status, output.count - Int(stream.avail_out))
                }
                total += count
                guard total <= entry.bytes else { return false }
                output.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
                if status == Z_STREAM_END { return total == entry.bytes && stream.avail_in == 0 }
                guard status == Z_OK, count > 0 || stream.avail_in > 0 else { return false }
            }
        }
        guard isGood else { throw .damaged }
    }
}
