/// Reads a line as `HistoryLine.write` has written it, in a tenth of the time that a general decoder takes: histories have
/// millions of lines. Whatever looks otherwise (escapes, spaces, other fields) is left to the general decoder, so that
/// this one need not know it.
struct PlainLineReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Nil for a line that is not plain, or not a line.
    mutating func read() -> HistoryLine? {
        guard take("{"), text() == "kind", take(":"), let kind = text().flatMap(HistoryLine.Kind.init) else {
            return nil
        }
        guard take(","), text() == "at", take(":"), let at = number() else { return nil }
        var line = HistoryLine(kind, at: at)
        while take(",") {
            guard let name = text(), take(":"), readValue(of: name, into: &line) else { return nil }
        }
        return take("}") && index == bytes.count ? line : nil
    }

    private mutating func readValue(of name: String, into line: inout HistoryLine) -> Bool {
        switch name {
        case "client": return set(&line.client, number().flatMap(Int.init(exactly:)))
        case "case": return set(&line.caseID, text())
        case "seq": return set(&line.seq, number())
        case "after": return set(&line.after, number())
        case "shared": return set(&line.shared, number())
        case "from": return set(&line.from, number().flatMap(Int.init(exactly:)))
        case "number": return set(&line.number, number().flatMap(Int.init(exactly:)))
        case "type": return set(&line.type, text())
        case "intact": return set(&line.isIntact, flag())
        case "note": return set(&line.isNote, flag())
        case "key": return set(&line.key, text())
        case "role": return set(&line.role, text().flatMap(HistoryLine.Role.init))
        case "person": return set(&line.person, text())
        case "reads": return set(&line.reads, number().flatMap(Int.init(exactly:)))
        case "team": return set(&line.team, text())
        case "teams": return set(&line.teams, texts())
        case "generation": return set(&line.generation, text())
        case "code": return set(&line.code, text())
        case "node": return set(&line.node, text())
        case "run": return set(&line.run, text())
        case "version": return set(&line.version, number().flatMap(Int.init(exactly:)))
        default: return false
        }
    }

    /// A field that stands there twice is not plain.
    private func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
        guard field == nil, let value else { return false }
        field = value
        return true
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func text() -> String? {
        guard take("\"") else { return nil }
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            guard bytes[index] >= 0x20, bytes[index] != UInt8(ascii: "\\") else { return nil }
            index += 1
        }
        let slice = bytes[start..<index]
        guard take("\"") else { return nil }
        return String(validating: slice, as: UTF8.self)
    }

    private mutating func texts() -> [String]? {
        var texts: [String] = []
        guard take("[") else { return nil }
        if take("]") { return texts }
        repeat {
            guard let text = text() else { return nil }
            texts.append(text)
        } while take(",")
        return take("]") ? texts : nil
    }

    private mutating func number() -> Int64? {
        let isNegative = take("-")
        let start = index
        var value: Int64 = 0
        while index < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index] {
            let (tens, isTooLarge) = value.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = tens.addingReportingOverflow(Int64(bytes[index] - UInt8(ascii: "0")))
            guard !isTooLarge, !isTooLargeNow else { return nil }
            value = sum
            index += 1
        }
        // RFC 8259 §6: at least one digit, no leading zero.
        guard index > start, bytes[start] != UInt8(ascii: "0") || index == start + 1 else { return nil }
        return isNegative ? -value : value
    }

    private mutating func flag() -> Bool? {
        if word("true") { return true }
        return word("false") ? false : nil
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let isThere = word.withUTF8Buffer { bytes[index...].starts(with: $0) }
        if isThere { index += word.utf8CodeUnitCount }
        return isThere
    }
}
