import Files

/// What a file's sender called it, made fit to be shown and to be saved under: it names no folder, is one line, and ends as
/// files of its kind do.
enum FileTitle {
    /// UTF-8 bytes: most file systems take 255.
    static let maxBytes = 200

    static func make(_ sent: String?, _ kind: FileKind) -> String {
        // Some browsers and systems send the whole path.
        let last = (sent ?? "").split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
        let clean = last.unicodeScalars.filter(isShown)
        var name = String(String.UnicodeScalarView(clean)).drop { $0 == "." || $0 == " " }
        while let end = name.last, end == "." || end == " " { name.removeLast() }
        let dot = name.lastIndex(of: ".")
        let ending = dot.map { name[name.index(after: $0)...].lowercased() } ?? ""
        let isRight = kind.extensions.contains(ending)
        // The ending stays, whatever the length.
        let tail = isRight ? "." + ending : "." + (kind.extensions.first ?? kind.rawValue)
        var whole = isRight ? String(name[..<(dot ?? name.endIndex)]) : String(name)
        if whole.isEmpty { whole = "file" }
        while whole.utf8.count + tail.utf8.count > maxBytes { whole.removeLast() }
        return whole + tail
    }

    /// No control characters, and none that turn the direction of what follows: `exe.gpj` is not to be read as `jpg.exe`.
    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: !["<", ">", ":", "\"", "|", "?", "*"].contains(scalar)
        }
    }

    /// As `Content-Disposition` takes it (RFC 6266, RFC 8187): in ASCII for whoever knows nothing else, and in UTF-8.
    static func disposition(_ title: String, isInline: Bool) -> String {
        let plain = String(title.unicodeScalars.map { $0.isASCII && $0 != "%" && $0 != "\\" ? Character($0) : "_" })
        let escaped = title.utf8.map { byte -> String in
            let isPlain = byte.isLetterOrDigit || [0x2D, 0x2E, 0x5F, 0x7E].contains(byte)
            guard !isPlain else { return String(UnicodeScalar(byte)) }
            let digits = String(byte, radix: 16, uppercase: true)
            return "%" + (digits.utf8.count == 1 ? "0" : "") + digits
        }
        return "\(isInline ? "inline" : "attachment"); filename=\"\(plain)\"; filename*=UTF-8''\(escaped.joined())"
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
