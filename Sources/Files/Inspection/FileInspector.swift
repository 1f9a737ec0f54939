/// What a file was found to be, and what of it is kept.
package struct InspectedFile: Sendable {
    package let kind: FileKind
    /// Without what was taken out of it: places and devices in photos, and whatever stood behind the file's own end.
    package let content: [UInt8]
    /// Of pictures.
    package let pixels: PixelSize?
}

package struct PixelSize: Hashable, Sendable {
    package let width: Int
    package let height: Int
}

/// Looks at a whole file: its type by its content, its structure, and what has to be taken out of it. Total, because whoever
/// may write to us may send any bytes: nothing here traps, and time and memory are bounded by the file's length.
package enum FileInspector {
    /// Phones take up to 108 million; a picture of that many is unpacked into 480 MB by whoever looks at it.
    package static let maxPixels = 120_000_000
    /// Longer sides are refused by browsers' decoders.
    package static let maxSide = 32_768

    /// Takes at most as many bytes as a file may have. `declared` is the sender's media type.
    package static func inspect(_ content: [UInt8], declared: String?) throws(FileRefusal) -> InspectedFile {
        guard !content.isEmpty else { throw .empty }
        let reader = ByteReader(bytes: content)
        let found = try look(reader, declared)
        guard found.kind.agrees(withDeclared: declared) else {
            // A type of which we take none is said to be so, whatever the content.
            throw isKnown(declared) ? .otherType : .notAllowed
        }
        if let pixels = found.pixels {
            guard pixels.width > 0, pixels.height > 0 else { throw .damaged }
            guard pixels.width <= maxSide, pixels.height <= maxSide, pixels.width * pixels.height <= maxPixels else {
                throw .tooManyPixels
            }
        }
        try Polyglots.check(found)
        return found
    }

    private static func isKnown(_ declared: String?) -> Bool {
        FileKind.allCases.contains { $0.agrees(withDeclared: declared) }
    }

    private static func look(_ reader: ByteReader, _ declared: String?) throws(FileRefusal) -> InspectedFile {
        if reader.slice(0, 4) == [0x89, 0x50, 0x4E, 0x47] { return try PNGFile.inspect(reader) }
        if reader.slice(0, 3) == [0xFF, 0xD8, 0xFF] { return try JPEGFile.inspect(reader) }
        if reader.has("GIF87a", at: 0) || reader.has("GIF89a", at: 0) { return try GIFFile.inspect(reader) }
        if reader.has("RIFF", at: 0) {
            if reader.has("WEBP", at: 8) { return try WebPFile.inspect(reader) }
            if reader.has("WAVE", at: 8) { return try WaveFile.inspect(reader) }
            throw .notAllowed
        }
        if reader.has("ftyp", at: 4) { return try BoxFile.inspect(reader) }
        if reader.has("%PDF-", at: 0) { return try PDFFile.inspect(reader) }
        if reader.slice(0, 4) == [0x50, 0x4B, 0x03, 0x04] { return try OfficeFile.inspect(reader) }
        if reader.has("DICM", at: 128) { return try DICOMFile.inspect(reader) }
        if let sound = try MP3File.inspect(reader) { return sound }
        return try TextFile.inspect(reader, declared)
    }
}

/// A file that is two things at once: what one reader takes for a picture, another one runs. What stands behind a format's own
/// end is cut off where the format is read; an archive is read from its end, and so is looked for there.
enum Polyglots {
    /// An archive's last record is found within so many bytes of the end (APPNOTE 4.3.16: a comment of 64 KiB).
    static let searchedBytes = 65_557

    static func check(_ file: InspectedFile) throws(FileRefusal) {
        switch file.kind {
        case .docx, .xlsx, .pptx, .odt, .ods: return
        case .jpeg, .png, .gif, .webp, .heic, .pdf, .txt, .csv, .mp3, .m4a, .wav, .mp4, .dicom: break
        }
        let reader = ByteReader(bytes: file.content)
        var index = max(0, reader.count - searchedBytes)
        while index <= reader.count - 22 {
            if reader.bytes[index] == 0x50, reader.slice(index, 4) == [0x50, 0x4B, 0x05, 0x06] {
                throw .severalFormats
            }
            index += 1
        }
    }
}
