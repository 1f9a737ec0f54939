/// Files of boxes (ISO/IEC 14496-12): HEIC photos, MP4 films, M4A sound. What says where and with what they were taken is
/// overwritten where it stands, because other boxes name places in the file by their distance.
enum BoxFile {
    struct Box {
        let name: String
        /// With its head.
        let range: Range<Int>
        let body: Range<Int>
    }

    private static let pictures: Set<String> = ["heic", "heix", "heim", "heis", "mif1"]
    private static let sounds: Set<String> = ["M4A ", "M4B "]
    private static let films: Set<String> = [
        "isom", "iso2", "iso3", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash",
    ]
    /// A file has some dozens beside each other; a fragmented film has thousands.
    private static let maxBoxes = 100_000

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        let boxes = try boxes(reader, 0..<reader.count, cutsRest: true)
        guard let first = boxes.first, first.name == "ftyp", first.body.count >= 8, let major = reader.word(8) else {
            throw .damaged
        }
        let kind: FileKind
        if pictures.contains(major) {
            kind = .heic
        } else if sounds.contains(major) {
            kind = .m4a
        } else if films.contains(major) {
            kind = .mp4
        } else {
            throw .notAllowed
        }
        var content = Array(reader.bytes[..<(boxes.last?.range.upperBound ?? 0)])
        switch kind {
        case .heic:
            let pixels = try HEIFItems(reader, boxes).clean(&content)
            return InspectedFile(kind: kind, content: content, pixels: pixels)
        default:
            guard boxes.contains(where: { $0.name == "moov" }) else { throw .damaged }
            try clean(reader, boxes, depth: 0, &content)
            return InspectedFile(kind: kind, content: content, pixels: nil)
        }
    }

    /// Of one level. What behind the last one of a file is no box is not the file's; within a box it is damage.
    static func boxes(
        _ reader: ByteReader, _ range: Range<Int>, cutsRest: Bool = false
    ) throws(FileRefusal) -> [Box] {
        var boxes: [Box] = []
        var index = range.lowerBound
        while index < range.upperBound {
            guard let box = box(reader, index, range.upperBound), boxes.count < maxBoxes else {
                guard cutsRest, !boxes.isEmpty else { throw .damaged }
                return boxes
            }
            boxes.append(box)
            index = box.range.upperBound
        }
        return boxes
    }

    private static func box(_ reader: ByteReader, _ start: Int, _ end: Int) -> Box? {
        guard end - start >= 8, let size = reader.big(start, 4), let name = reader.word(start + 4),
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) || name == "\u{A9}xyz" || start > 0
        else { return nil }
        var (head, length) = (8, size)
        if size == 1 {
            guard let large = reader.big(start + 8, 8) else { return nil }
            (head, length) = (16, large)
        } else if size == 0 {
            length = end - start
        }
        guard length >= head, length <= end - start else { return nil }
        return Box(name: name, range: start..<(start + length), body: (start + head)..<(start + length))
    }

    /// Titles, makers, places (`udta`, `meta`) and XMP (`uuid`) become free space.
    private static func clean(
        _ reader: ByteReader, _ boxes: [Box], depth: Int, _ content: inout [UInt8]
    ) throws(FileRefusal) {
        for box in boxes {
            switch box.name {
            case "udta", "meta", "uuid", "free", "skip", "wide": blank(box, &content)
            case "moov", "trak", "moof", "traf":
                guard depth < 4 else { throw .damaged }
                try clean(reader, try self.boxes(reader, box.body), depth: depth + 1, &content)
            default: break
            }
        }
    }

    private static func blank(_ box: Box, _ content: inout [UInt8]) {
        guard box.range.upperBound <= content.count else { return }
        content.replaceSubrange((box.range.lowerBound + 4)..<(box.range.lowerBound + 8), with: Array("free".utf8))
        for index in box.body { content[index] = 0 }
    }
}

/// What a HEIC holds, by its `meta` box (ISO/IEC 23008-12, 14496-12 §8.11). Its orientation is a property of its own, so
/// that of EXIF and XMP nothing has to stay.
struct HEIFItems {
    private let reader: ByteReader
    private let parts: [BoxFile.Box]
    /// A photo in tiles has some hundred items.
    private static let maxItems = 10_000
    /// Of all items: each costs a step, and a file can claim many where their places have no bytes of their own.
    private static let maxExtents = 10_000

    init(_ reader: ByteReader, _ boxes: [BoxFile.Box]) throws(FileRefusal) {
        guard let meta = boxes.first(where: { $0.name == "meta" }), meta.body.count > 4 else { throw .damaged }
        self.reader = reader
        parts = try BoxFile.boxes(reader, (meta.body.lowerBound + 4)..<meta.body.upperBound)
    }

