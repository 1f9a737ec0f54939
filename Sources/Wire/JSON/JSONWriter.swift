/// Writes JSON (RFC 8259) without spaces into one array of bytes.
///
/// Who uses it sees to the order of names and values; the writer sees to commas and escapes.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private var needsComma = false

    /// A message is an object; `members` writes what is in it.
    static func message(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        // Most messages are shorter, and so are written without moving what was written.
        writer.bytes.reserveCapacity(512)
        writer.object(members)
        return writer.bytes
    }

    // MARK: Fields

    mutating func field(_ name: StaticString, _ value: String) {
        self.name(name)
        string(value)
    }

    mutating func field(_ name: StaticString, _ value: Int64) {
        self.name(name)
        integer(value)
    }

    mutating func field(_ name: StaticString, _ value: Bool) {
        self.name(name)
        word(value ? "true" : "false")
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        guard let value else { return null(name) }
        field(name, value)
    }

    mutating func field(_ name: StaticString, _ value: Int64?) {
        guard let value else { return null(name) }
        field(name, value)
    }

    mutating func field<Word: RawRepresentable<String>>(_ name: StaticString, _ value: Word) {
        field(name, value.rawValue)
    }

    mutating func field<Word: RawRepresentable<String>>(_ name: StaticString, _ value: Word?) {
        field(name, value?.rawValue)
    }

    mutating func field(_ name: StaticString, _ value: some JSONShape) {
        object(name) { value.write(to: &$0) }
    }

    mutating func field<Shape: JSONShape>(_ name: StaticString, _ value: Shape?) {
        guard let value else { return null(name) }
        field(name, value)
    }

    mutating func field(_ name: StaticString, _ values: [some JSONShape]) {
        array(name, values) { value, writer in writer.object { value.write(to: &$0) } }
    }

    mutating func field(_ name: StaticString, _ values: [String]) {
        array(name, values) { value, writer in writer.string(value) }
    }

    mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        self.name(name)
        object(members)
    }

    private mutating func array<Element>(
        _ name: StaticString, _ values: [Element], _ write: (Element, inout JSONWriter) -> Void
    ) {
        self.name(name)
        open(UInt8(ascii: "["))
        for value in values { write(value, &self) }
        close(UInt8(ascii: "]"))
    }

    private mutating func null(_ name: StaticString) {
        self.name(name)
        word("null")
    }

    // MARK: Values

    private mutating func object(_ members: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        members(&self)
        close(UInt8(ascii: "}"))
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    /// A comma before every value but the first; a name has taken it for its value.
    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    private mutating func word(_ word: StaticString) {
        separate()
        word.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    private mutating func integer(_ value: Int64) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
    }

    private mutating func string(_ value: String) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        var value = value
        value.withUTF8 { append(escaping: $0) }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Copies what needs no escape in pieces (RFC 8259 §7: quotes, backslashes and control characters do).
    private mutating func append(escaping text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in text.indices {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            bytes.append(contentsOf: text[start..<index])
            appendEscape(of: byte)
            start = index &+ 1
        }
        bytes.append(contentsOf: text[start...])
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        default:
            bytes.append(contentsOf: "u00".utf8)
            bytes.append(UInt8(ascii: "0") &+ byte &>> 4)
            let low = byte & 0x0F
            bytes.append(low < 10 ? UInt8(ascii: "0") &+ low : UInt8(ascii: "a") &+ low &- 10)
        }
    }
}
