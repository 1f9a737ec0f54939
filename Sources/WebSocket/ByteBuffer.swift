/// A growable run of bytes with exactly one owner.
///
/// `[UInt8]` would do, but it is reference counted, zero-fills what it hands out and cannot be passed to a decoder that
/// works in place without a uniqueness check each time. A `ByteBuffer` is a pointer, a count and a capacity: it owns
/// nothing while it is empty, and gives its memory back when it is dropped. Inlinable, because the
/// loop appends to one for every message.
public struct ByteBuffer: ~Copyable {
    @usableFromInline var base: UnsafeMutableRawPointer?
    @usableFromInline var used = 0
    @usableFromInline var room = 0

    @inlinable public init() {}

    @inlinable public init(capacity: Int) {
        reserve(capacity)
    }

    @inlinable deinit {
        base?.deallocate()
    }

    @inlinable public var count: Int { used }
    @inlinable public var capacity: Int { room }
    @inlinable public var isEmpty: Bool { used == 0 }

    /// The bytes written so far. Valid until the next mutation.
    @inlinable public var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    @inlinable public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "ByteBuffer index \(index) outside 0..<\(count)")
        return bytes[index]
    }

    @inlinable public mutating func append(_ byte: UInt8) {
        reserve(1)
        bytesToFill[0] = byte
        used += 1
    }

    @inlinable public mutating func append(_ other: UnsafeRawBufferPointer) {
        guard let source = other.baseAddress, other.count > 0 else { return }
        reserve(other.count)
        (unsafeBase + used).copyMemory(from: source, byteCount: other.count)
        used &+= other.count
    }

    @inlinable public mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inlinable public mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// The memory, where it is known to exist: after `reserve`.
    @inlinable var unsafeBase: UnsafeMutableRawPointer {
        guard let base else { preconditionFailure("no memory was reserved") }
        return base
    }

    /// The memory behind the last byte. Fill a prefix of it, then say how much with `didFill`.
    @inlinable public var bytesToFill: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base.map { $0 + used }, count: room &- used)
    }

    @inlinable public mutating func didFill(_ more: Int) {
        precondition(more >= 0 && more <= capacity - count, "filled \(more) of \(capacity - count) bytes")
        used += more
    }

    /// Makes room for `more` bytes behind the last one; grows by half, so that appending is linear over all.
    @inlinable public mutating func reserve(_ more: Int) {
        if more > room &- used { grow(more) }
    }

    @usableFromInline @inline(never) mutating func grow(_ more: Int) {
        let grown = max(used + more, room + room / 2, 64)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
        if let base {
            fresh.copyMemory(from: base, byteCount: used)
            base.deallocate()
        }
        base = fresh
        room = grown
    }

    /// Forgets the first `gone` bytes and moves the rest to the front.
    @inlinable public mutating func removeFirst(_ gone: Int) {
        precondition(gone >= 0 && gone <= count, "removing \(gone) of \(count) bytes")
        if let base, gone > 0, gone < count {
            base.copyMemory(from: base + gone, byteCount: count - gone)  // regions may overlap
        }
        used -= gone
    }

    /// Forgets the bytes from `newCount` on.
    @inlinable public mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "truncating \(count) bytes to \(newCount)")
        used = newCount
    }

    /// Forgets the bytes; memory beyond `keepingCapacity` goes back to the allocator.
    @inlinable public mutating func removeAll(keepingCapacity: Int = 0) {
        used = 0
        if capacity > keepingCapacity {
            base?.deallocate()
            base = nil
            room = 0
        }
    }
}
