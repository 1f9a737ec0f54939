/// A WebP (RFC 9649), rebuilt from its pictures and colours. EXIF and XMP go; the orientation stays.
enum WebPFile {
    private static let kept: Set<String> = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF", "ICCP"]
    private static let hasExif: UInt8 = 0x08
    private static let hasXMP: UInt8 = 0x04

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        guard let length = reader.little(4, 4), length >= 4, length <= reader.count - 8 else { throw .damaged }
        let end = 8 + length
        var chunks: [UInt8] = []
        chunks.reserveCapacity(reader.count)
        var pixels: PixelSize?
        var canvas: Int?
        var orientation = Orientation.upright
        var hasPicture = false
        var index = 12
        while index < end {
            guard index + 8 <= end, let name = reader.word(index), let size = reader.little(index + 4, 4),
                size <= end - index - 8, let body = reader.slice(index + 8, size)
            else { throw .damaged }
            // A padding byte that was left out at the very end is forgiven.
            let next = min(end, index + 8 + size + size % 2)
            if let found = try Self.pixels(name, reader, index + 8) { pixels = pixels ?? found }
            if ["VP8 ", "VP8L", "ANMF"].contains(name) { hasPicture = true }
            if name == "VP8X" {
                guard canvas == nil, chunks.isEmpty else { throw .damaged }
                canvas = chunks.count + 8
            }
            if name == "EXIF" {
                orientation = Orientation(
                    tiff: body.starts(with: Array("Exif".utf8) + [0, 0]) ? body.dropFirst(6) : body)
            }
            if kept.contains(name) {
                chunks += reader.bytes[index..<next]
                if next - index < 8 + size + size % 2 { chunks.append(0) }
            }
            index = next
        }
        guard let pixels, hasPicture else { throw .damaged }
        if let canvas, canvas < chunks.count {
            chunks[canvas] &= ~(hasExif | hasXMP)
            if orientation != .upright {
                chunks[canvas] |= hasExif
                let tiff = orientation.tiff
                chunks += Array("EXIF".utf8) + UInt32(tiff.count).littleBytes + tiff
            }
        }
        let output = Array("RIFF".utf8) + UInt32(chunks.count + 4).littleBytes + Array("WEBP".utf8) + chunks
        return InspectedFile(kind: .webp, content: output, pixels: pixels)
    }

    private static func pixels(_ name: String, _ reader: ByteReader, _ start: Int) throws(FileRefusal) -> PixelSize? {
        switch name {
        case "VP8X":
            guard let width = reader.little(start + 4, 3), let height = reader.little(start + 7, 3) else {
                throw .damaged
            }
            return PixelSize(width: width + 1, height: height + 1)
        case "VP8 ":
            // RFC 6386 §9.1: three bytes of tag, the start code, then 14 bits each.
            guard reader.slice(start + 3, 3) == [0x9D, 0x01, 0x2A], let width = reader.little(start + 6, 2),
                let height = reader.little(start + 8, 2)
            else { throw .damaged }
            return PixelSize(width: width & 0x3FFF, height: height & 0x3FFF)
        case "VP8L":
            guard reader[start] == 0x2F, let bits = reader.little(start + 1, 4) else { throw .damaged }
            return PixelSize(width: (bits & 0x3FFF) + 1, height: (bits >> 14 & 0x3FFF) + 1)
        default: return nil
        }
    }
}
