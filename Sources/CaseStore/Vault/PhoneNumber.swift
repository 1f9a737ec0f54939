/// A phone number in E.164 form: `+`, then 8 to 15 digits that begin with a country code.
package struct PhoneNumber: Hashable, Sendable {
    /// E.164 §6.2.1 allows 15 digits; shorter ones than 8 are service numbers, which take no messages.
    static let digits = 8...15
    private static let longestTyped = 64

    package let normalised: String

    /// Takes a number as people write it. Never guesses a country: the wrong person would get the code.
    package init(_ typed: String) throws(ContactError) {
        guard typed.utf8.count <= Self.longestTyped else { throw .digitCount(typed.utf8.count) }
        // Whoever writes (0) means: dial it at home only. Kept, it would make another number.
        guard !typed.contains("(0)") else { throw .trunkZero }
        var bare = typed.unicodeScalars.filter { !Self.isOrnament($0) }
        if bare.starts(with: "00".unicodeScalars) {
            bare.replaceSubrange(..<bare.index(bare.startIndex, offsetBy: 2), with: "+".unicodeScalars)
        }
        guard let first = bare.first else { throw .empty }
        guard first == "+" else { throw .noCountryCode }
        let number = bare.dropFirst()
        if let stranger = number.first(where: { !("0"..."9").contains($0) }) { throw .notADigit(Character(stranger)) }
        // No country code begins with 0 (E.164 §6.1).
        guard number.first != "0" else { throw .noCountryCode }
        guard Self.digits.contains(number.count) else { throw .digitCount(number.count) }
        normalised = String(String.UnicodeScalarView(bare))
    }

    /// What is written between digits: spaces and hyphens of each kind, dots, parentheses, and the invisible marks of
    /// direction that address books copy along.
    private static func isOrnament(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "\t", ".", "-", "(", ")", "\u{A0}", "\u{2007}", "\u{2009}", "\u{202F}", "\u{2010}", "\u{2011}",
            "\u{2013}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}":
            true
        default: false
        }
    }
}
