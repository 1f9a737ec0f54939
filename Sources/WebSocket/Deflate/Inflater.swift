import CZlib

/// How a piece of a compressed message was taken.
package enum InflateOutcome: Equatable, Sendable {
    /// All of the input is used up, and all it decodes to is in the output.
    case consumed
    /// The output would pass the limit (close code 1009), or there is no memory for the window.
    case tooBig
    /// The data is no DEFLATE stream, or ends before its time (close code 1007).
    case corrupt
}

/// Decompresses the messages of one direction of a connection (RFC 7692 §7.2.2).
///
/// With context takeover it belongs to its connection; without, any inflater will do that is `reset` before the message.
/// After any outcome other than `.consumed` only `reset` makes it usable again.
///
/// It costs 7 KB, and 2^`windowBits` bytes more from its first message on: 40 KB for 15 bits, which read whatever
/// a peer may send; the negotiated number of bits is enough, too, and costs less.
package struct Inflater: ~Copyable {
    /// Bytes of output made room for at once, at least and at most (as long as that is less than what is there already):
    /// one step for a typical message, and a bounded one for a bomb.
    static let minGrowthBytes = 512
    static let maxGrowthBytes = 64 * 1024

    // On the heap because zlib keeps a pointer back to it and refuses a stream that has moved.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil if there is no memory.
    package init?(windowBits: Int) {
        precondition(8...15 ~= windowBits, "window bits \(windowBits)")
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A negative number asks for raw DEFLATE, without zlib's header and checksum.
        let result = inflateInit2_(
            stream, -Int32(windowBits), ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Forgets all that was read, so that the next message needs no earlier one. Keeps the memory.
    package mutating func reset() {
        inflateReset(stream)
    }

    /// Appends what `input` decodes to, until `output` holds `limit` bytes. Any split of a message will do.
    package mutating func inflate(
        _ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, limit: Int
    ) -> InflateOutcome {
        var rest = input
        while !rest.isEmpty {
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(UInt32.max)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            let outcome = inflatePiece(piece, into: &output, limit: limit)
            guard outcome == .consumed else { return outcome }
        }
        return .consumed
    }

    /// Ends a message: gives back the four octets that the sender took off its tail (RFC 7692 §7.2.2) and checks that
    /// the data ends where a block does.
    package mutating func finishMessage(into output: inout ByteBuffer, limit: Int) -> InflateOutcome {
        let before = output.count
        let outcome = withUnsafeBytes(of: (0x00, 0x00, 0xFF, 0xFF) as (UInt8, UInt8, UInt8, UInt8)) { tail in
            inflate(tail, into: &output, limit: limit)
        }
        guard outcome == .consumed else { return outcome }
        // The four octets are the lengths of an empty stored block (§7.2.1). If they decode to anything, or leave the
        // decoder inside a block, inside an octet or behind a final block, the message was cut short.
        guard output.count == before, stream.pointee.data_type == Self.betweenBlocks else { return .corrupt }
        return .consumed
    }

    /// What zlib.h says of `data_type` after `inflate`: 128 between two blocks, plus 64 in the last block, plus the
    /// number of bits left over of the last octet.
    private static let betweenBlocks: Int32 = 128

    private mutating func inflatePiece(
        _ input: UnsafeRawBufferPointer, into output: inout ByteBuffer, limit: Int
    ) -> InflateOutcome {
        guard output.count <= limit else { return .tooBig }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(truncatingIfNeeded: input.count)
        defer {
            // The input and the output are gone when this returns.
            stream.pointee.next_in = nil
            stream.pointee.avail_in = 0
            stream.pointee.next_out = nil
            stream.pointee.avail_out = 0
        }
        while true {
            let room = makeRoom(in: &output, limit: limit)
            stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(truncatingIfNeeded: room.count)
            let result = CZlib.inflate(stream, Z_SYNC_FLUSH)
            output.didFill(room.count - Int(stream.pointee.avail_out))
            if output.count > limit {
                output.truncate(to: limit)
                return .tooBig
            }
            let isStarved = stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0
            switch result {
            case Z_OK:
                if isStarved { return .consumed }
            case Z_BUF_ERROR:
                // Nothing left to do: no input, and the output was not full after all.
                return isStarved ? .consumed : .corrupt
            case Z_STREAM_END:
                // A block with BFINAL set ends zlib's stream but not ours (RFC 7692 §7.2.3.4): the next octet starts
                // another block, which may still refer to the window. Hence not inflateReset, which clears it, nor
                // saving and restoring the window, which would cost 64 KB of copying for each two octets of
                // a hostile message.
                guard inflateResetKeep(stream) == Z_OK else { return .corrupt }
                if isStarved { return .consumed }
            case Z_MEM_ERROR:
                return .tooBig
            default:
                return .corrupt
            }
        }
    }

    /// The memory to inflate into next: never empty, and never more than one byte beyond the limit. That byte tells
    /// a message that just fits from one that does not.
    private func makeRoom(in output: inout ByteBuffer, limit: Int) -> UnsafeMutableRawBufferPointer {
        if output.capacity == output.count {
            let input = Int(stream.pointee.avail_in)
            let step = max(min(4 * input, Self.maxGrowthBytes), Self.minGrowthBytes, output.count)
            output.reserveExactly(min(step, limit - output.count) + 1)
        }
        let room = output.bytesToFill
        let allowed = min(room.count - 1, limit - output.count, Int(Int32.max)) + 1
        return UnsafeMutableRawBufferPointer(rebasing: room.prefix(allowed))
    }
}

extension ByteBuffer {
    /// Like `reserve`, but not a byte more than asked for: the caller has a limit to keep and does its own growing.
    fileprivate mutating func reserveExactly(_ more: Int) {
        var grown = ByteBuffer(capacity: count + more)
        grown.append(UnsafeRawBufferPointer(bytes))
        self = grown
    }
}
