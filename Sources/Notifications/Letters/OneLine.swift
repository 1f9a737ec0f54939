/// Text from outside, or from the settings, that goes into a line of somebody else's.
package enum OneLine {
    /// One line without what is not shown, or turns the direction of what follows; cut to so many characters, with "..."
    /// (which every phone's alphabet has) for what is missing.
    package static func of(_ text: String, longest: Int) -> String {
        // Before anything is walked through.
        let scalars = text.unicodeScalars.prefix(16 * max(0, longest) + 64).map { isHidden($0) ? " " : $0 }
        let line = String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
        guard line.count > longest else { return line }
        guard longest > 3 else { return String(line.prefix(max(0, longest))) }
        let cut = line.prefix(longest - 3)
        return String(cut.last == " " ? cut.dropLast() : cut) + "..."
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
