/// Writes a stored shape: numbers as variable-length integers, texts and lists with their length before them.
///
/// JSON through Codable took some 20 µs an event, more than all of the commit that it is stored by; this takes less than
/// one. A shape begins with its version, so that it can be told from later ones (`Shape`).
package struct Packer {
    package private(set) var bytes: [UInt8] = []

    package init(reserving count: Int = 128) { bytes.reserveCapacity(count) }

    package mutating func write(byte: UInt8) { bytes.append(byte) }

    mutating func write(_ flag: Bool) { bytes.append(flag ? 1 : 0) }

    /// Seven bits a byte, the lowest first; the sign is folded into the lowest bit ("zigzag"), so that small negative
    /// numbers are short, too.
    package mutating func write(_ number: Int64) {
        var rest = UInt64(bitPattern: (number &<< 1) ^ (number &>> 63))
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    package mutating func write(_ text: String) {
        write(Int64(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }

    package mutating func write<Subject>(_ id: ID<Subject>) { write(id.value) }
    mutating func write(_ moment: Timestamp) { write(moment.milliseconds) }

    /// Bytes that are a shape of their own.
    package mutating func write(_ part: [UInt8]) {
        write(Int64(part.count))
        bytes.append(contentsOf: part)
    }

    package mutating func write<Value>(_ value: Value?, _ body: (inout Packer, Value) -> Void) {
        write(value != nil)
        if let value { body(&self, value) }
    }

    package mutating func write<Value>(_ values: [Value], _ body: (inout Packer, Value) -> Void) {
        write(Int64(values.count))
        for value in values { body(&self, value) }
    }
}

/// Why stored bytes could not be read. The case is refused with this; nothing is guessed, and nothing traps.
package enum ShapeError: Error, Hashable, Sendable {
    /// Written by a later release: this one must not touch the case.
    case unknownVersion(UInt8)
    case damaged
}

/// Reads what `Packer` wrote. Total: whatever the bytes are, it answers or throws.
package struct Unpacker {
    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package mutating func byte() throws(ShapeError) -> UInt8 {
        guard position < bytes.count else { throw .damaged }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func flag() throws(ShapeError) -> Bool {
        switch try byte() {
        case 0: false
        case 1: true
        default: throw .damaged
        }
    }

    package mutating func number() throws(ShapeError) -> Int64 {
        var folded: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            // The tenth byte has room for one bit only.
            guard shift < 63 || next <= 1 else { throw .damaged }
            folded |= UInt64(next & 0x7F) &<< shift
            if next < 0x80 { break }
            shift += 7
        }
        return Int64(bitPattern: folded &>> 1) ^ -Int64(bitPattern: folded & 1)
    }

    package mutating func text() throws(ShapeError) -> String {
        let count = try count()
        guard let text = String(validating: bytes[position..<position + count], as: UTF8.self) else { throw .damaged }
        position += count
        return text
    }

    package mutating func id<Subject>(of _: Subject.Type = Subject.self) throws(ShapeError) -> ID<Subject> {
        ID(try number())
    }
    mutating func moment() throws(ShapeError) -> Timestamp { Timestamp(milliseconds: try number()) }

    package mutating func part() throws(ShapeError) -> [UInt8] {
        let count = try count()
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    package mutating func optional<Value>(
        _ body: (inout Unpacker) throws(ShapeError) -> Value
    ) throws(ShapeError) -> Value? {
        try flag() ? try body(&self) : nil
    }

    package mutating func list<Value>(
        _ body: (inout Unpacker) throws(ShapeError) -> Value
    ) throws(ShapeError) -> [Value] {
        let count = try count()
        var values: [Value] = []
        for _ in 0..<count { values.append(try body(&self)) }
        return values
    }

    mutating func ids<Subject>() throws(ShapeError) -> [ID<Subject>] {
        try list { (unpacker) throws(ShapeError) in try unpacker.id() }
    }

    mutating func small<Choice: RawRepresentable>(
        _: Choice.Type = Choice.self
    ) throws(ShapeError) -> Choice where Choice.RawValue == UInt8 {
        guard let choice = Choice(rawValue: try byte()) else { throw .damaged }
        return choice
    }

    /// What is left over was written by somebody who knew more.
    package func end() throws(ShapeError) {
        guard position == bytes.count else { throw .damaged }
    }

    /// Every element takes a byte at least, so a length beyond the rest is a lie, and no memory is reserved for it.
    private mutating func count() throws(ShapeError) -> Int {
        let count = try number()
        guard count >= 0, count <= Int64(bytes.count - position) else { throw .damaged }
        return Int(count)
    }
}
