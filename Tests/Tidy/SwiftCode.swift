/// Swift source with the inside of strings and all comments taken out, so that a check sees code only.
///
/// Not a parser: it knows line comments, block comments that begin a line, `"…"` and `"""` strings. What it gets wrong,
/// such as a quotation mark inside an interpolation, at worst hides the rest of that line from a check.
struct SwiftCode {
    let lines: [String]
    /// The comment of each line, without its slashes; empty where there is none.
    let comments: [String]

    init(_ file: TextFile) {
        var lines: [String] = []
        var comments: [String] = []
        var isInsideText = false
        for line in file.lines {
            let togglesText = line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count % 2 == 0
            if isInsideText || togglesText {
                lines.append("")
                comments.append("")
            } else {
                let (code, comment) = Self.split(line)
                lines.append(code)
                comments.append(comment)
            }
            if togglesText { isInsideText.toggle() }
        }
        self.lines = lines
        self.comments = comments
    }

    private static func split(_ line: String) -> (code: String, comment: String) {
        var code = ""
        var isInString = false
        var isEscaped = false
        var rest = line[...]
        while let character = rest.first {
            if !isInString, rest.hasPrefix("//") {
                return (code, String(rest.drop { $0 == "/" || $0 == " " }))
            }
            rest.removeFirst()
            if character == "\"", !isEscaped {
                isInString.toggle()
                code.append(character)
            } else if !isInString {
                code.append(character)
            }
            isEscaped = isInString && character == "\\" && !isEscaped
        }
        return (code, "")
    }
}
