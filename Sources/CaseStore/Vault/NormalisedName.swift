import Foundation

/// A person's name in the form in which two are compared: would somebody at the desk take them for the same?
///
/// - First and last name are one text: people split "Mary Ann Smith" differently from one day to the next.
/// - Compatible characters are one (NFKD): full-width Latin, ligatures, composed and decomposed accents.
/// - The marks over and under Latin, Greek and Cyrillic letters (U+0300–U+036F) go, since many keyboards cannot type
///   them: José is Jose. Marks of other scripts stay, where they are vowels and tell names apart.
/// - Case goes, by way of upper case, so that ß is ss.
/// - Hyphens are spaces, apostrophes go, spaces collapse: Anne-Marie is Anne Marie, O’Brien is OBrien.
/// - Invisible characters (controls, marks of direction, joiners) go.
///
/// Two names that agree may still be two people. This decides who is asked, never who may see: see R6 in
/// docs/requirements.md.
package struct NormalisedName: Hashable, Sendable {
    /// Of both names together; NFKD makes at most 18 characters of one.
    package static let longestBytes = 400

    /// In one canonical form, so that its bytes can be hashed.
    package let text: String

    package init(first: String, last: String) throws(ContactError) {
        guard first.utf8.count + last.utf8.count <= Self.longestBytes else { throw .nameTooLong }
        let parts = [Self.normalise(first), Self.normalise(last)]
        guard !parts.contains("") else { throw .empty }
        text = parts.joined(separator: " ")
    }

    private static func normalise(_ name: String) -> String {
        var spoken = String.UnicodeScalarView()
        // Before decomposing, which would make an accent of its own (´) a space.
        for scalar in name.unicodeScalars {
            if isHyphen(scalar) || scalar.properties.isWhitespace {
                spoken.append(" ")
            } else if !isApostrophe(scalar), !isInvisible(scalar) {
                spoken.append(scalar)
            }
        }
        let bare = withoutMarks(String(spoken).decomposedStringWithCompatibilityMapping)
        // Again, since changing the case composes and decomposes on its own (İ is i and a dot).
        let folded = withoutMarks(bare.uppercased().lowercased().decomposedStringWithCompatibilityMapping)
        return folded.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private static func withoutMarks(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { !("\u{300}"..."\u{36F}").contains($0) }))
    }

    private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "'", "`", "\u{B4}", "\u{2BC}", "\u{2018}", "\u{2019}", "\u{FF07}": true
        default: false
        }
    }

    private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .dashPunctuation: true
        default: false
        }
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned: true
        default: false
        }
    }
}
