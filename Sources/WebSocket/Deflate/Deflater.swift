import CZlib

/// Compresses messages for one direction of a connection (RFC 7692 §7.2.1).
///
/// With context takeover it belongs to its connection; without, one serves any number of them that agreed on the same
/// or a larger window, and is `reset` between two messages.
///
/// It costs 2^(windowBits + 2) + 2^(memLevel + 9) bytes and 6 KB more: 268 KB at 15 and 8.
package struct Deflater: ~Copyable {
    /// zlib's own choice; each step less halves the hash table, which `reset` has to clear for every message.
    package static let defaultMemLevel = 8

    /// Bytes of output made room for at once. More than the six that zlib.h asks for, lest it repeat the flush marker.
    private static let minGrowthBytes = 64
    private static let maxGrowthBytes = 64 * 1024

    // On the heap because zlib keeps a pointer back to it and refuses a stream that has moved.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Nil if there is no memory, or for 8 window bits, which zlib does not have (`DeflatePolicy`). Messages then go
    /// uncompressed, which needs no agreement (RFC 7692 §6).
    package init?(windowBits: Int, level: Int, memLevel: Int = defaultMemLevel) {
        precondition(8...15 ~= windowBits && 0...9 ~= level && 1...9 ~= memLevel, "\(windowBits) \(level) \(memLevel)")
        guard DeflatePolicy.compressibleWindowBits ~= windowBits else { return nil }
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // A negative number of bits asks for raw DEFLATE, without zlib's header and checksum.
        let result = deflateInit2_(
            stream, Int32(level), Z_DEFLATED, -Int32(windowBits), Int32(memLevel), Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard result == Z_OK else {
            stream.deallocate()
            return nil
        }
        self.stream = stream
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Forgets all that was written, so that the next message can be read without earlier ones. Keeps the memory.
    package mutating func reset() {
        deflateReset(stream)
    }

    /// Appends the payload of a compressed message.
    package mutating func deflate(_ message: UnsafeRawBufferPointer, into output: inout ByteBuffer) {
        guard !message.isEmpty else {
            // §7.2.3.6: the header of an empty stored block. zlib would write nothing at all after another flush.
            output.append(0x00)
            return
        }
        var rest = message
        repeat {
            // zlib counts in 32 bits.
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(Int(UInt32.max)))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            deflatePiece(piece, flush: rest.isEmpty ? Z_SYNC_FLUSH : Z_NO_FLUSH, into: &output)
        } while !rest.isEmpty
        // §7.2.1, step 3: the flush ended with an empty stored block, whose lengths (00 00 FF FF) are not sent.
        output.truncate(to: output.count - 4)
    }

    private mutating func deflatePiece(
        _ piece: UnsafeRawBufferPointer, flush: Int32, into output: inout ByteBuffer
    ) {
        stream.pointee.next_in = UnsafeMutablePointer(mutating: piece.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(truncatingIfNeeded: piece.count)
        repeat {
            // A text of any length usually shrinks to less than half; what does not comes back for more.
            output.reserve(min(Self.minGrowthBytes + Int(stream.pointee.avail_in) / 2, Self.maxGrowthBytes))
            let room = output.bytesToFill
            let allowed = min(room.count, Int(Int32.max))
            stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(truncatingIfNeeded: allowed)
            let result = CZlib.deflate(stream, flush)
            precondition(result == Z_OK || result == Z_BUF_ERROR, "deflate: \(result)")
            output.didFill(allowed - Int(stream.pointee.avail_out))
        } while stream.pointee.avail_out == 0
        // The input and the output are gone when this returns.
        stream.pointee.next_in = nil
        stream.pointee.next_out = nil
    }
}
