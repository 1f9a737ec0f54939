import CZlib
import Foundation

/// Small files of each kind, made by hand: what is in each is known to the byte.
enum Sample {
    /// A place that no file may leave the house with.
    static let secret = "51.5074N 0.1278W Nikon D850"

    static func big16(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)] }
    static func big32(_ value: Int) -> [UInt8] { big16(value >> 16 & 0xFFFF) + big16(value & 0xFFFF) }
    static func little16(_ value: Int) -> [UInt8] { big16(value).reversed() }
    static func little32(_ value: Int) -> [UInt8] { big32(value).reversed() }

    /// A TIFF structure as a camera writes it: the orientation, and then where and with what.
    static func exif(orientation: Int, isLittle: Bool = true) -> [UInt8] {
        let (two, four) = isLittle ? (little16, little32) : (big16, big32)
        let entry = two(0x0112) + two(3) + four(1) + two(orientation) + [0, 0]
        let make = two(0x010F) + two(2) + four(secret.utf8.count) + four(38)
        return Array((isLittle ? "II" : "MM").utf8) + two(42) + four(8) + two(2) + make + entry + four(0)
            + Array(secret.utf8)
    }

    static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] { [0xFF, marker] + big16(body.count + 2) + body }

    /// With stuffed bytes and a restart in its scan, so that these are not taken for an end.
    static func jpeg(
        orientation: Int? = nil, extra: [UInt8] = [], width: Int = 640, height: Int = 480, trailing: [UInt8] = []
    ) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8] + segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        if let orientation { bytes += segment(0xE1, Array("Exif\0\0".utf8) + exif(orientation: orientation)) }
        bytes += extra
        bytes += segment(0xC0, [8] + big16(height) + big16(width) + [1, 1, 0x11, 0])
        bytes += segment(0xDA, [1, 1, 0, 0, 63, 0]) + [1, 2, 3, 0xFF, 0, 4, 0xFF, 0xD0, 5, 6]
        return bytes + [0xFF, 0xD9] + trailing
    }

    static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + body
        return big32(body.count) + checked + big32(Int(crc32(0, checked, UInt32(checked.count))))
    }

    static func png(
        width: Int = 64, height: Int = 48, extra: [UInt8] = [], trailing: [UInt8] = []
    ) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            + chunk("IHDR", big32(width) + big32(height) + [8, 2, 0, 0, 0]) + extra + chunk("IDAT", [1, 2, 3])
            + chunk("IEND", []) + trailing
    }

    static func gif(extra: [UInt8] = [], trailing: [UInt8] = []) -> [UInt8] {
        Array("GIF89a".utf8) + little16(10) + little16(10) + [0x80, 0, 0] + [0, 0, 0, 255, 255, 255] + extra
            + [0x2C] + little16(0) + little16(0) + little16(10) + little16(10) + [0, 2, 2, 0x4C, 0x01, 0, 0x3B]
            + trailing
    }

    static func webp(orientation: Int? = nil, trailing: [UInt8] = []) -> [UInt8] {
        func part(_ name: String, _ body: [UInt8]) -> [UInt8] {
            Array(name.utf8) + little32(body.count) + body + (body.count % 2 == 0 ? [] : [0])
        }
        let picture = part("VP8 ", [0, 0, 0, 0x9D, 0x01, 0x2A] + little16(32) + little16(24) + [1, 2])
        let size = little32(31).prefix(3) + little32(23).prefix(3)
        let parts =
            orientation.map { orientation in
                part("VP8X", [0x0C, 0, 0, 0] + size) + picture + part("EXIF", exif(orientation: orientation))
                    + part("XMP ", Array(secret.utf8))
            } ?? picture
        return Array("RIFF".utf8) + little32(parts.count + 4) + Array("WEBP".utf8) + parts + trailing
    }

    static func box(_ name: String, _ body: [UInt8]) -> [UInt8] { big32(body.count + 8) + Array(name.utf8) + body }

    /// One EXIF item, of so many parts that take no bytes to name: each is the whole file.
    static func heic(parts: Int) -> [UInt8] {
        let infe = box("infe", [2, 0, 0, 0] + big16(2) + big16(0) + Array("Exif".utf8) + [0])
        let places = box("iloc", [0, 0, 0, 0, 0, 0] + big16(1) + big16(2) + big16(0) + big16(parts))
        let meta = box("meta", [0, 0, 0, 0] + box("iinf", [0, 0, 0, 0] + big16(1) + infe) + places)
        return box("ftyp", Array("heic".utf8) + big32(0) + Array("mif1heic".utf8)) + meta + box("mdat", [1, 2, 3, 4])
    }

    /// One picture and one EXIF item, both in `mdat`.
    static func heic(isFindable: Bool = true) -> [UInt8] {
        let head = box("ftyp", Array("heic".utf8) + big32(0) + Array("mif1heic".utf8))
        func infe(_ number: Int, _ type: String) -> [UInt8] {
            box("infe", [2, 0, 0, 0] + big16(number) + big16(0) + Array(type.utf8) + [0])
        }
        let items = box("iinf", [0, 0, 0, 0] + big16(2) + infe(1, "hvc1") + infe(2, "Exif"))
        let properties = box("iprp", box("ipco", box("ispe", [0, 0, 0, 0] + big32(4032) + big32(3024))))
        func meta(_ start: Int) -> [UInt8] {
            func item(_ number: Int, _ offset: Int, _ length: Int) -> [UInt8] {
                big16(number) + big16(0) + big16(1) + big32(offset) + big32(length)
            }
            let places = item(1, start, 4) + (isFindable ? item(2, start + 4, secret.utf8.count) : item(3, 0, 0))
            return box(
                "meta", [0, 0, 0, 0] + items + box("iloc", [0, 0, 0, 0, 0x44, 0] + big16(2) + places) + properties)
        }
        let start = head.count + meta(0).count + 8
        return head + meta(start) + box("mdat", [1, 2, 3, 4] + Array(secret.utf8))
    }

    static func film(_ brand: String = "isom") -> [UInt8] {
        box("ftyp", Array(brand.utf8) + big32(0) + Array(brand.utf8))
            + box("moov", box("mvhd", [UInt8](repeating: 1, count: 100)) + box("udta", box("name", Array(secret.utf8))))
            + box("mdat", [1, 2, 3])
    }

    struct Part {
        var name: String
        var content: [UInt8] = []
        var isPacked = false
        /// What the archive says of its length, where that is not true.
        var said: Int?
    }

    static func deflated(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let room = output.count
        var input = bytes
        input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(room)
                deflate(&stream, Z_FINISH)
            }
        }
        return Array(output[..<(room - Int(stream.avail_out))])
    }

    static func zip(_ parts: [Part], prefix: [UInt8] = [], trailing: [UInt8] = [], comment: [UInt8] = []) -> [UInt8] {
        var bytes = prefix
        var list: [UInt8] = []
        for part in parts {
            let data = part.isPacked ? deflated(part.content) : part.content
            let sum = big32(Int(crc32(0, part.content, UInt32(part.content.count)))).reversed()
            let name = Array(part.name.utf8)
            let sizes = sum + little32(data.count) + little32(part.said ?? part.content.count)
            let common = little16(20) + little16(0) + little16(part.isPacked ? 8 : 0) + little32(0) + sizes
            list +=
                [0x50, 0x4B, 1, 2] + little16(20) + common + little16(name.count) + little16(0) + little16(0)
                + little16(0) + little16(0) + little32(0) + little32(bytes.count) + name
            bytes += [0x50, 0x4B, 3, 4] + common + little16(name.count) + little16(0) + name + data
        }
        let start = bytes.count
        return bytes + list + [0x50, 0x4B, 5, 6] + little16(0) + little16(0) + little16(parts.count)
            + little16(parts.count) + little32(list.count) + little32(start) + little16(comment.count) + comment
            + trailing
    }

    static func docx(_ more: [Part] = [], prefix: [UInt8] = [], trailing: [UInt8] = []) -> [UInt8] {
        zip(
            [
                Part(name: "[Content_Types].xml", content: Array("<Types/>".utf8), isPacked: true),
                Part(name: "word/document.xml", content: Array("<w:document>Hello</w:document>".utf8), isPacked: true),
            ] + more, prefix: prefix, trailing: trailing)
    }

    static func openDocument(_ type: String) -> [UInt8] {
        zip([
            Part(name: "mimetype", content: Array("application/vnd.oasis.opendocument.\(type)".utf8)),
            Part(name: "content.xml", content: Array("<x/>".utf8), isPacked: true),
        ])
    }

    static func pdf(trailing: [UInt8] = [0x0A]) -> [UInt8] {
        Array("%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF".utf8) + trailing
    }

    static let wave =
        Array("RIFF".utf8) + little32(36 + 4) + Array("WAVEfmt ".utf8) + little32(16) + [UInt8](repeating: 1, count: 16)
        + Array("data".utf8) + little32(4) + [1, 2, 3, 4]

    /// Frames of 128 kbit/s at 44.1 kHz: 417 bytes each.
    static let mp3 = (0..<5).flatMap { _ in [0xFF, 0xFB, 0x90, 0x00] + [UInt8](repeating: 0x55, count: 413) }

    static let dicom =
        Array("MZ".utf8) + [UInt8](repeating: 0x90, count: 126) + Array("DICM".utf8)
        + little16(2) + little16(0) + Array("UL".utf8) + little16(4) + little32(0) + [UInt8](repeating: 0, count: 16)

    static func holds(_ bytes: [UInt8], _ text: String = secret) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}
