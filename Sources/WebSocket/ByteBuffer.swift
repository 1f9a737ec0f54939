/// A growable run of bytes with exactly one owner.
///
/// `[UInt8]` would do, but it is reference counted, zero-fills what it hands out and cannot be passed to a decoder that
/// works in place without a uniqueness check each time. A `ByteBuffer` is a pointer, a count and a capacity: it owns
/// nothing while it is empty, and gives its memory back when it is dropped.
package struct ByteBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    package private(set) var count = 0
    package private(set) var capacity = 0

    package init() {}

    package init(capacity: Int) {
        reserve(capacity)
    }

    deinit {
        base?.deallocate()
    }

    package var isEmpty: Bool { count == 0 }

    /// The bytes written so far. Valid until the next mutation.
    package var bytes: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    package subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "ByteBuffer index \(index) outside 0..<\(count)")
        return bytes[index]
    }

    package mutating func append(_ byte: UInt8) {
        reserve(1)
        bytesToFill[0] = byte
        count += 1
    }

    package mutating func append(_ other: UnsafeRawBufferPointer) {
        guard let source = other.baseAddress, other.count > 0 else { return }
        reserve(other.count)
        bytesToFill.baseAddress?.copyMemory(from: source, byteCount: other.count)
        count += other.count
    }

    package mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// The memory behind the last byte. Fill a prefix of it, then say how much with `didFill`.
    package var bytesToFill: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(start: base, count: capacity)[count...])
    }

    package mutating func didFill(_ more: Int) {
        precondition(more >= 0 && more <= capacity - count, "filled \(more) of \(capacity - count) bytes")
        count += more
    }

    /// Makes room for `more` bytes behind the last one; grows by half, so that appending is linear over all.
    package mutating func reserve(_ more: Int) {
        let needed = count + more
        guard needed > capacity else { return }
        let grown = max(needed, capacity + capacity / 2, 64)
        let fresh = UnsafeMutableRawPointer.allocate(byteCount: grown, alignment: 16)
        if let base {
            fresh.copyMemory(from: base, byteCount: count)
            base.deallocate()
        }
        base = fresh
        capacity = grown
    }

    /// Forgets the first `gone` bytes and moves the rest to the front.
    package mutating func removeFirst(_ gone: Int) {
        precondition(gone >= 0 && gone <= count, "removing \(gone) of \(count) bytes")
        if let base, gone > 0, gone < count {
            base.copyMemory(from: base + gone, byteCount: count - gone)  // regions may overlap
        }
        count -= gone
    }

    /// Forgets the bytes from `newCount` on.
    package mutating func truncate(to newCount: Int) {
        precondition(newCount >= 0 && newCount <= count, "truncating \(count) bytes to \(newCount)")
        count = newCount
    }

    /// Forgets the bytes; memory beyond `keepingCapacity` goes back to the allocator.
    package mutating func removeAll(keepingCapacity: Int = 0) {
        count = 0
        if capacity > keepingCapacity {
            base?.deallocate()
            base = nil
            capacity = 0
        }
    }
}
