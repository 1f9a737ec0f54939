/// A JPEG, rebuilt from the segments that a decoder needs (ITU-T T.81 annex B): all others go, with places, devices, earlier
/// versions and comments in them, and so does what stands behind the end.
enum JPEGFile {
    private static let startOfImage: UInt8 = 0xD8
    private static let endOfImage: UInt8 = 0xD9
    private static let startOfScan: UInt8 = 0xDA

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        var output: [UInt8] = [0xFF, startOfImage]
        output.reserveCapacity(reader.count)
        var pixels: PixelSize?
        var orientation = Orientation.upright
        var kept: [UInt8] = []
        var hasScan = false
        var index = 2
        while true {
            // Any number of fill bytes may stand before a marker (B.1.1.2).
            guard reader[index] == 0xFF else { throw .damaged }
            while reader[index] == 0xFF { index += 1 }
            // A photo whose last bytes did not arrive is shown as far as it goes; before its first scan there is none.
            guard let marker = reader[index] else {
                guard hasScan else { throw .damaged }
                break
            }
            index += 1
            if marker == endOfImage { break }
            guard marker != 0, marker != 0x01, !(0xD0...0xD8).contains(marker) else { throw .damaged }
            guard let length = reader.big(index, 2), length >= 2, let body = reader.slice(index + 2, length - 2) else {
                throw .damaged
            }
            if isFrame(marker) {
                guard let height = reader.big(index + 3, 2), let width = reader.big(index + 5, 2), pixels == nil else {
                    throw .damaged
                }
                pixels = PixelSize(width: width, height: height)
            }
            if marker == 0xE1, let found = exif(body), orientation == .upright { orientation = found }
            if isKept(marker, body) {
                kept += [0xFF, marker] + UInt16(length).bigBytes
                kept += body
            }
            index += length
            guard marker == startOfScan else { continue }
            guard pixels != nil else { throw .damaged }
            hasScan = true
            let end = endOfScan(reader, index)
            kept += reader.bytes[index..<end]
            index = end
            if index == reader.count { break }
        }
        guard let pixels, hasScan else { throw .damaged }
        if orientation != .upright {
            let exif = Array("Exif".utf8) + [0, 0] + orientation.tiff
            output += [0xFF, 0xE1] + UInt16(exif.count + 2).bigBytes + exif
        }
        output += kept
        output += [0xFF, endOfImage]
        return InspectedFile(kind: .jpeg, content: output, pixels: pixels)
    }

    /// All but the tables that share their numbers with them (T.81 table B.1).
    private static func isFrame(_ marker: UInt8) -> Bool {
        (0xC0...0xCF).contains(marker) && ![0xC4, 0xC8, 0xCC].contains(marker)
    }

    private static func isKept(_ marker: UInt8, _ body: ArraySlice<UInt8>) -> Bool {
        switch marker {
        case 0xE2: body.starts(with: Array("ICC_PROFILE".utf8) + [0])
        // How the colours are meant.
        case 0xEE: body.starts(with: Array("Adobe".utf8)) && body.count <= 16
        // Without a thumbnail.
        case 0xE0: body.starts(with: Array("JFIF".utf8) + [0]) && body.count == 14
        case 0xE1, 0xE3...0xED, 0xEF, 0xF0...0xFE: false
        default: true
        }
    }

    private static func exif(_ body: ArraySlice<UInt8>) -> Orientation? {
        guard body.starts(with: Array("Exif".utf8) + [0, 0]) else { return nil }
        return Orientation(tiff: body.dropFirst(6))
    }

    /// Where the next marker stands that does not belong to the scan: neither a stuffed byte nor a restart (B.1.1.5).
    private static func endOfScan(_ reader: ByteReader, _ start: Int) -> Int {
        reader.bytes.withUnsafeBufferPointer { bytes in
            var index = start
            while index < bytes.count {
                guard bytes[index] == 0xFF else {
                    index += 1
                    continue
                }
                guard index + 1 < bytes.count else { return bytes.count }
                let next = bytes[index + 1]
                if next == 0xFF {
                    index += 1
                } else if next == 0 || (0xD0...0xD7).contains(next) {
                    index += 2
                } else {
                    return index
                }
            }
            return bytes.count
        }
    }
}
