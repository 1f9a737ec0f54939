@testable import WebSocket

extension InflateOutcome {
    /// Inflates one message given in pieces, and ends it.
    static func inflating(
        _ pieces: [[UInt8]], by inflater: inout Inflater, into output: inout ByteBuffer, limit: Int = 1 << 24
    ) -> InflateOutcome {
        for piece in pieces {
            let outcome = piece.withUnsafeBytes { inflater.inflate($0, into: &output, limit: limit) }
            guard outcome == .consumed else { return outcome }
        }
        return inflater.finishMessage(into: &output, limit: limit)
    }
}

/// The message that the pieces decode to, or nil if they are refused.
func inflated(_ pieces: [[UInt8]], by inflater: inout Inflater, limit: Int = 1 << 24) -> [UInt8]? {
    var output = ByteBuffer()
    guard InflateOutcome.inflating(pieces, by: &inflater, into: &output, limit: limit) == .consumed else { return nil }
    return Array(output.bytes)
}

func deflated(_ message: [UInt8], by deflater: inout Deflater) -> [UInt8] {
    var output = ByteBuffer()
    message.withUnsafeBytes { deflater.deflate($0, into: &output) }
    return Array(output.bytes)
}

struct OutOfMemory: Error {}

func makeInflater(windowBits: Int = 15) throws -> Inflater {
    guard let inflater = Inflater(windowBits: windowBits) else { throw OutOfMemory() }
    return inflater
}

func makeDeflater(windowBits: Int = 15, level: Int = 6) throws -> Deflater {
    guard let deflater = Deflater(windowBits: windowBits, level: level) else { throw OutOfMemory() }
    return deflater
}

/// A JSON text like those of the gateway: repetitive in its keys, not in its values.
func sampleJSON(bytes: Int) -> [UInt8] {
    var text = "["
    var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    while text.utf8.count < bytes {
        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += "{\"type\":\"message\",\"case\":\"\(seed >> 20)\",\"author\":\"guest\",\"seq\":\(seed >> 50)},"
    }
    return Array(text.utf8.prefix(bytes))
}
