/// The value of Sec-WebSocket-Extensions (RFC 6455 §9.1), read in one pass over its bytes.
///
///     extension-list  = 1#extension
///     extension       = token *( ";" extension-param )
///     extension-param = token [ "=" ( token | quoted-string ) ]
///
/// The grammar is that of RFC 2616: blanks may stand between any two words, and empty list elements (", ,") count for
/// nothing. Several header fields are one list.
struct ExtensionList {
    struct Element: Equatable {
        var name: String
        var parameters: [Parameter] = []
    }

    struct Parameter: Equatable {
        var name: String
        var value: String?
    }

    /// Elements. Clients offer one to three variants; what comes after these is neither read nor considered, so a head
    /// full of commas costs no memory.
    static let maxElements = 16

    /// Parameters of an element that are kept; later ones are checked for syntax only. No extension we know has more
    /// than four, so the fifth already proves a repeated or an unknown one, for which the element is refused.
    static let maxParametersKept = 5

    /// The list's elements in order, or nil if a field breaks the grammar. No field at all is an empty list.
    static func parse(_ fields: [String]) -> [Element]? {
        var elements: [Element] = []
        for field in fields {
            var list = ExtensionList(field)
            guard list.parse(into: &elements) else { return nil }
        }
        // 1#extension: a header that is there names at least one extension.
        return elements.isEmpty && !fields.isEmpty ? nil : elements
    }

    private let bytes: [UInt8]
    private var position = 0

    private init(_ field: String) {
        bytes = Array(field.utf8)
    }

    private mutating func parse(into elements: inout [Element]) -> Bool {
        while elements.count < Self.maxElements {
            skipBlanks()
            if position == bytes.count { return true }
            if take(UInt8(ascii: ",")) { continue }
            guard let element = parseElement() else { return false }
            elements.append(element)
            guard position == bytes.count || take(UInt8(ascii: ",")) else { return false }
        }
        return true
    }

    /// One extension with its parameters and the blanks behind it.
    private mutating func parseElement() -> Element? {
        guard let name = parseToken() else { return nil }
        var element = Element(name: name)
        skipBlanks()
        while take(UInt8(ascii: ";")) {
            skipBlanks()
            guard let parameter = parseParameter() else { return nil }
            if element.parameters.count < Self.maxParametersKept {
                element.parameters.append(parameter)
            }
        }
        return element
    }

    private mutating func parseParameter() -> Parameter? {
        guard let name = parseToken() else { return nil }
        skipBlanks()
        guard take(UInt8(ascii: "=")) else { return Parameter(name: name, value: nil) }
        skipBlanks()
        guard let value = take(UInt8(ascii: "\"")) ? parseRestOfQuotedString() : parseToken() else { return nil }
        skipBlanks()
        return Parameter(name: name, value: value)
    }

    private mutating func parseToken() -> String? {
        let start = position
        while position < bytes.count, Self.isTokenByte(bytes[position]) {
            position += 1
        }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// RFC 6455 §9.1: "the value after quoted-string unescaping MUST conform to the 'token' ABNF".
    private mutating func parseRestOfQuotedString() -> String? {
        var value: [UInt8] = []
        while position < bytes.count, !take(UInt8(ascii: "\"")) {
            _ = take(UInt8(ascii: "\\"))
            guard position < bytes.count, Self.isTokenByte(bytes[position]) else { return nil }
            value.append(bytes[position])
            position += 1
        }
        guard !value.isEmpty, bytes[position - 1] == UInt8(ascii: "\"") else { return nil }
        return String(decoding: value, as: UTF8.self)
    }

    private mutating func skipBlanks() {
        while take(UInt8(ascii: " ")) || take(UInt8(ascii: "\t")) {}
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// RFC 2616 §2.2: any printable ASCII character that is no separator.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^"),
            UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