    /// Overwrites the items that say where and by whom, and gives the largest picture's size.
    func clean(_ content: inout [UInt8]) throws(FileRefusal) -> PixelSize {
        let described = try descriptions()
        if !described.isEmpty {
            // Items do not lie on each other: all together they are no more than the file.
            var left = content.count
            for range in try places(of: described) {
                left -= range.count
                guard range.upperBound <= content.count, left >= 0 else { throw .damaged }
                for index in range { content[index] = 0 }
            }
        }
        guard let size = try size() else { throw .damaged }
        return size
    }

    private func part(_ name: String) -> BoxFile.Box? { parts.first { $0.name == name } }

    /// The numbers of the items that hold EXIF, XMP or anything else that is no picture.
    private func descriptions() throws(FileRefusal) -> Set<Int> {
        guard let box = part("iinf"), let version = reader[box.body.lowerBound] else { throw .damaged }
        let start = box.body.lowerBound + 4 + (version == 0 ? 2 : 4)
        guard start <= box.body.upperBound else { throw .damaged }
        var found: Set<Int> = []
        let entries = try BoxFile.boxes(reader, start..<box.body.upperBound)
        guard entries.count <= Self.maxItems else { throw .tooMuchInside }
        for entry in entries where entry.name == "infe" {
            guard let version = reader[entry.body.lowerBound], version >= 2 else { continue }
            let width = version == 2 ? 2 : 4
            let start = entry.body.lowerBound + 4
            guard let number = reader.big(start, width), let type = reader.word(start + width + 2) else {
                throw .damaged
            }
            if ["Exif", "mime", "uri "].contains(type) { found.insert(number) }
        }
        return found
    }

    /// Where the items lie (`iloc`, §8.11.3). One that cannot be found cannot be taken out: then the file is refused.
    private func places(of wanted: Set<Int>) throws(FileRefusal) -> [Range<Int>] {
        guard let box = part("iloc"), let version = reader[box.body.lowerBound], version <= 2 else { throw .damaged }
        var index = box.body.lowerBound + 4
        func take(_ count: Int) throws(FileRefusal) -> Int {
            guard index + count <= box.body.upperBound, let value = count == 0 ? 0 : reader.big(index, count) else {
                throw .damaged
            }
            index += count
            return value
        }
        let sizes = try take(2)
        let (offsetSize, lengthSize, baseSize) = (sizes >> 12 & 15, sizes >> 8 & 15, sizes >> 4 & 15)
        let indexSize = version == 0 ? 0 : sizes & 15
        guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy({ $0 <= 8 }) else { throw .damaged }
        let count = try take(version == 2 ? 4 : 2)
        guard count <= Self.maxItems else { throw .tooMuchInside }
        var ranges: [Range<Int>] = []
        var left = wanted
        var extents = 0
        for _ in 0..<count {
            let number = try take(version == 2 ? 4 : 2)
            let method = version == 0 ? 0 : try take(2) & 15
            _ = try take(2)
            let base = try take(baseSize)
            let parts = try take(2)
            extents += parts
            guard extents <= Self.maxExtents else { throw .tooMuchInside }
            for _ in 0..<parts {
                _ = try take(indexSize)
                let (offset, length) = (try take(offsetSize), try take(lengthSize))
                guard wanted.contains(number) else { continue }
                ranges.append(try place(method, base, offset, length))
            }
            left.remove(number)
        }
        guard left.isEmpty else { throw .damaged }
        return ranges
    }

    private func place(_ method: Int, _ base: Int, _ offset: Int, _ length: Int) throws(FileRefusal) -> Range<Int> {
        var origin = 0
        var end = reader.count
        if method == 1 {
            guard let data = part("idat") else { throw .damaged }
            (origin, end) = (data.body.lowerBound, data.body.upperBound)
        } else if method != 0 {
            throw .damaged
        }
        let (start, overflows) = base.addingReportingOverflow(offset)
        guard !overflows, start <= end - origin else { throw .damaged }
        // No length: to the end.
        let count = length == 0 ? end - origin - start : length
        guard count <= end - origin - start else { throw .damaged }
        return (origin + start)..<(origin + start + count)
    }

    /// The largest of the sizes that pictures have (`ispe`): a photo in tiles names that of the whole, too.
    private func size() throws(FileRefusal) -> PixelSize? {
        guard let properties = part("iprp") else { return nil }
        var largest: PixelSize?
        for container in try BoxFile.boxes(reader, properties.body) where container.name == "ipco" {
            for box in try BoxFile.boxes(reader, container.body) where box.name == "ispe" {
                guard let width = reader.big(box.body.lowerBound + 4, 4),
                    let height = reader.big(box.body.lowerBound + 8, 4),
                    width <= 1 << 24, height <= 1 << 24
                else { throw .tooManyPixels }
                if width * height > (largest.map { $0.width * $0.height } ?? -1) {
                    largest = PixelSize(width: width, height: height)
                }
            }
        }
        return largest
    }
}
