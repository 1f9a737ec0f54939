/// Documents of offices: Office Open XML (ECMA-376) and OpenDocument (ISO/IEC 26300), without macros.
enum OfficeFile {
    private static let typesName = "[Content_Types].xml"
    private static let maxTypesBytes = 1 << 20
    /// What holds code, in either family.
    private static let codeNames = ["vbaproject.bin", "vbadata.xml"]
    private static let codeFolders = [
        "basic/", "scripts/", "macros/", "word/activex/", "xl/activex/", "ppt/activex/", "xl/macrosheets/",
    ]

    static func inspect(_ reader: ByteReader) throws(FileRefusal) -> InspectedFile {
        let archive = try ZIPArchive(reader)
        let names = archive.entries.map { $0.name.lowercased() }
        var kind = try openDocument(archive)
        if kind == nil { kind = try openXML(archive, Set(names)) }
        guard let kind else { throw .notAllowed }
        let hasCode = names.contains { name in
            codeNames.contains { name.hasSuffix($0) } || codeFolders.contains { name.hasPrefix($0) && name != $0 }
        }
        guard !hasCode else { throw .macros }
        return InspectedFile(kind: kind, content: reader.bytes, pixels: nil)
    }

    /// The type stands in the first entry, unpacked (ODF 1.2 part 3 §3.3).
    private static func openDocument(_ archive: ZIPArchive) throws(FileRefusal) -> FileKind? {
        guard let first = archive.entries.first, first.name == "mimetype", first.method == 0 else { return nil }
        guard archive.entries.contains(where: { $0.name == "content.xml" }) else { throw .notAllowed }
        if let list = archive.entries.first(where: { $0.name == "META-INF/manifest.xml" }) {
            let text = String(decoding: try archive.content(of: list, upTo: maxTypesBytes), as: UTF8.self)
            guard !text.contains("encryption-data") else { throw .encrypted }
        }
        let type = String(decoding: try archive.content(of: first, upTo: 200), as: UTF8.self)
        return [FileKind.odt, .ods].first { $0.mediaType == type }
    }

    private static func openXML(_ archive: ZIPArchive, _ names: Set<String>) throws(FileRefusal) -> FileKind? {
        guard let list = archive.entries.first(where: { $0.name == typesName }) else { return nil }
        let types = String(decoding: try archive.content(of: list, upTo: maxTypesBytes), as: UTF8.self).lowercased()
        guard !types.contains("macroenabled"), !types.contains("vbaproject") else { throw .macros }
        if names.contains("word/document.xml") { return .docx }
        if names.contains("xl/workbook.xml") { return .xlsx }
        if names.contains("ppt/presentation.xml") { return .pptx }
        return nil
    }
}
