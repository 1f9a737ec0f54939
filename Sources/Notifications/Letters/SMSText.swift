/// How a text travels as SMS (3GPP TS 23.038, TS 23.040 §9.2.3.24.1): in the small alphabet of 7 bits, or, as soon as one
/// sign is not in it, in UTF-16; and in how many parts, each of which costs.
package struct SMSText: Sendable, Hashable {
    package enum Alphabet: String, Sendable, Hashable {
        case gsm7
        case ucs2

        /// Alone, and as one of several: a part of many has a header of six bytes.
        var unitsAlone: Int { self == .gsm7 ? 160 : 70 }
        var unitsInPart: Int { self == .gsm7 ? 153 : 67 }
    }

    package let alphabet: Alphabet
    /// Septets, or units of UTF-16.
    package let units: Int
    package let segments: Int

    package init(_ text: String) {
        let sizes = text.unicodeScalars.map(Self.septets)
        alphabet = sizes.contains(nil) ? .ucs2 : .gsm7
        let wide = alphabet == .ucs2
        let counts = wide ? text.unicodeScalars.map { UTF16.width($0) } : sizes.compactMap(\.self)
        units = counts.reduce(0, +)
        guard units > alphabet.unitsAlone else {
            segments = units == 0 ? 0 : 1
            return
        }
        var parts = 1
        var used = 0
        for count in counts {
            // An escaped sign, like a pair of surrogates, is not torn apart.
            if used + count > alphabet.unitsInPart {
                parts += 1
                used = 0
            }
            used += count
        }
        segments = parts
    }

    /// nil: not in the alphabet of 7 bits nor in its extension, whose signs take two.
    private static func septets(_ scalar: Unicode.Scalar) -> Int? {
        if basic.contains(scalar) { return 1 }
        return extended.contains(scalar) ? 2 : nil
    }

    private static let basic = Set(
        ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
            + "¿abcdefghijklmnopqrstuvwxyzäöñüà").unicodeScalars)
    private static let extended = Set("\u{0C}^{}\\[~]|€".unicodeScalars)
}
