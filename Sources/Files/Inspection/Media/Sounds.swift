/// A WAVE file up to its own end.
enum WaveFile {
    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        guard let length = reader.little(4, 4), length >= 4, length <= reader.count - 8 else { throw .damaged }
        let end = 8 + length
        var names: Set<String> = []
        var index = 12
        while index + 8 <= end {
            guard let name = reader.word(index), let size = reader.little(index + 4, 4), size <= end - index - 8 else {
                throw .damaged
            }
            names.insert(name)
            index += 8 + size + size % 2
        }
        guard names.isSuperset(of: ["fmt ", "data"]) else { throw .damaged }
        return InspectedFile(kind: .wav, content: Array(reader.bytes[..<end]), pixels: nil)
    }
}

/// MP3, by its frames (ISO/IEC 11172-3 §2.4.1.3), behind a tag of ID3v2 if there is one.
enum MP3File {
    private static let bitRates: [[Int]] = [
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]
    private static let sampleRates = [44_100, 48_000, 32_000]
    /// So many in a row are no chance.
    private static let framesLookedAt = 4

    /// Nil where it is none.
    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile? {
        var index = 0
        if reader.has("ID3", at: 0) {
            guard let size = reader.slice(6, 4), size.allSatisfy({ $0 < 0x80 }) else { throw .damaged }
            index = 10 + size.reduce(0) { $0 << 7 | Int($1) }
        } else if reader[0] != 0xFF {
            return nil
        }
        let start = index
        for _ in 0..<framesLookedAt {
            if index == reader.count, index > start { break }
            guard let length = frame(reader, index) else {
                if start == 0 { return nil }
                throw .damaged
            }
            index += length
        }
        return InspectedFile(kind: .mp3, content: reader.bytes, pixels: nil)
    }

    /// The bytes of a frame of layer III.
    private static func frame(_ reader: ByteReader, _ start: Int) -> Int? {
        guard let head = reader.big(start, 4), head >> 21 == 0x7FF, head >> 17 & 3 == 1 else { return nil }
        let version = head >> 19 & 3
        let rate = head >> 10 & 3
        let bits = head >> 12 & 15
        guard version != 1, rate != 3, bits != 0, bits != 15 else { return nil }
        let isFirst = version == 3
        let sampleRate = sampleRates[rate] >> (isFirst ? 0 : version == 2 ? 1 : 2)
        let bitRate = bitRates[isFirst ? 0 : 1][bits] * 1000
        return (isFirst ? 144 : 72) * bitRate / sampleRate + (head >> 9 & 1)
    }
}

/// DICOM (PS3.10 §7.1). Its first 128 bytes belong to nobody, and so to programs that hide there: they are emptied.
enum DICOMFile {
    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        // The group of the file's own description comes first, with explicit types.
        guard reader.little(132, 2) == 2, let content = reader.slice(128, reader.count - 128), content.count > 16 else {
            throw .damaged
        }
        return InspectedFile(kind: .dicom, content: [UInt8](repeating: 0, count: 128) + content, pixels: nil)
    }
}
