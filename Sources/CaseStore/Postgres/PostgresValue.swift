import CPostgres

/// An argument of a statement: a value, or a column of them for `unnest` and `ANY`.
package enum PostgresValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
    case integers([Int64])
    case optionalIntegers([Int64?])
    case blobs([[UInt8]])

    package init(_ value: SQLValue) {
        switch value {
        case .null: self = .null
        case .integer(let value): self = .integer(value)
        case .text(let text): self = .text(text)
        case .blob(let bytes): self = .blob(bytes)
        }
    }

    package init(_ value: Int64?) { self = value.map(Self.integer) ?? .null }
}

/// Types' numbers, which never change (the server's `pg_type.dat`).
private enum TypeNumber {
    static let bool: UInt32 = 16
    static let bytea: UInt32 = 17
    static let name: UInt32 = 19
    static let int8: UInt32 = 20
    static let int2: UInt32 = 21
    static let int4: UInt32 = 23
    static let text: UInt32 = 25
    static let varchar: UInt32 = 1043
}

/// Arguments as libpq takes them, in PostgreSQL's binary forms: one run of bytes, and where in it each one stands.
struct PostgresArguments {
    /// More than any batch needs, and far below where a length would not fit its 32 bits.
    static let mostBytes = 256 << 20

    /// The first byte belongs to nobody: an argument without bytes stands somewhere nevertheless.
    private var bytes: [UInt8] = [0]
    /// nil for NULL.
    private var places: [Range<Int>?] = []

    init(_ values: [PostgresValue]) {
        places.reserveCapacity(values.count)
        for value in values {
            let start = bytes.count
            switch value {
            case .null:
                places.append(nil)
                continue
            case .integer(let value): append(value)
            case .text(let text): bytes.append(contentsOf: text.utf8)
            case .blob(let blob): bytes.append(contentsOf: blob)
            case .integers(let values):
                appendHeader(values.count, TypeNumber.int8, hasNulls: false)
                for value in values { appendElement(value) }
            case .optionalIntegers(let values):
                appendHeader(values.count, TypeNumber.int8, hasNulls: values.contains(nil))
                for value in values {
                    if let value { appendElement(value) } else { append(Int32(-1)) }
                }
            case .blobs(let blobs):
                appendHeader(blobs.count, TypeNumber.bytea, hasNulls: false)
                for blob in blobs {
                    append(Int32(truncatingIfNeeded: blob.count))
                    bytes.append(contentsOf: blob)
                }
            }
            places.append(start..<bytes.count)
        }
    }

    var isTooLong: Bool { bytes.count > Self.mostBytes }

    /// array_recv: dimensions, whether there are NULLs, the elements' type; then, of the only dimension, how many and from
    /// which index on.
    private mutating func appendHeader(_ count: Int, _ type: UInt32, hasNulls: Bool) {
        append(Int32(count == 0 ? 0 : 1))
        append(Int32(hasNulls ? 1 : 0))
        append(type)
        guard count > 0 else { return }
        append(Int32(truncatingIfNeeded: count))
        append(Int32(1))
    }

    private mutating func appendElement(_ value: Int64) {
        append(Int32(8))
        append(value)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Calls `body` with how many there are, their addresses, lengths and forms: all binary.
    func withPointers<Value>(
        _ body: (CInt, [UnsafePointer<CChar>?], [CInt], [CInt]) -> Value
    ) -> Value {
        bytes.withUnsafeBytes { buffer in
            let base = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            return body(
                CInt(places.count), places.map { place in place.flatMap { base?.advanced(by: $0.lowerBound) } },
                places.map { CInt(truncatingIfNeeded: $0?.count ?? 0) }, places.map { _ in 1 })
        }
    }
}

/// What a statement came to.
package struct PostgresAnswer: Hashable, Sendable {
    package let rows: [SQLRow]
    /// How many rows it has inserted, updated or deleted, or has selected.
    package let changed: Int
    /// The first words of what the server calls it, such as COMMIT or ROLLBACK.
    let tag: String

    init(_ result: OpaquePointer) {
        let columns = PQnfields(result)
        rows = (0..<PQntuples(result)).map { row in
            SQLRow((0..<columns).map { column in Self.value(result, row, column) })
        }
        changed = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
        tag = PQcmdStatus(result).map { String(cString: $0) } ?? ""
    }

    /// In PostgreSQL's binary form; of another length than its type has, it reads as NULL.
    private static func value(_ result: OpaquePointer, _ row: CInt, _ column: CInt) -> SQLValue {
        guard PQgetisnull(result, row, column) == 0, let start = PQgetvalue(result, row, column) else { return .null }
        let bytes = UnsafeRawBufferPointer(start: start, count: Int(max(0, PQgetlength(result, row, column))))
        switch (PQftype(result, column), bytes.count) {
        case (TypeNumber.int8, 8): return .integer(Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)))
        case (TypeNumber.int4, 4): return .integer(Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self))))
        case (TypeNumber.int2, 2): return .integer(Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self))))
        case (TypeNumber.bool, 1): return .integer(bytes[0] == 0 ? 0 : 1)
        case (TypeNumber.bytea, _): return .blob([UInt8](bytes))
        case (TypeNumber.text, _), (TypeNumber.varchar, _), (TypeNumber.name, _):
            return .text(String(decoding: bytes, as: UTF8.self))
        default: return .null
        }
    }
}
