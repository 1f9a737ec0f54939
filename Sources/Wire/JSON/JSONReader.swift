/// Reads one JSON text (RFC 8259), strictly: UTF-8 without a byte order mark, no duplicate names, no half surrogate pairs,
/// nothing behind the value. It is total: every index is checked, recursion ends at a depth, time is linear.
struct JSONReader {
    struct Limits: Sendable {
        let bytes: Int
        let elements: Int

        static let client = Limits(bytes: WireLimits.clientMessageBytes, elements: WireLimits.clientElements)
        static let server = Limits(bytes: WireLimits.serverMessageBytes, elements: WireLimits.serverElements)
    }

    struct Failure: Error, Hashable {
        let offset: Int
        let problem: String
    }

    /// The integer of that name in the outermost object, also where something behind it cannot be read: so that an
    /// answer finds the command whose text held what is no text.
    private(set) var number: Int64?

    // A copy of a few hundred bytes, whose every access is checked, rather than a pointer, whose accesses are not.
    private let bytes: [UInt8]
    private let limits: Limits
    private let numberName: String
    private var index = 0
    private var depth = 0

    init(_ bytes: [UInt8], limits: Limits, keepingNumber numberName: String) {
        self.bytes = bytes
        self.limits = limits
        self.numberName = numberName
    }

    /// The one object that the text must be.
    mutating func readMessage() throws(Failure) -> JSONObject {
        skipSpace()
        guard peek == UInt8(ascii: "{") else { throw failure("a message is one JSON object") }
        let object = try readObject()
        skipSpace()
        guard index == bytes.count else { throw failure("something follows the object") }
        return object
    }

    private mutating func readValue() throws(Failure) -> JSON {
        guard let byte = peek else { throw failure("the text ends too early") }
        switch byte {
        case UInt8(ascii: "{"): return .object(try readObject())
        case UInt8(ascii: "["): return .array(try readArray())
        case UInt8(ascii: "\""): return .string(try readString())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try readNumber()
        case UInt8(ascii: "t"): return try readWord("true", as: .bool(true))
        case UInt8(ascii: "f"): return try readWord("false", as: .bool(false))
        case UInt8(ascii: "n"): return try readWord("null", as: .null)
        default: throw failure("a value is expected")
        }
    }

    // MARK: Containers

