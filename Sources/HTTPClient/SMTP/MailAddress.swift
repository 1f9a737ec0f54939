/// Who a mail is from or for: an address of the plain kind, and perhaps a name that is shown.
package struct MailAddress: Sendable, Hashable {
    /// RFC 5321 §4.5.3.1.3, less the angle brackets.
    static let maxBytes = 254
    /// In UTF-8: longer than mail programs show.
    static let maxNameBytes = 200

    package let name: String
    package let address: String

    /// `desk@clinic.example` or `Harbour Street Clinic <desk@clinic.example>`; nil when it is neither.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes + Self.maxNameBytes + 3 else { return nil }
        guard text.hasSuffix(">"), let open = text.lastIndex(of: "<") else {
            self.init(text[...].trimmed, name: "")
            return
        }
        var name = text[..<open].trimmed
        if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") { name = String(name.dropFirst().dropLast()) }
        self.init(String(text[text.index(after: open)...].dropLast()), name: name)
    }

    package init?(_ address: String, name: String) {
        guard Self.isPlain(address), name.utf8.count <= Self.maxNameBytes else { return nil }
        self.address = address
        self.name = name
    }

    var domain: Substring { address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...] }

    /// A dot-atom (RFC 5322 §3.2.3), an @, and a host's name: nothing that a header or a command could be ended with.
    private static func isPlain(_ address: String) -> Bool {
        guard address.utf8.count <= maxBytes else { return false }
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        let atoms = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        let isLocalPart = atoms.allSatisfy { atom in
            !atom.isEmpty && atom.utf8.allSatisfy { isAlphanumeric($0) || "!#$%&'*+-/=?^_`{|}~".utf8.contains($0) }
        }
        let isDomain = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        }
        return isLocalPart && isDomain
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
