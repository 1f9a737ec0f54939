import CQREncode

/// A text as a QR code (ISO/IEC 18004), and that as SVG.
struct QRCode: Equatable {
    struct TooLong: Error {}

    /// Four modules of nothing on each side (ISO/IEC 18004 §6.3.8), without which phones do not find the code.
    private static let quietZone = 4

    let width: Int
    private let isDark: [Bool]

    /// Error correction M: a seventh of the code may be dirty or torn, and it stays small enough for a business card.
    init(_ text: String) throws {
        let bytes = Array(text.utf8)
        guard let code = QRcode_encodeData(CInt(clamping: bytes.count), bytes, 0, QR_ECLEVEL_M) else { throw TooLong() }
        defer { QRcode_free(code) }
        let width = Int(code.pointee.width)
        self.width = width
        // The lowest bit of each byte is the module; the others say what it is for.
        isDark = UnsafeBufferPointer(start: code.pointee.data, count: width * width).map { $0 & 1 == 1 }
    }

    subscript(row: Int, column: Int) -> Bool { isDark[row * width + column] }

    /// `pixels` is how large it is shown where nobody says otherwise.
    func svg(title: String, pixels: Int) -> String {
        let side = width + 2 * Self.quietZone
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(side) \(side)" width="\(pixels)" height="\(pixels)" \
            role="img" aria-labelledby="title" shape-rendering="crispEdges">\
            <title id="title">\(Markup.escape(title))</title>\
            <path fill="#fff" d="M0 0h\(side)v\(side)H0z"/><path fill="#000" d="\(darkRuns())"/></svg>

            """
    }

    /// As large as whole dots a module allow, at most `pixels`; at least one dot a module.
    func png(pixels: Int) -> [UInt8] {
        let side = width + 2 * Self.quietZone
        let scale = max(1, pixels / side)
        return PNG.encode(side: side * scale) { row, column in
            let (row, column) = (row / scale - Self.quietZone, column / scale - Self.quietZone)
            guard (0..<width).contains(row), (0..<width).contains(column) else { return false }
            return self[row, column]
        }
    }

    /// A rectangle for each run of dark modules in a row: a third of the bytes of one for each module.
    private func darkRuns() -> String {
        var path = ""
        for row in 0..<width {
            var column = 0
            while column < width {
                guard self[row, column] else {
                    column += 1
                    continue
                }
                let start = column
                while column < width, self[row, column] { column += 1 }
                let length = column - start
                path += "M\(start + Self.quietZone) \(row + Self.quietZone)h\(length)v1h-\(length)z"
            }
        }
        return path
    }
}
