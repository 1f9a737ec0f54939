/// Where a field's name and value (without the blanks around it) lie in the bytes of its head.
struct FieldSpan: Sendable, Equatable {
    let nameStart: UInt16
    let nameEnd: UInt16
    let valueStart: UInt16
    let valueEnd: UInt16
}

/// The fields of a head: its bytes and an index of them, two allocations in all. Names compare without regard to case.
package struct HeadFields: Sendable, Equatable {
    let bytes: [UInt8]
    private let spans: [FieldSpan]

    /// `bytes` is a head whose syntax was checked, with its fields from `start` on; `fieldCount` is what the check
    /// counted.
    init(checked bytes: [UInt8], from start: Int, fieldCount: Int) {
        self.bytes = bytes
        self.spans = Array(unsafeUninitializedCapacity: fieldCount) { slots, filled in
            bytes.withUnsafeBytes { bytes in
                var lineStart = start
                while filled < fieldCount {
                    let span = Self.span(in: bytes, lineStart: lineStart)
                    slots.initializeElement(at: filled, to: span.field)
                    filled += 1
                    lineStart = span.nextLine
                }
            }
        }
    }

    private static func span(
        in bytes: UnsafeRawBufferPointer, lineStart: Int
    ) -> (field: FieldSpan, nextLine: Int) {
        var nameEnd = lineStart
        while nameEnd < bytes.count, bytes[nameEnd] != ASCII.colon { nameEnd += 1 }
        var lineEnd = nameEnd
        repeat {
            lineEnd = ASCII.firstControl(in: bytes, from: lineEnd + 1, upTo: bytes.count)
        } while lineEnd < bytes.count && bytes[lineEnd] == ASCII.tab
        var valueStart = nameEnd + 1
        var valueEnd = lineEnd
        while valueStart < valueEnd, ASCII.isBlank(bytes[valueStart]) { valueStart += 1 }
        while valueEnd > valueStart, ASCII.isBlank(bytes[valueEnd - 1]) { valueEnd -= 1 }
        let field = FieldSpan(
            nameStart: UInt16(truncatingIfNeeded: lineStart), nameEnd: UInt16(truncatingIfNeeded: nameEnd),
            valueStart: UInt16(truncatingIfNeeded: valueStart), valueEnd: UInt16(truncatingIfNeeded: valueEnd))
        return (field, lineEnd + 2)
    }

    package var count: Int { spans.count }

    /// The first value under this name.
    package func first(_ name: StaticString) -> String? {
        withFirst(name) { String(decoding: $0, as: UTF8.self) }
    }

    /// The values of all fields with this name, in their order, not split at commas.
    package func values(of name: StaticString) -> [String] {
        var values: [String] = []
        forEach(name) { values.append(String(decoding: $0, as: UTF8.self)) }
        return values
    }

    /// How many fields have this name.
    package func count(of name: StaticString) -> Int {
        var count = 0
        forEach(name) { _ in count += 1 }
        return count
    }

    package func contains(_ name: StaticString) -> Bool {
        withFirst(name) { _ in true } ?? false
    }

    /// Whether the first value under this name is `expected`, whatever its case.
    package func first(_ name: StaticString, is expected: StaticString) -> Bool {
        withFirst(name) { ASCII.equalsIgnoringCase($0, expected) } ?? false
    }

    /// Whether the comma-separated lists under this name, taken together, contain the token, whatever its case
    /// (RFC 9110 §5.3, §5.6.1).
    package func containsToken(_ token: StaticString, in name: StaticString) -> Bool {
        var found = false
        forEachElement(of: name) { element in
            if ASCII.equalsIgnoringCase(element, token) { found = true }
        }
        return found
    }

    /// Visits the elements of the comma-separated lists under this name; empty ones do not count (RFC 9110 §5.6.1.2).
    func forEachElement(of name: StaticString, _ body: (UnsafeRawBufferPointer) -> Void) {
        forEach(name) { value in
            var start = 0
            while start <= value.count {
                var end = start
                while end < value.count, value[end] != ASCII.comma { end += 1 }
                let element = ASCII.trimmed(UnsafeRawBufferPointer(rebasing: value[start..<end]))
                if !element.isEmpty { body(element) }
                start = end + 1
            }
        }
    }

    func withFirst<Result>(_ name: StaticString, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        bytes.withUnsafeBytes { bytes in
            for span in spans where matches(span, name, in: bytes) {
                return body(value(of: span, in: bytes))
            }
            return nil
        }
    }

    private func forEach(_ name: StaticString, _ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { bytes in
            for span in spans where matches(span, name, in: bytes) {
                body(value(of: span, in: bytes))
            }
        }
    }

    @inline(__always)
    private func matches(_ span: FieldSpan, _ name: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        Int(span.nameEnd &- span.nameStart) == name.utf8CodeUnitCount
            && ASCII.equalsIgnoringCase(
                UnsafeRawBufferPointer(rebasing: bytes[Int(span.nameStart)..<Int(span.nameEnd)]), name)
    }

    private func value(of span: FieldSpan, in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(span.valueStart)..<Int(span.valueEnd)])
    }
}
