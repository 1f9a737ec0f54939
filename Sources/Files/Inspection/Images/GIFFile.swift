/// A GIF, rebuilt from its pictures; comments and other programs' data go, but for how often it repeats (GIF89a §§18–26).
enum GIFFile {
    /// A film has some hundreds.
    private static let maxFrames = 5000

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        guard let width = reader.little(6, 2), let height = reader.little(8, 2), let flags = reader[10] else {
            throw .damaged
        }
        var index = 13 + colourTableBytes(flags)
        guard let head = reader.slice(0, index) else { throw .damaged }
        var output = Array(head)
        output.reserveCapacity(reader.count)
        var frames = 0
        while true {
            let start = index
            switch reader[index] {
            case 0x21:
                guard let label = reader[index + 1] else { throw .damaged }
                index = try endOfBlocks(reader, index + 2)
                let repeats =
                    label == 0xFF
                    && (reader.has("NETSCAPE2.0", at: start + 3) || reader.has("ANIMEXTS1.0", at: start + 3))
                if label == 0xF9 || (repeats && index - start <= 19) { output += reader.bytes[start..<index] }
            case 0x2C:
                guard let flags = reader[index + 9], let left = reader.little(index + 1, 2),
                    let top = reader.little(index + 3, 2), let wide = reader.little(index + 5, 2),
                    let high = reader.little(index + 7, 2), left + wide <= max(width, 1), top + high <= max(height, 1)
                else { throw .damaged }
                frames += 1
                guard frames <= maxFrames else { throw .tooMuchInside }
                // The table, and the size of the first code.
                index = try endOfBlocks(reader, index + 10 + colourTableBytes(flags) + 1)
                output += reader.bytes[start..<index]
            case 0x3B:
                guard frames > 0 else { throw .damaged }
                output.append(0x3B)
                return InspectedFile(kind: .gif, content: output, pixels: PixelSize(width: width, height: height))
            case .some, nil:
                throw .damaged
            }
        }
    }

    private static func colourTableBytes(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }

    /// Behind a run of sub-blocks and its terminator.
    private static func endOfBlocks(_ reader: ByteReader, _ start: Int) throws(FileRefusal) -> Int {
        var index = start
        while true {
            guard let length = reader[index] else { throw .damaged }
            index += 1 + Int(length)
            if length == 0 { return index }
        }
    }
}
