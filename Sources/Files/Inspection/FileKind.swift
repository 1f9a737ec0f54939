/// What may be shared. Everything else is refused: above all SVG and HTML, which a browser would run, programs, and archives.
package enum FileKind: String, Sendable, CaseIterable {
    case jpeg, png, gif, webp, heic
    case pdf, docx, xlsx, pptx, odt, ods, txt, csv
    case mp3, m4a, wav, mp4, dicom

    /// What it is served as (IANA's names; docs/http.md).
    package var mediaType: String {
        switch self {
        case .jpeg: "image/jpeg"
        case .png: "image/png"
        case .gif: "image/gif"
        case .webp: "image/webp"
        case .heic: "image/heic"
        case .pdf: "application/pdf"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        case .pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation"
        case .odt: "application/vnd.oasis.opendocument.text"
        case .ods: "application/vnd.oasis.opendocument.spreadsheet"
        case .txt: "text/plain"
        case .csv: "text/csv"
        case .mp3: "audio/mpeg"
        case .m4a: "audio/mp4"
        case .wav: "audio/wav"
        case .mp4: "video/mp4"
        case .dicom: "application/dicom"
        }
    }

    /// Its names' ends; the first one is given to a name that has none of them.
    package var extensions: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .heic: ["heic", "heif"]
        case .txt: ["txt", "text", "log", "md"]
        case .m4a: ["m4a"]
        case .mp4: ["mp4", "m4v"]
        case .dicom: ["dcm", "dicom"]
        case .png, .gif, .webp, .pdf, .docx, .xlsx, .pptx, .odt, .ods, .csv, .mp3, .wav: [rawValue]
        }
    }

    /// Browsers show these by themselves, and nothing in them runs.
    package var isShownInline: Bool {
        switch self {
        case .jpeg, .png, .gif, .webp: true
        case .heic, .pdf, .docx, .xlsx, .pptx, .odt, .ods, .txt, .csv, .mp3, .m4a, .wav, .mp4, .dicom: false
        }
    }

    package init?(mediaType: String) {
        guard let kind = Self.allCases.first(where: { $0.mediaType == mediaType }) else { return nil }
        self = kind
    }

    /// Other names under which browsers and programs declare the same.
    private static let otherNames: [String: FileKind] = [
        "image/jpg": .jpeg, "image/pjpeg": .jpeg, "image/x-png": .png, "image/heif": .heic, "application/x-pdf": .pdf,
        "text/comma-separated-values": .csv, "application/csv": .csv, "audio/mp3": .mp3, "audio/x-m4a": .m4a,
        "audio/m4a": .m4a, "audio/wave": .wav, "audio/x-wav": .wav, "audio/vnd.wave": .wav, "video/x-m4v": .mp4,
        "text/markdown": .txt,
    ]

    /// Declared for what is not known better: says nothing.
    private static let anything: Set<String> = ["", "application/octet-stream", "binary/octet-stream"]

    /// Whether a content of this kind may come under a declared media type (parameters and case do not count).
    package func agrees(withDeclared declared: String?) -> Bool {
        let essence = (declared ?? "").lowercased().prefix { $0 != ";" }.filter { $0 != " " }
        if Self.anything.contains(essence) { return true }
        // Windows declares a CSV as a sheet where Excel is installed.
        if self == .csv || self == .txt, ["application/vnd.ms-excel", "text/plain", "text/csv"].contains(essence) {
            return true
        }
        if self == .m4a || self == .mp4, ["audio/mp4", "video/mp4"].contains(essence) { return true }
        return (FileKind(mediaType: essence) ?? Self.otherNames[essence]) == self
    }
}
