/// A name and a value of a query, decoded.
package struct QueryItem: Sendable, Equatable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Percent-encoding (RFC 3986 §2.1).
enum PercentEncoding {
    /// The byte that stands at `index`, which moves behind it.
    static func decodeNext(_ bytes: UnsafeRawBufferPointer, _ index: inout Int) throws(HTTPRefusal) -> UInt8 {
        guard bytes[index] == ASCII.percent else {
            index += 1
            return bytes[index - 1]
        }
        guard bytes.count - index > 2, let high = ASCII.hexValue(bytes[index + 1]),
            let low = ASCII.hexValue(bytes[index + 2])
        else { throw .malformed("A percent sign is not followed by two hexadecimal digits.") }
        index += 3
        return high << 4 | low
    }

    /// The items of `application/x-www-form-urlencoded` text: a plus is a space, an item without `=` has an empty
    /// value, empty items do not count.
    static func queryItems(_ query: UnsafeRawBufferPointer) throws(HTTPRefusal) -> [QueryItem] {
        var items: [QueryItem] = []
        var start = 0
        while start < query.count {
            var end = start
            var separator: Int?
            while end < query.count, query[end] != ASCII.ampersand {
                if query[end] == ASCII.equals, separator == nil { separator = end }
                end += 1
            }
            if end > start {
                let name = try text(UnsafeRawBufferPointer(rebasing: query[start..<(separator ?? end)]))
                let value = try separator.map { at throws(HTTPRefusal) in
                    try text(UnsafeRawBufferPointer(rebasing: query[(at + 1)..<end]))
                }
                items.append(QueryItem(name: name, value: value ?? ""))
            }
            start = end + 1
        }
        return items
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) throws(HTTPRefusal) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let isPlus = bytes[index] == ASCII.plus
            let byte = try decodeNext(bytes, &index)
            guard byte != 0 else { throw .malformed("The query holds a NUL.") }
            decoded.append(isPlus ? ASCII.space : byte)
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            throw .malformed("The query is not UTF-8.")
        }
        return text
    }
}
