import Testing

@testable import WebSocket

private let sizes = [0, 1, 2, 3, 5, 63, 64, 65, 255, 256, 257, 511, 512, 1000, 4096, 20_000, 32_768, 65_535, 102_400]

@Test(
    "What is deflated inflates to itself, in sizes from nothing to 100 KB", arguments: 9...15, [true, false])
func roundTrips(windowBits: Int, keepsContext: Bool) throws {
    var deflater = try makeDeflater(windowBits: windowBits)
    var inflater = try makeInflater(windowBits: windowBits)
    let noise = (0..<102_400).map { _ in UInt8.random(in: 0...255) }
    let text = sampleJSON(bytes: 102_400)
    for size in sizes + sizes.reversed() {
        for message in [Array(text.prefix(size)), Array(noise.prefix(size)), Array(repeating: 0x61, count: size)] {
            let payload = deflated(message, by: &deflater)
            #expect(inflated([payload], by: &inflater) == message, "\(size) bytes")
            #expect(payload.count <= size + size / 16 + 16, "\(size) bytes became \(payload.count)")
            if !keepsContext {
                deflater.reset()
                inflater.reset()
            }
        }
    }
}

@Test("A message may be cut at every byte")
func inflatesAnySplit() throws {
    var deflater = try makeDeflater()
    let message = sampleJSON(bytes: 2000)
    let payload = deflated(message, by: &deflater)
    for split in 0...payload.count {
        var inflater = try makeInflater()
        let pieces = [Array(payload[..<split]), [], Array(payload[split...])]
        #expect(inflated(pieces, by: &inflater) == message, "split at \(split)")
    }
    var inflater = try makeInflater()
    #expect(inflated(payload.map { [$0] }, by: &inflater) == message, "byte by byte")
}

@Test("One deflater serves many peers: after a reset, what it writes needs no earlier message")
func sharesADeflater() throws {
    var deflater = try makeDeflater(level: 1)
    let message = sampleJSON(bytes: 600)
    let alone = deflated(message, by: &deflater)
    for _ in 0..<3 {
        deflater.reset()
        #expect(deflated(message, by: &deflater) == alone)
    }
    var stranger = try makeInflater()
    #expect(inflated([alone], by: &stranger) == message)
}

@Test("Both append behind what the output already holds")
func appendsToTheOutput() throws {
    var deflater = try makeDeflater()
    var inflater = try makeInflater()
    let message = sampleJSON(bytes: 3000)
    var payload = ByteBuffer()
    payload.append("head")
    message.withUnsafeBytes { deflater.deflate($0, into: &payload) }
    #expect(Array(payload.bytes.prefix(4)) == Array("head".utf8))
    var output = ByteBuffer()
    output.append("earlier")
    let pieces = [Array(payload.bytes.dropFirst(4))]
    #expect(InflateOutcome.inflating(pieces, by: &inflater, into: &output) == .consumed)
    #expect(Array(output.bytes) == Array("earlier".utf8) + message)
}

@Test("zlib cannot compress within 256 bytes, so there is no such deflater; an inflater there is")
func knowsTheSmallestWindow() {
    let hasDeflater = Deflater(windowBits: 8, level: 6) != nil
    let hasInflater = Inflater(windowBits: 8) != nil
    #expect(!hasDeflater)
    #expect(hasInflater)
}