    private mutating func readObject() throws(Failure) -> JSONObject {
        try descend()
        var object = JSONObject()
        skipSpace()
        if take(UInt8(ascii: "}")) { return ascend(object) }
        repeat {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw failure("a field's name in quotes is expected") }
            let name = try readString()
            // RFC 8259 §4: what a repeated name means differs between readers, so that two could be told two things.
            guard !object.has(name) else { throw failure("a field stands twice in one object") }
            guard object.members.count < WireLimits.members else { throw failure("an object has too many fields") }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw failure("a colon is expected") }
            skipSpace()
            let value = try readValue()
            if depth == 1, name == numberName, case .integer(let number) = value { self.number = number }
            object.append(name, value)
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw failure("a comma or the end of the object is expected") }
        return ascend(object)
    }

    private mutating func readArray() throws(Failure) -> [JSON] {
        try descend()
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return ascend(elements) }
        repeat {
            guard elements.count < limits.elements else { throw failure("an array has too many elements") }
            skipSpace()
            elements.append(try readValue())
            skipSpace()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw failure("a comma or the end of the array is expected") }
        return ascend(elements)
    }

    /// RFC 8259 §9 lets a reader limit the depth; a recursive one must.
    private mutating func descend() throws(Failure) {
        guard depth < WireLimits.depth else { throw failure("objects and arrays are nested too deeply") }
        depth &+= 1
        index &+= 1
    }

    private mutating func ascend<Value>(_ value: Value) -> Value {
        depth &-= 1
        return value
    }

    // MARK: Strings

    private mutating func readString() throws(Failure) -> String {
        index &+= 1
        let start = index
        skipPlain()
        if peek == UInt8(ascii: "\"") {
            let text = try validText(bytes[start..<index])
            index &+= 1
            return text
        }
        var plain = Array(bytes[start..<index])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                let text = try validText(plain[...])
                index &+= 1
                return text
            case UInt8(ascii: "\\"): try readEscape(into: &plain)
            // RFC 8259 §7: control characters must be escaped.
            case 0..<0x20: throw failure("a control character stands in a string unescaped")
            default:
                let start = index
                skipPlain()
                plain.append(contentsOf: bytes[start..<index])
            }
        }
        throw failure("a string has no end")
    }

    /// Goes on to the next byte that means something in a string.
    private mutating func skipPlain() {
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20: return
            default: index &+= 1
            }
        }
    }

    /// RFC 8259 §8.1: JSON between systems is UTF-8.
    private func validText(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw failure("a string is not UTF-8") }
        return text
    }

    private mutating func readEscape(into plain: inout [UInt8]) throws(Failure) {
        index &+= 1
        guard let letter = peek else { throw failure("a string has no end") }
        index &+= 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(letter)
        case UInt8(ascii: "b"): plain.append(0x08)
        case UInt8(ascii: "f"): plain.append(0x0C)
        case UInt8(ascii: "n"): plain.append(0x0A)
        case UInt8(ascii: "r"): plain.append(0x0D)
        case UInt8(ascii: "t"): plain.append(0x09)
        case UInt8(ascii: "u"): plain.append(contentsOf: try readScalar().utf8)
        default: throw failure("there is no such escape")
        }
    }

    /// What follows `\u`: four digits, or a surrogate pair (RFC 8259 §7). Half a pair is no character (§8.2).
    private mutating func readScalar() throws(Failure) -> Unicode.Scalar {
        let first = try readUnit()
        var value = first
        if 0xD800...0xDBFF ~= first {
            guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("half a surrogate pair") }
            let second = try readUnit()
            guard 0xDC00...0xDFFF ~= second else { throw failure("half a surrogate pair") }
            value = 0x1_0000 &+ (first &- 0xD800) &<< 10 &+ (second &- 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw failure("half a surrogate pair") }
        // Databases and files in C end a text there: what is shown and what is kept must not differ.
        guard value != 0 else { throw failure("a string holds the character U+0000") }
        return scalar
    }

    private mutating func readUnit() throws(Failure) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek.flatMap(hexadecimalValue) else {
                throw failure("four hexadecimal digits are expected")
            }
            unit = unit &<< 4 | UInt32(digit)
            index &+= 1
        }
        return unit
    }

    // MARK: Numbers and words

    /// RFC 8259 §6: no leading zero, no plus, digits on both sides of a point.
    private mutating func readNumber() throws(Failure) -> JSON {
        let isNegative = take(UInt8(ascii: "-"))
        let start = index
        var value: Int64 = 0
        var fits = true
        while let byte = peek, let digit = decimalValue(byte) {
            if fits { value = value &* 10 &+ Int64(digit) }
            // Checked at each digit: nothing is multiplied that could overflow.
            if value > WireLimits.largestInteger { fits = false }
            index &+= 1
        }
        guard index > start else { throw failure("a digit is expected") }
        guard bytes[start] != UInt8(ascii: "0") || index == start &+ 1 else {
            throw failure("a number begins with a zero")
        }
        var isWhole = true
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try skipDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
            try skipDigits()
        }
        guard isWhole, fits else { return .otherNumber }
        return .integer(isNegative ? -value : value)
    }

    private mutating func skipDigits() throws(Failure) {
        let start = index
        while let byte = peek, decimalValue(byte) != nil { index &+= 1 }
        guard index > start else { throw failure("a digit is expected") }
    }

    private mutating func readWord(_ word: StaticString, as value: JSON) throws(Failure) -> JSON {
        let isThere = word.withUTF8Buffer { expected in
            bytes[index...].starts(with: expected)
        }
        guard isThere else { throw failure("a value is expected") }
        index &+= word.utf8CodeUnitCount
        return value
    }

    // MARK: Bytes

    private var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        index &+= 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index &+= 1 }
    }

    private func failure(_ problem: String) -> Failure { Failure(offset: index, problem: problem) }
}

private func decimalValue(_ byte: UInt8) -> UInt8? {
    UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte ? byte &- UInt8(ascii: "0") : nil
}

func hexadecimalValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
    default: nil
    }
}
