/// An e-mail address of the kind people have: plain ASCII, a dot-atom before the @ (RFC 5322 §3.2.3) and a domain of two
/// or more labels after it (RFC 1035 §2.3.1). Compared without regard to case as a whole: RFC 5321 §2.4 lets a host tell
/// cases apart before the @, and none that people use does.
package struct EmailAddress: Hashable, Sendable {
    /// RFC 5321 §4.5.3.1, less the angle brackets of a path.
    private static let longest = 254
    private static let longestLocalPart = 64

    /// As it was typed, without the spaces around it; for showing and for sending.
    package let typed: String
    /// In lower case; for comparing and looking up.
    package let normalised: String

    package init(_ typed: String) throws(ContactError) {
        // Before anything is walked through: a pasted page is no address.
        guard typed.utf8.count <= 2 * Self.longest else { throw .emailTooLong }
        let bytes = Self.trimmed(Array(typed.utf8))
        guard !bytes.isEmpty else { throw .empty }
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .emailNotASCII }
        guard bytes.count <= Self.longest else { throw .emailTooLong }
        let parts = bytes.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .emailForm }
        guard parts[0].count <= Self.longestLocalPart else { throw .emailTooLong }
        guard Self.isDotAtom(parts[0]), Self.isDomain(parts[1]) else { throw .emailForm }
        self.typed = String(decoding: bytes, as: UTF8.self)
        normalised = String(decoding: bytes.map(Self.lowered), as: UTF8.self)
    }

    package static func == (one: Self, other: Self) -> Bool { one.normalised == other.normalised }

    package func hash(into hasher: inout Hasher) { hasher.combine(normalised) }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }) else { return [] }
        let last = bytes.lastIndex { !isSpace($0) } ?? first
        return bytes[first...last]
    }

    private static func isDotAtom(_ part: ArraySlice<UInt8>) -> Bool {
        part.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
    }

    private static func isDomain(_ domain: ArraySlice<UInt8>) -> Bool {
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let areLabels = labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
        // A last label of digits would be an address of the network (RFC 3696 §2).
        let isNumber = labels.last?.allSatisfy { (0x30...0x39).contains($0) } ?? true
        return labels.count >= 2 && areLabels && !isNumber
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(lowered(byte))
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
