/// Names one representation of a resource (RFC 9110 §8.8.3).
package struct EntityTag: Sendable, Equatable {
    package let opaque: String
    package let isWeak: Bool

    /// nil when the text holds what an entity tag may not: blanks, quotes, control characters.
    package init?(_ opaque: String, isWeak: Bool = false) {
        guard opaque.utf8.allSatisfy(Self.isTagCharacter) else { return nil }
        self.opaque = opaque
        self.isWeak = isWeak
    }

    /// As it stands in a field.
    package var text: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }

    /// Strong comparison (§8.8.3.2): byte for byte the same representation.
    package func isSame(as other: EntityTag) -> Bool {
        !isWeak && !other.isWeak && opaque == other.opaque
    }

    /// Weak comparison (§8.8.3.2): as good as the same.
    package func isEquivalent(to other: EntityTag) -> Bool { opaque == other.opaque }

    /// etagc
    fileprivate static func isTagCharacter(_ byte: UInt8) -> Bool {
        byte == 0x21 || (byte >= 0x23 && byte != ASCII.delete)
    }
}

/// The value of If-Match or If-None-Match (RFC 9110 §13.1.1, §13.1.2).
enum EntityTagList: Equatable {
    case any
    case tags([EntityTag])

    /// The text of all fields of the name, joined by commas; nil when it is malformed.
    init?(parsing text: String) {
        var rest = Substring(text).utf8
        var tags: [EntityTag] = []
        func skip(_ isSkipped: (UInt8) -> Bool) { rest = rest.drop(while: isSkipped) }
        skip(ASCII.isBlank)
        if rest.elementsEqual([ASCII.asterisk]) {
            self = .any
            return
        }
        while true {
            skip { ASCII.isBlank($0) || $0 == ASCII.comma }
            guard !rest.isEmpty else { break }
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == ASCII.quote else { return nil }
            rest = rest.dropFirst()
            let opaque = rest.prefix(while: EntityTag.isTagCharacter)
            rest = rest.dropFirst(opaque.count)
            guard rest.first == ASCII.quote, let text = String(opaque), let tag = EntityTag(text, isWeak: isWeak)
            else { return nil }
            rest = rest.dropFirst()
            skip(ASCII.isBlank)
            guard rest.isEmpty || rest.first == ASCII.comma else { return nil }
            tags.append(tag)
        }
        guard !tags.isEmpty else { return nil }
        self = .tags(tags)
    }
}
