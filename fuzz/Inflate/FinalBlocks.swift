import CZlib
import FuzzSupport

/// What our deflater never writes but others may: streams of DEFLATE that each end with a final block.
enum FinalBlocks {
    /// A whole stream for `bytes` that refers back to `earlier`.
    static func deflate(_ bytes: [UInt8], after earlier: [UInt8], windowBits: Int) -> [UInt8] {
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        let result = deflateInit2_(
            &stream, 6, Z_DEFLATED, -Int32(windowBits), 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
        expectEqual(result, Z_OK, "deflateInit2")
        defer { deflateEnd(&stream) }
        var window = Array(earlier.suffix(1 << windowBits))
        if !window.isEmpty {
            expectEqual(deflateSetDictionary(&stream, &window, UInt32(window.count)), Z_OK, "deflateSetDictionary")
        }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let capacity = output.count
        let written = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(capacity)
                expectEqual(CZlib.deflate(&stream, Z_FINISH), Z_STREAM_END, "deflate")
                return capacity - Int(stream.avail_out)
            }
        }
        return Array(output.prefix(written))
    }
}
