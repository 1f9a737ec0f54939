/// A PDF from its first byte to its last end mark. What it holds is not looked into: it is given out to be downloaded, and
/// never shown by us.
enum PDFFile {
    /// The mark stands in the last line (ISO 32000-1 §7.5.5); some programs write a few more bytes.
    private static let maxBehindEnd = 1024

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        guard let end = reader.last("%%EOF", from: 5) else { throw .damaged }
        // Far behind it begins something else.
        guard reader.count - end - 5 <= maxBehindEnd else { throw .severalFormats }
        return InspectedFile(kind: .pdf, content: Array(reader.bytes[..<(end + 5)]) + [0x0A], pixels: nil)
    }
}

/// Text for people: any encoding that has ASCII in it, and no control characters.
enum TextFile {
    static func inspect(_ reader: ByteReader, _ declared: String?) throws(FileRefusal) -> InspectedFile {
        var content = reader.bytes
        if content.starts(with: [0xFF, 0xFE]) || content.starts(with: [0xFE, 0xFF]) {
            content = try fromUTF16(content)
        }
        guard !content.isEmpty else { throw .empty }
        guard content.allSatisfy(isText) else { throw .notAllowed }
        guard !isMarkup(content) else { throw .notAllowed }
        let essence = (declared ?? "").lowercased()
        let isTable = ["csv", "comma-separated", "ms-excel"].contains { essence.contains($0) }
        return InspectedFile(kind: isTable ? .csv : .txt, content: content, pixels: nil)
    }

    /// As Excel and Notepad save it.
    private static func fromUTF16(_ content: [UInt8]) throws(FileRefusal) -> [UInt8] {
        let isLittle = content[0] == 0xFF
        guard content.count % 2 == 0 else { throw .damaged }
        let units = stride(from: 2, to: content.count, by: 2).map { index -> UInt16 in
            let (first, second) = (UInt16(content[index]), UInt16(content[index + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        guard let text = String(validating: units, as: UTF16.self) else { throw .damaged }
        return Array(text.utf8)
    }

    private static func isText(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || (0x09...0x0D).contains(byte) }

    /// What a browser would run if it were asked to: never taken, however it is named.
    private static func isMarkup(_ content: [UInt8]) -> Bool {
        let start = content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let beginning = String(decoding: content[start...].prefix(4096), as: UTF8.self).lowercased()
        let signs = ["<!doctype", "<html", "<svg", "<?xml", "<script", "<head", "<body", "<iframe", "#!", "<?php"]
        let first = beginning.drop { $0.isWhitespace }
        return signs.contains { first.hasPrefix($0) }
            || ["<script", "<svg", "<iframe", "<html"].contains { beginning.contains($0) }
    }
}
