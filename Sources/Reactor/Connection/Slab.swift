/// Names a connection for as long as it lives, and nothing afterwards: the slot is used again, the generation is not.
/// Never zero as a whole. May be kept, compared and sent to other threads, unlike a record's address.
package struct ConnectionID: Hashable, Sendable {
    let slot: UInt32
    let generation: UInt32

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    /// What epoll keeps for us. A stale event is told apart by its generation.
    init(token: UInt64) {
        slot = UInt32(truncatingIfNeeded: token)
        generation = UInt32(truncatingIfNeeded: token >> 32)
    }

    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}

/// Connection records at addresses that do not change, in chunks of 128 (so that 10,000 idle ones cost no more than
/// their own size, and no allocation each).
struct Slab: ~Copyable {
    private static let chunkBits = 7
    private static let chunkSize = 1 << chunkBits

    private var chunks: [UnsafeMutablePointer<ConnectionRecord>] = []
    private var free: [UInt32] = []
    private(set) var count = 0

    deinit {
        for chunk in chunks {
            chunk.deinitialize(count: Self.chunkSize)
            chunk.deallocate()
        }
    }

    /// A vacant record, everything about it as new. Its id has named nobody before.
    mutating func take(descriptor: Int32) -> UnsafeMutablePointer<ConnectionRecord> {
        if free.isEmpty { grow() }
        let slot = free.removeLast()
        let record = address(slot)
        record.pointee = ConnectionRecord(id: record.pointee.id, descriptor: descriptor)
        count += 1
        return record
    }

    mutating func release(_ record: UnsafeMutablePointer<ConnectionRecord>) {
        // From now on no id names it. Generation 0 marks what is not a connection among epoll's tokens.
        let (slot, last) = (record.pointee.id.slot, record.pointee.id.generation)
        let next = ConnectionID(slot: slot, generation: last == .max ? 1 : last + 1)
        record.pointee = ConnectionRecord(id: next, descriptor: -1)
        free.append(slot)
        count -= 1
    }

    /// The record that `id` names, if it still does.
    @inline(__always)
    subscript(id: ConnectionID) -> UnsafeMutablePointer<ConnectionRecord>? {
        guard Int(id.slot) >> Self.chunkBits < chunks.count else { return nil }
        let record = address(id.slot)
        return record.pointee.id.generation == id.generation ? record : nil
    }

    /// Calls `body` for every living connection; `body` must not take or release one.
    func forEach(_ body: (UnsafeMutablePointer<ConnectionRecord>) -> Void) {
        for chunk in chunks {
            for index in 0..<Self.chunkSize where chunk[index].descriptor >= 0 { body(chunk + index) }
        }
    }

    @inline(__always)
    private func address(_ slot: UInt32) -> UnsafeMutablePointer<ConnectionRecord> {
        chunks[Int(slot) >> Self.chunkBits] + (Int(slot) & (Self.chunkSize - 1))
    }

    private mutating func grow() {
        let chunk = UnsafeMutablePointer<ConnectionRecord>.allocate(capacity: Self.chunkSize)
        let first = UInt32(chunks.count) << UInt32(Self.chunkBits)
        for index in 0..<Self.chunkSize {
            let id = ConnectionID(slot: first + UInt32(index), generation: 1)
            (chunk + index).initialize(to: ConnectionRecord(id: id, descriptor: -1))
        }
        chunks.append(chunk)
        // The lowest slot is taken first.
        for index in (0..<Self.chunkSize).reversed() { free.append(first + UInt32(index)) }
    }
}
