import CZlib

/// A PNG (also an animated one), rebuilt from the chunks that say how it looks. Texts, times and EXIF go; of the latter its
/// orientation stays.
enum PNGFile {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let kept: Set<String> = [
        "IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs", "acTL", "fcTL",
        "fdAT", "cICP",
    ]
    /// A profile is packed: a larger one is no profile.
    private static let maxProfileBytes = 1 << 20

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        guard reader.slice(0, 8).map(Array.init) == signature else { throw .damaged }
        var output = signature
        output.reserveCapacity(reader.count)
        var pixels: PixelSize?
        var hasData = false
        var index = 8
        while true {
            guard let length = reader.big(index, 4), let name = reader.word(index + 4),
                let body = reader.slice(index + 8, length), let sum = reader.big(index + 8 + length, 4),
                let checked = reader.slice(index + 4, length + 4), sum == checksum(checked)
            else { throw .damaged }
            index += 12 + length
            if pixels == nil {
                guard name == "IHDR", length == 13, let width = reader.big(16, 4), let height = reader.big(20, 4) else {
                    throw .damaged
                }
                pixels = PixelSize(width: width, height: height)
            } else if name == "IHDR" {
                throw .damaged
            }
            if name == "IDAT" { hasData = true }
            if name == "eXIf" {
                let orientation = Orientation(tiff: body)
                if orientation != .upright { output += chunk("eXIf", orientation.tiff) }
            } else if kept.contains(name), name != "iCCP" || length <= maxProfileBytes {
                output += reader.bytes[(index - 12 - length)..<index]
            } else if isCritical(name) {
                throw .damaged
            }
            if name == "IEND" { break }
        }
        guard let pixels, hasData else { throw .damaged }
        return InspectedFile(kind: .png, content: output, pixels: pixels)
    }

    /// The first letter's case says it (PNG §5.4).
    private static func isCritical(_ name: String) -> Bool { name.utf8.first.map { $0 & 0x20 == 0 } ?? true }

    private static func chunk(_ name: StaticString, _ body: [UInt8]) -> [UInt8] {
        let checked = Array(name.description.utf8) + body
        return UInt32(body.count).bigBytes + checked + UInt32(checksum(checked[...])).bigBytes
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.withUnsafeBufferPointer { Int(crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}
